package main

import (
	"fmt"
	"time"

	"github.com/realmwire/realmwire/loadtest/peers/peer"
	"github.com/realmwire/realmwire/transport"
)

// workload is what both ends of a run are told. It crosses to the children as JSON.
type workload struct {
	Peer    string
	Lane    transport.Lane // of states and inputs
	Options peer.Options
	Clients int
	Hz      int
	Down    int  // bytes of a state, once a tick; 0 for none
	Up      int  // bytes of an input, once a tick; 0 for none
	Events  bool // eventsPerSecond reliable messages of eventSize bytes
}

const (
	eventsPerSecond = 5
	eventSize       = 40
	maxMessage      = 1024
)

func (w *workload) period() time.Duration { return time.Second / time.Duration(w.Hz) }

// find returns the peer of a name.
func find(name string) (*peer.Peer, error) {
	for _, p := range peer.All() {
		if p.Name == name {
			return &p, nil
		}
	}
	return nil, fmt.Errorf("unknown peer %q", name)
}

// check refuses sizes that cannot be.
func (w *workload) check() error {
	for _, n := range []int{w.Down, w.Up} {
		if n != 0 && n < peer.HeaderSize || n > maxMessage {
			return fmt.Errorf("messages have %d to %d bytes, not %d", peer.HeaderSize, maxMessage, n)
		}
	}
	if w.Hz < 1 || w.Hz > 1000 || w.Events && w.Hz < eventsPerSecond {
		return fmt.Errorf("%d ticks a second cannot be driven", w.Hz)
	}
	return nil
}
