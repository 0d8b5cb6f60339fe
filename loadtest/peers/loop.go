package main

import (
	"time"

	"github.com/realmwire/realmwire/loadtest/peers/peer"
	"github.com/realmwire/realmwire/transport"
)

// tick is the server's: at even times it sends to every session what the workload says. A tick that comes late is not made up
// for.
func (s *serverRole) tick() {
	state, event := make([]byte, s.w.Down), make([]byte, eventSize)
	next := time.Now()
	for number := 0; ; number++ {
		next = next.Add(s.w.period())
		if wait := time.Until(next); wait > 0 {
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-s.stop:
				timer.Stop()
				return
			}
		} else {
			next = time.Now()
		}
		select {
		case <-s.stop:
			return
		default:
		}
		at := time.Now().UnixNano()
		for i, c := range s.list() {
			if s.w.Events && (number+i)%(s.w.Hz/eventsPerSecond) == 0 {
				peer.Put(event, peer.Event, at, c.number)
				c.number++
				s.send(c, transport.Reliable, event)
			}
			if s.w.Down > 0 {
				peer.Put(state, peer.State, at, uint32(number))
				s.send(c, s.w.Lane, state)
			}
		}
		s.server.Flush()
	}
}

func (s *serverRole) send(c *session, lane transport.Lane, msg []byte) {
	if err := c.conn.Send(lane, msg); err != nil {
		s.failed.Add(1)
		return
	}
	s.out.Add(1)
}

// sendEvery is how often the clients that are due are looked for.
const sendEvery = time.Millisecond

// send sends every client's inputs, the clients spread evenly over the time of a tick.
func (c *clientsRole) send() {
	if c.w.Up == 0 || len(c.clients) == 0 {
		return
	}
	msg := make([]byte, c.w.Up)
	start := time.Now()
	each := float64(c.w.period()) / float64(len(c.clients))
	for sent := 0; ; {
		select {
		case <-c.over:
			return
		case <-time.After(sendEvery):
		}
		now := time.Now()
		due := int(float64(now.Sub(start)) / each)
		if due-sent > len(c.clients) {
			sent = due - len(c.clients) // the machine stalled: what was missed is not made up for
		}
		for ; sent < due; sent++ {
			peer.Put(msg, peer.Input, now.UnixNano(), uint32(sent))
			_ = c.clients[sent%len(c.clients)].conn.Send(c.w.Lane, msg)
		}
	}
}

// sample takes every client's age until it is told to stop.
func (c *clientsRole) sample() {
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	for {
		select {
		case <-c.sampled:
			return
		case <-ticker.C:
		}
		now := time.Now().UnixNano()
		for _, s := range c.clients {
			if newest := s.newest.Load(); newest > 0 {
				c.ages = append(c.ages, int32((now-newest)/1000))
			}
		}
	}
}

// watch is the witness's goroutine.
func (w *witness) watch(stop <-chan struct{}) {
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		now := time.Now()
		w.saw(now.Sub(last) - sampleEvery)
		last = now
	}
}
