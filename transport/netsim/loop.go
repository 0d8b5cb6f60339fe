package netsim

import (
	"bytes"
	"container/heap"
	"net"
	"time"
)

// idleWait is how long the proxy sleeps with nothing under way; restFor how long it waits after a failed read.
const (
	idleWait = time.Minute
	restFor  = 10 * time.Millisecond
)

// send decides a datagram's fate. p.mu is held.
func (p *Proxy) send(f *flow, up bool, data []byte) {
	link := p.down
	if up {
		link = p.up
	}
	if p.blocked.Load() {
		return
	}
	times, copies := link.Plan(time.Now(), len(data))
	for _, at := range times[:copies] {
		p.enqueue(arrival{at: at.UnixNano(), data: bytes.Clone(data), flow: f, up: up})
	}
}

// deliver hands datagrams on when they arrive.
func (p *Proxy) deliver() {
	timer := time.NewTimer(idleWait)
	defer timer.Stop()
	var due []arrival
	for {
		now := time.Now()
		wait := idleWait
		due = due[:0]
		p.mu.Lock()
		for len(p.queue) > 0 {
			if left := time.Duration(p.queue[0].at - now.UnixNano()); left > 0 {
				wait = min(wait, left)
				break
			}
			due = append(due, heap.Pop(&p.queue).(arrival))
		}
		p.mu.Unlock()
		for _, a := range due {
			p.write(a)
		}
		clear(due)
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-p.wake:
		case <-p.done:
			return
		}
	}
}

// rest waits a little; it reports false when the proxy is closed meanwhile.
func (p *Proxy) rest() bool {
	timer := time.NewTimer(restFor)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-p.done:
		return false
	}
}

// pipe carries one direction of a connection, from when it is made.
func (s *Stream) pipe(to, from net.Conn, link *streamLink, made time.Duration) {
	link.sentAt = time.Now().Add(made)
	link.lastAt = link.sentAt
	way := make(chan parcel, maxChunks)
	s.work.Go(func() {
		defer close(way)
		buf := make([]byte, chunk)
		for {
			n, err := from.Read(buf)
			at, ok := link.plan(time.Now(), max(n, 1))
			if !ok {
				s.end(from)
				return
			}
			if n > 0 {
				way <- parcel{at, bytes.Clone(buf[:n])}
			}
			if err != nil { // the end travels too
				way <- parcel{at: at}
				return
			}
		}
	})
	s.work.Go(func() {
		defer s.end(to)
		for p := range way {
			s.until(p.at)
			if _, err := to.Write(p.data); err != nil {
				s.end(from)
			}
		}
	})
}

// until waits for a time, or until the proxy is closed.
func (s *Stream) until(at time.Time) {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.done:
	}
}
