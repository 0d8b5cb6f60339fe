package kcp

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/transport/ticket"
)

// TestReliableOverABadNetwork runs in a bubble, because kcp-go's core reads the process clock: there the clock is ours.
func TestReliableOverABadNetwork(t *testing.T) {
	for seed := range uint64(4) {
		synctest.Test(t, func(t *testing.T) { reliableRun(t, seed) })
	}
}

func reliableRun(t *testing.T, seed uint64) {
	p := netsim.Profile{Latency: 30 * time.Millisecond, Jitter: 20 * time.Millisecond, Loss: 0.1, Duplicate: 0.05, Reorder: 0.1}
	w := newPair(t, ticket.SuiteAESGCM, p, 10*second)
	w.links[0], w.links[1] = netsim.NewLink(p, seed), netsim.NewLink(p, seed+100)
	rng := rand.New(rand.NewPCG(seed, 9))
	var sent [2][]string
	const messages = 150
	deadline := time.Now().Add(2 * time.Minute)
	for len(w.got[0]) < messages || len(w.got[1]) < messages {
		if time.Now().After(deadline) {
			t.Fatalf("seed %d: %d and %d of %d messages came within two minutes", seed, len(w.got[0]), len(w.got[1]), messages)
		}
		for end := range w.ends {
			if len(sent[end]) < messages && rng.IntN(8) == 0 {
				msg := bytes.Repeat([]byte{byte(len(sent[end]))}, 1+rng.IntN(3000))
				switch err := w.ends[end].send(transport.Reliable, msg); {
				case err == nil:
					sent[end] = append(sent[end], string(msg))
				case !errors.Is(err, transport.ErrBackpressure):
					t.Fatal(err)
				}
				w.pump(end)
			}
		}
		time.Sleep(time.Millisecond)
		w.step()
	}
	for end := range w.ends {
		for i, got := range w.got[1-end] {
			if got != sent[end][i] {
				t.Fatalf("seed %d: message %d from end %d has %d bytes, was sent with %d", seed, i, end, len(got), len(sent[end][i]))
			}
		}
	}
	for range 3000 { // and then both fall silent
		time.Sleep(time.Millisecond)
		w.step()
	}
	for i, s := range w.ends {
		if s.backlog() != 0 || s.reliable.busy() {
			t.Errorf("seed %d: end %d still has %d bytes under way", seed, i, s.backlog())
		}
	}
}

func TestReliableBackPressureIsBounded(t *testing.T) {
	s := newPair(t, ticket.SuiteAESGCM, netsim.Profile{}, 10*second).ends[0]
	now := time.Unix(1000, 0)
	msg := make([]byte, 10_000)
	for i := 0; ; i++ {
		if err := s.send(transport.Reliable, msg); err != nil {
			if !errors.Is(err, transport.ErrBackpressure) || i < 10 {
				t.Fatalf("message %d: %v", i, err)
			}
			break
		}
		s.advance(now)
		for {
			if _, _, ok := s.emit(now, nil); !ok {
				break
			}
		}
		if s.backlog() > transport.MaxReliableBacklog {
			t.Fatalf("backlog of %d bytes", s.backlog())
		}
	}
	if len(s.reliable.out) > maxQueuedOutput {
		t.Errorf("%d bytes wait to be sealed", len(s.reliable.out))
	}
}

func TestSmallMessagesShareSegments(t *testing.T) {
	s := newPair(t, ticket.SuiteAESGCM, netsim.Profile{}, 10*second).ends[0]
	now := time.Unix(1000, 0)
	for range 50 {
		if err := s.send(transport.Reliable, make([]byte, 15)); err != nil {
			t.Fatal(err)
		}
	}
	s.advance(now)
	datagrams := 0
	for {
		if _, _, ok := s.emit(now, nil); !ok {
			break
		}
		datagrams++
	}
	if datagrams != 1 {
		t.Errorf("50 messages of 15 bytes left in %d datagrams", datagrams)
	}
}
