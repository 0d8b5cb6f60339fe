package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/realmwire/realmwire/loadtest/peers/peer"
)

const (
	dialAtOnce = 16
	dialWait   = 30 * time.Second
	// sampleEvery is how often the age of the newest state is taken.
	sampleEvery = 5 * time.Millisecond
)

// clientsRole is all clients of one run.
type clientsRole struct {
	w       workload
	clients []*clientState

	over    chan struct{} // closed to end the inputs
	inputs  sync.WaitGroup
	witness witness
	sampled chan struct{} // closed to end the sampling
	sampler sync.WaitGroup
	ages    []int32 // µs; owned by the sampler
}

// clientState is one client.
type clientState struct {
	conn   peer.Conn
	newest atomic.Int64 // time of the newest state applied, Unix nanoseconds

	mu     sync.Mutex // guards events
	events []arrived
}

// arrived is a reliable event.
type arrived struct {
	number   uint32
	sent, at int64
}

// dialing is what the clients are told to do.
type dialing struct {
	Workload workload
	Addr     string
}

// observed are the samples of a run, in µs.
type observed struct {
	Ages    []int32
	Events  []int32
	Missing int // events that had not come at the end; they are in Events with the time that they had waited by then
}

func newClientsRole() actions {
	c := &clientsRole{over: make(chan struct{}), sampled: make(chan struct{})}
	return actions{
		"dial":    act(c.dial),
		"start":   act(func(none) (any, error) { c.inputs.Go(c.send); return nil, nil }),
		"watch":   act(func(none) (any, error) { c.inputs.Go(func() { c.witness.watch(c.over) }); return nil, nil }),
		"lag":     act(func(none) (any, error) { return c.witness.take(), nil }),
		"sample":  act(func(none) (any, error) { c.sampler.Go(c.sample); return time.Now().UnixNano(), nil }),
		"sampled": act(func(none) (any, error) { close(c.sampled); c.sampler.Wait(); return time.Now().UnixNano(), nil }),
		"observe": act(func(s span) (any, error) { return c.observe(s), nil }),
		"end":     act(func(none) (any, error) { c.end(); return nil, nil }),
	}
}

// span is a piece of time, Unix nanoseconds.
type span struct{ From, To int64 }

func (c *clientsRole) dial(d dialing) (any, error) {
	if err := d.Workload.check(); err != nil {
		return nil, err
	}
	p, err := find(d.Workload.Peer)
	if err != nil {
		return nil, err
	}
	c.w = d.Workload
	ctx, cancel := context.WithTimeout(context.Background(), dialWait)
	defer cancel()
	c.clients = make([]*clientState, c.w.Clients)
	errs := make(chan error, c.w.Clients)
	places := make(chan struct{}, dialAtOnce)
	for i := range c.clients {
		places <- struct{}{}
		go func() {
			defer func() { <-places }()
			s := &clientState{}
			var err error
			s.conn, err = p.Dial(ctx, c.w.Options, d.Addr, s.receive)
			c.clients[i] = s
			errs <- err
		}()
	}
	for range c.clients {
		if err := <-errs; err != nil {
			return nil, fmt.Errorf("connect: %w", err)
		}
	}
	return len(c.clients), nil
}

// receive applies a message.
func (s *clientState) receive(msg []byte) {
	kind, at, number, ok := peer.Parse(msg)
	switch {
	case !ok:
	case kind == peer.State:
		for {
			newest := s.newest.Load()
			if at <= newest || s.newest.CompareAndSwap(newest, at) {
				return
			}
		}
	case kind == peer.Event:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, arrived{number, at, time.Now().UnixNano()})
	}
}

// observe gives what was sampled, and what became of the events that were sent within the span.
func (c *clientsRole) observe(within span) observed {
	now := time.Now().UnixNano()
	o := observed{Ages: c.ages}
	for _, s := range c.clients {
		s.mu.Lock()
		delays, missing := eventDelays(s.events, within, now)
		s.mu.Unlock()
		o.Events = append(o.Events, delays...)
		o.Missing += missing
	}
	return o
}

// eventDelays are the delays, in µs, of the events that were sent within the span. Events are numbered from 0 and sent at even
// times: one that is not there is counted with the time that it has waited.
func eventDelays(events []arrived, within span, now int64) (delays []int32, missing int) {
	const apart = int64(time.Second) / eventsPerSecond
	if len(events) == 0 {
		return nil, int((within.To - within.From) / apart)
	}
	got := make(map[uint32]bool, len(events))
	for _, e := range events {
		got[e.number] = true
		if e.sent >= within.From && e.sent < within.To {
			delays = append(delays, int32((e.at-e.sent)/1000))
		}
	}
	first := events[0]
	for n := uint32(0); ; n++ {
		sent := first.sent + (int64(n)-int64(first.number))*apart
		if sent >= within.To-apart/4 {
			return delays, missing
		}
		if sent >= within.From && !got[n] {
			delays = append(delays, int32((now-sent)/1000))
			missing++
		}
	}
}

func (c *clientsRole) end() {
	close(c.over)
	c.inputs.Wait()
	for _, s := range c.clients {
		s.conn.Close()
	}
}
