package rtc

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
	"github.com/realmwire/realmwire/transport/rtc/internal/sctp"
	"github.com/realmwire/realmwire/transport/udp"
)

// Server is the server's end of every WebRTC session on one socket: an ICE-lite agent, a DTLS server, an SCTP end each.
// Datagrams are handled on the socket's reading goroutine, timers on the driver's.
type Server struct {
	cfg        ServerConfig
	at         []netip.AddrPort // what answers give as our addresses
	identity   dtls.Identity
	driver     *driver.Driver
	readWriter *udp.Writer // owned by the socket's reading goroutine

	ctx    context.Context // of handshakes
	cancel context.CancelFunc
	work   sync.WaitGroup // handshakes

	mu        sync.RWMutex // guards what follows
	byUfrag   map[string]*session
	byAddress map[netip.AddrPort]*session
	entered   uint64 // sessions so far
	shaking   int    // handshakes under way
	door      driver.Door

	counters counters
}

// Counters are a server's totals since it was made, except Peers, which is the present number.
type Counters struct {
	Peers      int
	Answered   uint64
	Accepted   uint64
	Refused    uint64 // by the acceptor
	Full       uint64 // offers beyond MaxPeers
	BadTickets uint64 // malformed, forged, expired, or for another incarnation
	Reused     uint64 // tickets that were used before
	BadOffers  uint64
	Stalled    uint64 // peers whose channels did not open in time
	Dropped    uint64 // datagrams of no session, malformed, forged or replayed
	BadChecks  uint64 // connectivity checks for nobody, or not authentic
	Handshakes uint64 // that failed
	Busy       uint64 // datagrams that found no place for their handshake
	Unpaid     uint64 // datagrams of handshakes not sent, since too little had come from the address
	Redirects  uint64 // connectivity checks from another address than the session's, which moved nothing
	Moved      uint64 // sessions whose peer changed its address, and proved it
	Timeouts   uint64 // sessions that ended in silence
	Protocol   uint64 // sessions whose peer broke the protocol

	// Of SCTP, when a session has ended.
	Overfull uint64 // chunks of peers over a bound of ours
	Resent   uint64 // reliable chunks sent again because they were lost
	Repeated uint64 // reliable chunks that rode again before it was known whether they had arrived
	Lost     uint64 // latest messages that did not arrive
}

type counters struct {
	answered, accepted, refused, full, badTickets, reused, badOffers, stalled, dropped, badChecks, handshakes, busy, unpaid,
	redirects, moved, timeouts, protocol, overfull, resent, repeated, lost atomic.Uint64
}

