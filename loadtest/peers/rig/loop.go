package rig

import (
	"bytes"
	"container/heap"
	"os"
	"time"
)

// idleWait is how long the emulator sleeps with nothing under way.
const idleWait = time.Minute

// send decides a packet's fate.
func (e *Emulator) send(key flowKey, packet []byte, to *os.File, up bool) {
	now := time.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	f := e.flow(key)
	if f == nil {
		return
	}
	link, count := f.down, &e.counts[1]
	if up {
		link, count = f.up, &e.counts[0]
	}
	count.Packets++
	count.Bytes += uint64(len(packet))
	times, copies := link.Plan(now, len(packet))
	if copies == 0 {
		count.Lost++
	}
	for _, at := range times[:copies] {
		if len(e.queue) >= maxQueued {
			return
		}
		e.order++
		heap.Push(&e.queue, arrival{at: at.UnixNano(), order: e.order, data: bytes.Clone(packet), to: to})
		if e.queue[0].order == e.order {
			select {
			case e.wake <- struct{}{}:
			default:
			}
		}
	}
}

// deliver hands packets on when they arrive.
func (e *Emulator) deliver() {
	timer := time.NewTimer(idleWait)
	defer timer.Stop()
	var due []arrival
	for {
		now := time.Now().UnixNano()
		wait := idleWait
		due = due[:0]
		e.mu.Lock()
		for len(e.queue) > 0 {
			if left := time.Duration(e.queue[0].at - now); left > 0 {
				wait = left
				break
			}
			e.lag = max(e.lag, time.Duration(now-e.queue[0].at))
			due = append(due, heap.Pop(&e.queue).(arrival))
		}
		e.mu.Unlock()
		for _, a := range due {
			_, _ = a.to.Write(a.data) // a device that takes nothing has lost it, as a network would
		}
		if len(due) > 0 {
			clear(due)
			continue // writing took time
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-e.wake:
		case <-e.done:
			return
		}
	}
}
