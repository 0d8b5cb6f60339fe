package kcp

import (
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/udp"
)

// maxRefusing bounds the sessions that exist only to tell a newcomer that it is refused, beyond the live ones. Those past it
// hear nothing.
const maxRefusing = 256

// Server is the server's end of every association on one socket. Datagrams are handled on the socket's reading goroutine,
// timers on the driver's loop; a session belongs to whoever holds its conn's lock.
type Server struct {
	cfg     ServerConfig
	cookies cookieMaker
	driver  *driver.Driver

	mu          sync.RWMutex // guards what follows
	sessions    map[uint32]*conn
	unconfirmed map[uint64]*conn // by ticket nonce, until the peer's first datagram
	live        int              // sessions that were accepted and have not ended
	refusing    int              // sessions that were not accepted
	door        driver.Door

	readWriter *udp.Writer // owned by the socket's reading goroutine
	refusals   refusals    // likewise

	counters Counters
}

// Counters are a server's totals since it was made.
type Counters struct {
	Requests   atomic.Uint64 `help:"handshakes begun with a good ticket"`
	Accepted   atomic.Uint64 `help:"sessions that began"`
	Refused    atomic.Uint64 `help:"proven newcomers that were refused, and told so"`
	Dropped    atomic.Uint64 `help:"datagrams of no session, malformed, forged or replayed"`
	BadTickets atomic.Uint64 `help:"tickets that were malformed, forged, expired, or for another incarnation"`
	BadProofs  atomic.Uint64 `help:"responses with a wrong cookie or proof"`
	Reused     atomic.Uint64 `help:"tickets that were used before"`
	Overflow   atomic.Uint64 `help:"proven newcomers that were dropped in silence, being too many"`
	Timeouts   atomic.Uint64 `help:"sessions that ended in silence"`
	Moved      atomic.Uint64 `help:"sessions whose peer changed its address"`
	Dear       atomic.Uint64 `help:"datagrams not looked at, since their peers had made too much work"`
}

// NewServer starts serving on a driver's socket. It fails when Tickets or Accept is missing.
func NewServer(d *driver.Driver, cfg ServerConfig) (*Server, error) {
	if d == nil || cfg.Tickets == nil || cfg.Accept == nil {
		return nil, errors.New("kcp: new server: a driver, Tickets and Accept are required")
	}
	if cfg.MaxSessions <= 0 {
		cfg.MaxSessions = DefaultMaxSessions
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = transport.DefaultTimeout
	}
	s := &Server{
		cfg: cfg, driver: d,
		sessions: make(map[uint32]*conn), unconfirmed: make(map[uint64]*conn),
		readWriter: d.Socket().NewWriter(),
	}
	rand.Read(s.cookies.key[:])
	d.Socket().Handle(s.handle, udp.Own)
	return s, nil
}

// Counters are the server's own, which go on counting.
func (s *Server) Counters() *Counters { return &s.counters }

// Sessions is how many are open.
func (s *Server) Sessions() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.live
}

// datagrams handles what came in one system call.
func (s *Server) datagrams(now time.Time, batch []udp.Datagram) {
	for _, d := range batch {
		guard.Run("kcp: datagram", func() { s.datagram(now, d) })
	}
	s.readWriter.Flush()
}

func (s *Server) datagram(now time.Time, d udp.Datagram) {
	h, ok := readHeader(d.Data)
	switch {
	case ok && h.typ == typeSealed:
		s.sealed(now, h, d)
	case ok && h.typ == typeRequest:
		s.request(now, d)
	case ok && h.typ == typeResponse:
		s.response(now, d)
	default:
		s.counters.Dropped.Add(1)
	}
}

// sealed handles a datagram of a session.
func (s *Server) sealed(now time.Time, h header, d udp.Datagram) {
	s.mu.RLock()
	c := s.sessions[h.id]
	s.mu.RUnlock()
	if c == nil {
		s.counters.Dropped.Add(1)
		return
	}
	defer s.driver.Caught(now, c)
	msgs, first := s.open(now, c, h, d)
	if first {
		s.confirm(c)
	}
	c.hand(msgs)
}

// open gives a datagram to its session, and returns the messages in it; first says that it is the first authentic one.
func (s *Server) open(now time.Time, c *conn, h header, d udp.Datagram) (msgs []delivery, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.session.work.Left(now) {
		s.counters.Dear.Add(1)
		return nil, false
	}
	unheard, before := !c.session.confirmed, c.session.path.Remote
	msgs, ok := c.session.receive(now, d.Addr, h, d.Data)
	if !ok {
		s.counters.Dropped.Add(1)
		return nil, false
	}
	if c.session.path.Remote != before {
		s.counters.Moved.Add(1)
	}
	if !c.session.end.open() {
		c.session.advance(now)
	}
	s.driver.Emit(now, c, s.readWriter)
	return msgs, unheard
}

// confirm forgets a session's handshake: the peer has the keys and will not repeat it.
func (s *Server) confirm(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unconfirmed[c.nonce] == c {
		delete(s.unconfirmed, c.nonce)
	}
}

// changed implements host.
func (s *Server) changed(c *conn) { s.driver.Changed(c) }

// ticked tells those who must know what a session's timer has brought.
func (s *Server) ticked(c *conn) {
	c.mu.Lock()
	end := &c.session.end
	tell := end.ended && !end.notified
	if tell {
		end.notified = true
	}
	code, text, dead := end.code, end.text, end.dead
	c.mu.Unlock()
	if tell {
		s.ended(c, code, text)
	}
	if dead {
		s.forget(c)
	}
}

// ended tells c's handler that it is over.
func (s *Server) ended(c *conn, code transport.CloseCode, text string) {
	if code == transport.Timeout {
		s.counters.Timeouts.Add(1)
	}
	s.mu.Lock()
	if c.live {
		s.live--
	} else {
		s.refusing--
	}
	s.mu.Unlock()
	c.calls.Closed(c, code, text)
}

// forget drops a session for good.
func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions[c.session.cfg.id] == c {
		delete(s.sessions, c.session.cfg.id)
		s.door.Leave()
	}
	if s.unconfirmed[c.nonce] == c {
		delete(s.unconfirmed, c.nonce)
	}
}

func (s *Server) isClosing() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.door.Shut()
}
