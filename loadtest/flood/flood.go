// Package flood sends a zone process what attackers send: garbage, forged and replayed datagrams, from many addresses. Only to
// this machine.
package flood

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of a flood.
const (
	MaxRate    = 1_000_000 // datagrams a second
	maxSources = 64
	maxTaken   = 256 // datagrams of the victim's session that are replayed
	datagram   = 1200
)

// First bytes of the datagrams of docs/wire.md#one-port-three-protocols.
const (
	request  = 0x80
	response = 0x82
	sealed   = 0x90
)

// Config is one flood.
type Config struct {
	Target netip.AddrPort // on loopback
	Rate   int            // datagrams a second, of all kinds together
	Seed   uint64
	// Taken are real datagrams of a client, as someone on its path has them: they are replayed, and forged ones made of them.
	Taken [][]byte
}

// Counters are what a flood did and got.
type Counters struct {
	Sent, SentBytes         uint64
	Received, ReceivedBytes uint64
}

// Flood is one under way.
type Flood struct {
	cfg     Config
	rng     *rand.Rand // of the sending goroutine
	sources []*net.UDPConn
	stop    chan struct{}
	work    sync.WaitGroup

	sent, sentBytes, received, receivedBytes atomic.Uint64
}

// Start opens the sources and begins to send. Stop ends it.
func Start(cfg Config) (*Flood, error) {
	switch {
	case !cfg.Target.Addr().IsLoopback():
		return nil, fmt.Errorf("flood: %s is not on this machine; floods go nowhere else", cfg.Target)
	case cfg.Rate < 1 || cfg.Rate > MaxRate:
		return nil, fmt.Errorf("flood: %d datagrams a second; 1 to %d are possible", cfg.Rate, MaxRate)
	}
	f := &Flood{cfg: cfg, rng: rand.New(rand.NewPCG(cfg.Seed, 1)), stop: make(chan struct{})}
	for i := range maxSources {
		c, err := net.DialUDP("udp", source(cfg.Target, i), net.UDPAddrFromAddrPort(cfg.Target))
		if err != nil {
			f.close()
			return nil, fmt.Errorf("flood: source %d: %w", i, err)
		}
		f.sources = append(f.sources, c)
		f.work.Go(func() { f.listen(c) })
	}
	f.work.Go(f.send)
	return f, nil
}

// source gives each source an address of its own where the whole of 127/8 is the machine's.
func source(target netip.AddrPort, i int) *net.UDPAddr {
	if !target.Addr().Is4() || !manyLoopbacks {
		return nil
	}
	return &net.UDPAddr{IP: net.IPv4(127, 66, byte(i>>8), byte(i+1))}
}

// Stop ends the flood and returns what it did.
func (f *Flood) Stop() Counters {
	close(f.stop)
	time.Sleep(afterlife) // what is still under way comes back meanwhile
	f.close()
	f.work.Wait()
	return Counters{f.sent.Load(), f.sentBytes.Load(), f.received.Load(), f.receivedBytes.Load()}
}

func (f *Flood) close() {
	for _, c := range f.sources {
		_ = c.Close()
	}
}

func (f *Flood) listen(c *net.UDPConn) {
	buf := make([]byte, 2048)
	for {
		n, err := c.Read(buf)
		if err != nil {
			select {
			case <-f.stop:
				return
			default:
			}
			if isClosed(err) {
				return
			}
			continue // such as the ICMP error of a port that is closed
		}
		f.received.Add(1)
		f.receivedBytes.Add(uint64(n))
	}
}

// burst sends n datagrams.
func (f *Flood) burst(n int, b []byte) {
	for range n {
		d := f.next(b[:0])
		if _, err := f.sources[f.rng.IntN(len(f.sources))].Write(d); err != nil {
			continue
		}
		f.sent.Add(1)
		f.sentBytes.Add(uint64(len(d)))
	}
}

// next makes one hostile datagram in b.
func (f *Flood) next(b []byte) []byte {
	kinds := []func([]byte) []byte{f.garbage, f.webrtc, f.forgedRequest, f.forgedResponse, f.forgedSealed, f.replay}
	return kinds[f.rng.IntN(len(kinds))](b)
}

func (f *Flood) fill(b []byte, n int) []byte {
	from := len(b)
	b = b[:from+n]
	for i := from; i < len(b); i += 8 {
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], f.rng.Uint64())
		copy(b[i:], word[:])
	}
	return b
}

// garbage is noise with a first byte of ours.
func (f *Flood) garbage(b []byte) []byte {
	return f.fill(append(b, byte(0x80+f.rng.IntN(0x40))), f.rng.IntN(datagram))
}

// webrtc is noise that looks like STUN or DTLS.
func (f *Flood) webrtc(b []byte) []byte {
	if f.rng.IntN(2) == 0 { // a binding request with a user name that nobody has
		b = append(b, 0, 1, 0, 28, 0x21, 0x12, 0xA4, 0x42)
		b = f.fill(b, 12)
		b = append(b, 0, 6, 0, 24)
		return f.fill(b, 24)
	}
	return f.fill(append(b, byte(20+f.rng.IntN(44))), 12+f.rng.IntN(200))
}

// forgedRequest carries a ticket that nobody sealed.
func (f *Flood) forgedRequest(b []byte) []byte {
	b = append(b, request, 1, 0, 0)
	b = f.fill(b, 16)
	b = append(b, 1, 1, 0, 0)
	b = f.fill(b, 156)
	return append(b, make([]byte, datagram-len(b))...)
}

// forgedResponse claims a cookie that was never given.
func (f *Flood) forgedResponse(b []byte) []byte {
	b = append(b, response, 1, 0, 0)
	b = f.fill(b, 16)
	b = binary.LittleEndian.AppendUint64(b, uint64(time.Now().UnixMilli()))
	return f.fill(b, 220-len(b))
}

// forgedSealed names a connection, the victim's where one is known, without its keys.
func (f *Flood) forgedSealed(b []byte) []byte {
	b = append(b, sealed)
	b = f.fill(b, 7+20+f.rng.IntN(200))
	for _, d := range f.cfg.Taken {
		if len(d) > 8 && d[0] == sealed {
			copy(b[1:5], d[1:5])
			break
		}
	}
	return b
}

// replay is a datagram that was real once.
func (f *Flood) replay(b []byte) []byte {
	if len(f.cfg.Taken) == 0 {
		return f.garbage(b)
	}
	return append(b, f.cfg.Taken[f.rng.IntN(len(f.cfg.Taken))]...)
}
