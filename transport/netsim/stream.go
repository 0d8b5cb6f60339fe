package netsim

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Bounds of a stream proxy.
const (
	maxStreams = 1024
	segment    = 1448     // bytes that TCP puts into a packet
	chunk      = 16 << 10 // bytes read at once
	maxChunks  = 256      // of one direction, under way
	maxResends = 1000     // of one segment; then the connection breaks
	// resendAfter is what finding a loss takes beside the round trip.
	resendAfter = 20 * time.Millisecond
)

// Stream forwards TCP connections over impaired links, for what a Proxy does not carry: HTTP and WebSockets. It ends TCP on both
// sides, so it can only imitate what a network would do to a connection: making one costs a round trip, bytes take the latency
// and pass the bottleneck, a segment that is lost comes a round trip and 20 ms later, and holds up what is behind it. Congestion
// control is not imitated, and duplicates and reordering, which TCP hides, do nothing.
type Stream struct {
	up, down Profile
	seed     uint64
	listen   net.Listener
	work     sync.WaitGroup
	done     chan struct{}

	mu     sync.Mutex // guards what follows
	target string
	made   uint64
	conns  map[net.Conn]struct{}
	closed bool
}

// NewStream starts forwarding; of cfg all fields mean what they mean for a Proxy.
func NewStream(cfg ProxyConfig) (*Stream, error) {
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	listen, err := net.Listen("tcp", cfg.Listen) //nolint:noctx // a local port: nothing to wait for
	if err != nil {
		return nil, fmt.Errorf("netsim: listen on %q: %w", cfg.Listen, err)
	}
	s := &Stream{
		up: forStream(cfg.Up), down: forStream(cfg.Down), seed: cfg.Seed, listen: listen, target: cfg.Target,
		done: make(chan struct{}), conns: map[net.Conn]struct{}{},
	}
	s.work.Go(s.accept)
	return s, nil
}

// forStream leaves out what TCP hides, and lets the sender wait for the bottleneck.
func forStream(p Profile) Profile {
	p.Duplicate, p.Reorder, p.MTU, p.MaxQueue = 0, 0, 0, time.Hour
	return p
}

// Addr is where clients connect.
func (s *Stream) Addr() string { return s.listen.Addr().String() }

// SetTarget names the server for connections that come from now on. Until there is one, they are closed.
func (s *Stream) SetTarget(addr string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target = addr
}

// Close breaks every connection and waits until everything has stopped.
func (s *Stream) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.done)
	err := s.listen.Close()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.work.Wait()
	return err
}

func (s *Stream) accept() {
	for {
		c, err := s.listen.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil && !s.open(c) {
			_ = c.Close()
		}
	}
}

// open leads a client's connection to the server; it reports false where it cannot.
func (s *Stream) open(client net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.target == "" || len(s.conns) >= 2*maxStreams {
		return false
	}
	var dialer net.Dialer
	server, err := dialer.Dial("tcp", s.target) //nolint:noctx // to a server on this machine: it answers at once or never
	if err != nil {
		return false
	}
	s.conns[client], s.conns[server] = struct{}{}, struct{}{}
	s.made++
	handshake := s.up.Latency + s.down.Latency
	s.pipe(server, client, &streamLink{link: NewLink(s.up, s.seed+2*s.made), resend: handshake + resendAfter}, handshake)
	s.pipe(client, server, &streamLink{link: NewLink(s.down, s.seed+2*s.made+1), resend: handshake + resendAfter}, 0)
	return true
}

// end breaks a connection of a pair; the other direction notices.
func (s *Stream) end(c net.Conn) {
	_ = c.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// parcel is bytes under way; none: the sender has no more.
type parcel struct {
	at   time.Time
	data []byte
}

// streamLink is one direction of one connection: a pure core.
type streamLink struct {
	link   *Link
	resend time.Duration
	sentAt time.Time // the latest
	lastAt time.Time // latest arrival
}

// plan says when size bytes that are sent at now have arrived, all of them; false: the connection breaks.
func (l *streamLink) plan(now time.Time, size int) (time.Time, bool) {
	if now.After(l.sentAt) {
		l.sentAt = now
	}
	for size > 0 {
		n := min(size, segment)
		arrivals, copies := l.link.Plan(l.sentAt, n)
		for tries := 0; copies == 0; tries++ {
			if tries == maxResends {
				return time.Time{}, false
			}
			l.sentAt = l.sentAt.Add(l.resend)
			arrivals, copies = l.link.Plan(l.sentAt, n)
		}
		if arrivals[0].After(l.lastAt) {
			l.lastAt = arrivals[0]
		}
		size -= n
	}
	return l.lastAt, true
}