// NewServer starts serving the STUN and DTLS datagrams of a driver's socket.
func NewServer(d *driver.Driver, cfg ServerConfig) (*Server, error) {
	if d == nil || cfg.Tickets == nil || cfg.Accept == nil {
		return nil, errors.New("rtc: new server: a driver, Tickets and Accept are required")
	}
	public, err := resolvePublic(context.Background(), cfg.PublicAddr)
	if err != nil {
		return nil, err
	}
	identity, err := dtls.NewIdentity()
	if err != nil {
		return nil, fmt.Errorf("rtc: new server: %w", err)
	}
	if cfg.MaxPeers <= 0 {
		cfg.MaxPeers = DefaultMaxPeers
	}
	cfg.HandshakeTimeout = pickTimeout(cfg.HandshakeTimeout, transport.DefaultHandshakeTimeout)
	cfg.Timeout = pickTimeout(cfg.Timeout, transport.DefaultTimeout)
	s := &Server{
		cfg: cfg, at: []netip.AddrPort{public}, identity: identity, driver: d, readWriter: d.Socket().NewWriter(),
		byUfrag: make(map[string]*session), byAddress: make(map[netip.AddrPort]*session),
	}
	if !public.IsValid() {
		s.at = localCandidates(d.Socket().Addr())
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	d.Socket().Handle(s.handle, udp.STUN, udp.DTLS)
	return s, nil
}

// Counters returns a copy of the totals.
func (s *Server) Counters() Counters {
	s.mu.RLock()
	n := len(s.byUfrag)
	s.mu.RUnlock()
	c := &s.counters
	return Counters{
		Peers: n, Answered: c.answered.Load(), Accepted: c.accepted.Load(), Refused: c.refused.Load(), Full: c.full.Load(),
		BadTickets: c.badTickets.Load(), Reused: c.reused.Load(), BadOffers: c.badOffers.Load(), Stalled: c.stalled.Load(),
		Dropped: c.dropped.Load(), BadChecks: c.badChecks.Load(), Handshakes: c.handshakes.Load(), Busy: c.busy.Load(),
		Unpaid: c.unpaid.Load(), Redirects: c.redirects.Load(), Moved: c.moved.Load(), Timeouts: c.timeouts.Load(), Protocol: c.protocol.Load(),
		Overfull: c.overfull.Load(), Resent: c.resent.Load(), Repeated: c.repeated.Load(), Lost: c.lost.Load(),
	}
}

// Answer spends the ticket and answers a client's offer. The client must then open both data channels in time. Errors are
// *transport.CloseError (TicketInvalid, Refused, ServerShutdown, ProtocolError), whose text may be shown to the client; only
// TicketInvalid means that the ticket cannot serve again.
func (s *Server) Answer(rawTicket []byte, offerSDP string) (string, error) {
	claims, err := s.cfg.Tickets.Open(rawTicket, now())
	if err != nil {
		s.counters.badTickets.Add(1)
		return "", &transport.CloseError{Code: transport.TicketInvalid, Text: err.Error()}
	}
	if len(offerSDP) > maxSDP {
		s.counters.badOffers.Add(1)
		return "", &transport.CloseError{Code: transport.ProtocolError, Text: fmt.Sprintf("the offer has %d bytes; %d are allowed", len(offerSDP), maxSDP)}
	}
	o, err := parseOffer(offerSDP)
	if err != nil {
		s.counters.badOffers.Add(1)
		return "", &transport.CloseError{Code: transport.ProtocolError, Text: "the offer cannot be answered: " + err.Error()}
	}
	p := &session{server: s, claims: claims, cred: newCredentials(), offer: o}
	if err := s.enter(p); err != nil {
		return "", err
	}
	if err := s.cfg.Tickets.Use(claims, now()); err != nil {
		s.counters.reused.Add(1)
		s.forget(p)
		return "", &transport.CloseError{Code: transport.TicketInvalid, Text: err.Error()}
	}
	s.counters.answered.Add(1)
	p.begin(now())
	return o.answer(p.cred, s.identity.Fingerprint, s.at), nil
}

// begin starts the time in which the session must come about.
func (s *session) begin(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connectBy = now.Add(s.server.cfg.HandshakeTimeout)
	s.server.driver.Changed(s)
}

// enter takes a place for a session.
func (s *Server) enter(p *session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.door.Shut() {
		return &transport.CloseError{Code: transport.ServerShutdown, Text: transport.ShuttingDown}
	}
	if len(s.byUfrag) >= s.cfg.MaxPeers {
		s.counters.full.Add(1)
		return &transport.CloseError{Code: transport.Refused, Text: fmt.Sprintf("the server is full (%d WebRTC peers); try another transport", s.cfg.MaxPeers)}
	}
	s.door.Enter()
	s.entered++
	p.serial = s.entered
	s.byUfrag[p.cred.ufrag] = p
	return nil
}

// tally counts an end by its reason; asked says that the acceptor was asked.
func (s *Server) tally(code transport.CloseCode, asked bool) {
	switch {
	case code == transport.Timeout && asked:
		s.counters.timeouts.Add(1)
	case code == transport.Timeout:
		s.counters.stalled.Add(1)
	case code == transport.ProtocolError:
		s.counters.protocol.Add(1)
	}
}

// association adds what one of them has counted.
func (c *counters) association(s sctp.Stats) {
	c.overfull.Add(s.Refused)
	c.resent.Add(s.Resent)
	c.repeated.Add(s.Copies)
	c.lost.Add(s.Abandoned)
}

// forget drops a session for good.
func (s *Server) forget(p *session) {
	p.mu.Lock()
	addresses := p.addresses
	p.addresses = nil
	var sent sctp.Stats
	if p.assoc != nil {
		sent = p.assoc.Stats()
	}
	p.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byUfrag[p.cred.ufrag] == p {
		s.counters.association(sent)
		delete(s.byUfrag, p.cred.ufrag)
		s.door.Leave()
	}
	for _, a := range addresses {
		s.release(p, a)
	}
}

// beginHandshake takes a place for one, which must call endHandshake and work.Done.
func (s *Server) beginHandshake() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shaking == maxHandshakes || s.door.Shut() {
		s.counters.busy.Add(1)
		return false
	}
	s.shaking++
	s.work.Add(1) // before Close may wait
	return true
}

func (s *Server) endHandshake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shaking--
}
