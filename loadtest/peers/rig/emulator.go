package rig

import (
	"encoding/binary"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/realmwire/realmwire/transport/netsim"
)

// Bounds of an emulator.
const (
	maxFlows  = 4096
	maxQueued = 1 << 16 // packets under way
	maxPacket = 2048
)

// Counts are the IP packets, headers in, that one direction was given, lost ones included.
type Counts struct{ Packets, Bytes, Lost uint64 }

// Emulator carries packets between two devices. Each flow, which is a client's port and protocol, has links of its own, as
// each player has a line of his own; the n-th flow's fate is decided by the seed and n.
type Emulator struct {
	server, client *os.File
	wake, done     chan struct{}
	work           sync.WaitGroup

	mu       sync.Mutex // guards what follows
	up, down netsim.Profile
	seed     uint64
	flows    map[flowKey]*flow
	queue    arrivals
	order    uint64
	counts   [2]Counts // up, down
	lag      time.Duration
}

type flowKey struct {
	protocol byte
	port     uint16 // the client's
}

type flow struct{ up, down *netsim.Link }

// arrival is a packet that is under way.
type arrival struct {
	at    int64 // Unix nanoseconds
	order uint64
	data  []byte
	to    *os.File
}

type arrivals []arrival

func (a arrivals) Len() int { return len(a) }
func (a arrivals) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].order < a[j].order
}
func (a arrivals) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *arrivals) Push(x any)   { *a = append(*a, x.(arrival)) }
func (a *arrivals) Pop() any {
	old := *a
	last := old[len(old)-1]
	old[len(old)-1] = arrival{}
	*a = old[:len(old)-1]
	return last
}

// NewEmulator starts to carry packets between the devices of a server and of its clients, which it closes at the end.
func NewEmulator(server, client *os.File) *Emulator {
	e := &Emulator{
		server: server, client: client, wake: make(chan struct{}, 1), done: make(chan struct{}), flows: make(map[flowKey]*flow),
	}
	e.work.Go(func() { e.read(e.client, e.server, true) })
	e.work.Go(func() { e.read(e.server, e.client, false) })
	e.work.Go(e.deliver)
	return e
}

// Set changes what happens to packets sent from now on.
func (e *Emulator) Set(up, down netsim.Profile, seed uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.up, e.down, e.seed = up, down, seed
	clear(e.flows)
}

// Counts returns what each direction was given since the start.
func (e *Emulator) Counts() (up, down Counts) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.counts[0], e.counts[1]
}

// Lag is how late a packet was handed on at worst, since the last call.
func (e *Emulator) Lag() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	lag := e.lag
	e.lag = 0
	return lag
}

// Close stops and waits until everything has stopped.
func (e *Emulator) Close() {
	close(e.done)
	_ = e.server.Close()
	_ = e.client.Close()
	e.work.Wait()
}

// read takes packets from one device until it is closed or its process has ended.
func (e *Emulator) read(from, to *os.File, up bool) {
	buf := make([]byte, maxPacket)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if key, ok := flowOf(buf[:n], up); ok {
			e.send(key, buf[:n], to, up)
		}
	}
}

// flowOf finds the flow of an IPv4 packet of TCP or UDP. Others (a device that comes up asks for IPv6 routers) are not carried.
func flowOf(p []byte, up bool) (flowKey, bool) {
	if len(p) < 20 || p[0]>>4 != 4 {
		return flowKey{}, false
	}
	header := int(p[0]&15) * 4
	if len(p) < header+4 || p[9] != unix.IPPROTO_TCP && p[9] != unix.IPPROTO_UDP {
		return flowKey{}, false
	}
	at := header // of the source port
	if !up {
		at += 2
	}
	return flowKey{p[9], binary.BigEndian.Uint16(p[at:])}, true
}

// flow finds a flow's links, or makes them. e.mu is held.
func (e *Emulator) flow(key flowKey) *flow {
	f := e.flows[key]
	if f == nil {
		n := uint64(len(e.flows))
		if n >= maxFlows {
			return nil
		}
		f = &flow{netsim.NewLink(e.up, e.seed+2*n), netsim.NewLink(e.down, e.seed+2*n+1)}
		e.flows[key] = f
	}
	return f
}
