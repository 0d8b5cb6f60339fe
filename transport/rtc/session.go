package rtc

import (
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
	"github.com/realmwire/realmwire/transport/rtc/internal/sctp"
	"github.com/realmwire/realmwire/transport/ticket"
)

const (
	// maxAddresses is from how many addresses a client's checks are answered until it has chosen one.
	maxAddresses = 8
	// maxHeld and maxHeldBytes bound the reliable messages that come before both channels are open.
	maxHeld      = 16
	maxHeldBytes = 64 << 10
	// sctpMTU leaves a datagram of ours, records around it, within what IPv6 carries everywhere (1,280 bytes with its headers).
	sctpMTU = 12 + 16 + transport.MaxLatestMessage + 2
)

// session is one client of a server: answered, connecting, with both channels open, ending. It implements transport.Conn, and
// driver.Session. It has no goroutine but while its DTLS handshake runs.
type session struct {
	server *Server
	serial uint64 // grows from session to session
	claims ticket.Claims
	cred   credentials
	offer  offer
	place  driver.Place

	gaveWay bool // its place is another's by now; guarded by the server's lock

	mu        sync.Mutex // guards what follows, up to the blank line; never held while the handler runs
	connectBy time.Time  // zero once accepted, or refused
	lastHeard time.Time
	path      driver.Path
	addresses []netip.AddrPort // that its checks came from
	credit    credit           // of the path
	handshake handshake
	records   *dtls.Records     // nil until the handshake is made
	assoc     *sctp.Association // likewise
	channels  channels
	held      [][]byte // reliable messages that came before both channels were open
	heldBytes int
	asked     bool // the acceptor was
	left      bool // the peer has gone
	end       ending
	stats     transport.Stats

	calls transport.Calls
}

// channels are the streams on which the client has opened the lanes' data channels.
type channels struct {
	stream [2]uint16
	open   [2]bool
}

// both reports whether both lanes have theirs.
func (c *channels) both() bool { return c.open[0] && c.open[1] }

// lane is that of a stream.
func (c *channels) lane(stream uint16) (transport.Lane, bool) {
	for lane := range c.open {
		if c.open[lane] && c.stream[lane] == stream {
			return transport.Lane(lane), true
		}
	}
	return 0, false
}

// Kind implements transport.Conn.
func (s *session) Kind() transport.Kind { return transport.WebRTC }

// RemoteAddr implements transport.Conn.
func (s *session) RemoteAddr() netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.path.Remote
}

// MaxLatest implements transport.Conn.
func (s *session) MaxLatest() int { return transport.MaxLatestMessage }

// Backlog implements transport.Conn.
func (s *session) Backlog() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.assoc.Backlog()
}

// Stats implements transport.Conn.
func (s *session) Stats() transport.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.RTT, st.Loss, st.Queue = s.assoc.RTT(), s.assoc.Loss(), s.assoc.Backlog()
	return st
}

// Send implements transport.Conn. It may wait for Flush, a few milliseconds at most.
func (s *session) Send(lane transport.Lane, msg []byte) error {
	if err := transport.CheckSize(lane, len(msg)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end.stage != open {
		return transport.ErrClosed
	}
	stream := s.channels.stream[lane]
	if lane == transport.Latest {
		replaced, err := s.assoc.SendLatest(stream, ppidBinary, msg)
		if err != nil {
			return transport.ErrClosed
		}
		if replaced {
			s.stats.Replaced++
		}
	} else if err := s.assoc.SendReliable(stream, ppidBinary, msg); errors.Is(err, sctp.ErrClosed) {
		return transport.ErrClosed // the peer has gone
	} else if err != nil {
		return transport.ErrBackpressure
	}
	s.server.driver.Changed(s)
	return nil
}

// Close implements transport.Conn.
func (s *session) Close(code transport.CloseCode, text string) {
	if !code.Valid() {
		code = transport.Normal
	}
	s.finish(code, transport.ClipText(text))
}

// finish ends the session from this side.
func (s *session) finish(code transport.CloseCode, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail(now(), code, text)
}

// fail is finish for one who holds the lock.
func (s *session) fail(now time.Time, code transport.CloseCode, text string) {
	if s.assoc == nil {
		s.end.vanish(code, text) // there is no way yet to tell the peer
	} else {
		s.end.begin(now, code, text)
	}
	s.server.driver.Changed(s)
}
