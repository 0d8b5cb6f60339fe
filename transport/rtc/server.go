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
	entered   uint64                 // sessions so far
	pending   map[*session]time.Time // those whose offer was answered, and when, until their handshake is made
	givingWay int                    // sessions of byUfrag that have given up their place
	shaking   slots                  // handshakes under way
	door      driver.Door

	counters Counters
}

// Counters are a server's totals since it was made.
type Counters struct {
	Answered   atomic.Uint64 `help:"offers that were answered"`
	Accepted   atomic.Uint64 `help:"sessions that began"`
	Refused    atomic.Uint64 `help:"sessions refused by the zone"`
	Full       atomic.Uint64 `help:"offers beyond the most sessions"`
	BadTickets atomic.Uint64 `help:"tickets that were malformed, forged, expired, or for another incarnation"`
	Reused     atomic.Uint64 `help:"tickets that were used before"`
	BadOffers  atomic.Uint64 `help:"offers that are too long or cannot be answered"`
	Stalled    atomic.Uint64 `help:"peers whose channels did not open in time"`
	Dropped    atomic.Uint64 `help:"datagrams of no session, malformed, forged or replayed"`
	BadChecks  atomic.Uint64 `help:"connectivity checks for nobody, or not authentic"`
	Handshakes atomic.Uint64 `help:"handshakes that failed"`
	Busy       atomic.Uint64 `help:"datagrams that found no place for their handshake"`
	GaveWay    atomic.Uint64 `help:"handshakes, and answered offers, that stood still and gave their place to another"`
	Unpaid     atomic.Uint64 `help:"datagrams of handshakes not sent, since too little had come from the address"`
	Redirects  atomic.Uint64 `help:"connectivity checks from another address than the session's, which moved nothing"`
	Moved      atomic.Uint64 `help:"sessions whose peer changed its address"`
	Timeouts   atomic.Uint64 `help:"sessions that ended in silence"`
	Protocol   atomic.Uint64 `help:"sessions whose peer broke the protocol"`
	Dear       atomic.Uint64 `help:"datagrams not looked at, since their peers had made too much work"`

	// Of SCTP, when a session has ended.
	Overfull atomic.Uint64 `help:"chunks of peers over a bound of ours"`
	Resent   atomic.Uint64 `help:"reliable chunks sent again because they were lost"`
	Repeated atomic.Uint64 `help:"reliable chunks that rode again before it was known whether they had arrived"`
	Lost     atomic.Uint64 `help:"latest messages that did not arrive"`
}

// NewServer starts serving the STUN and DTLS datagrams of a driver's socket.
func NewServer(d *driver.Driver, cfg ServerConfig) (*Server, error) {
	if d == nil || cfg.Tickets == nil || cfg.Accept == nil {
		return nil, errors.New("rtc: new server: a driver, Tickets and Accept are required")
	}
	at, err := candidates(context.Background(), cfg.PublicAddr, d.Socket().Addr())
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
		cfg: cfg, at: at, identity: identity, driver: d, readWriter: d.Socket().NewWriter(),
		byUfrag: make(map[string]*session), byAddress: make(map[netip.AddrPort]*session),
		pending: make(map[*session]time.Time),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	d.Socket().Handle(s.handle, udp.STUN, udp.DTLS)
	return s, nil
}

// Counters are the server's own, which go on counting.
func (s *Server) Counters() *Counters { return &s.counters }

// Sessions is how many are open, those included whose channels do not stand yet.
func (s *Server) Sessions() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.byUfrag)
}

// Answer spends the ticket and answers a client's offer. The client must then open both data channels in time. Errors are
// *transport.CloseError (TicketInvalid, Refused, ServerShutdown, ProtocolError), whose text may be shown to the client; only
// TicketInvalid means that the ticket cannot serve again.
func (s *Server) Answer(rawTicket []byte, offerSDP string) (string, error) {
	claims, err := s.cfg.Tickets.Open(rawTicket, now())
	if err != nil {
		s.counters.BadTickets.Add(1)
		return "", &transport.CloseError{Code: transport.TicketInvalid, Text: err.Error()}
	}
	if len(offerSDP) > maxSDP {
		s.counters.BadOffers.Add(1)
		return "", &transport.CloseError{Code: transport.ProtocolError, Text: fmt.Sprintf("the offer has %d bytes; %d are allowed", len(offerSDP), maxSDP)}
	}
	o, err := parseOffer(offerSDP)
	if err != nil {
		s.counters.BadOffers.Add(1)
		return "", &transport.CloseError{Code: transport.ProtocolError, Text: "the offer cannot be answered: " + err.Error()}
	}
	p := &session{server: s, claims: claims, cred: newCredentials(), offer: o}
	gaveWay, err := s.enter(p, now())
	if gaveWay != nil {
		s.counters.GaveWay.Add(1)
		gaveWay.finish(transport.Timeout, "the data channels did not open while others waited")
	}
	if err != nil {
		return "", err
	}
	if err := s.cfg.Tickets.Use(claims, now()); err != nil {
		s.counters.Reused.Add(1)
		s.forget(p)
		return "", &transport.CloseError{Code: transport.TicketInvalid, Text: err.Error()}
	}
	s.counters.Answered.Add(1)
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

// enter takes a place for a session. Where all are taken, one gives way that was answered and has stood still since.
func (s *Server) enter(p *session, now time.Time) (gaveWay *session, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.door.Shut() {
		return nil, &transport.CloseError{Code: transport.ServerShutdown, Text: transport.ShuttingDown}
	}
	if len(s.byUfrag)-s.givingWay >= s.cfg.MaxPeers {
		gaveWay = s.stillPending(now)
	}
	if len(s.byUfrag)-s.givingWay >= s.cfg.MaxPeers {
		s.counters.Full.Add(1)
		return nil, &transport.CloseError{Code: transport.Refused, Text: fmt.Sprintf("the server is full (%d WebRTC peers); try another transport", s.cfg.MaxPeers)}
	}
	s.door.Enter()
	s.entered++
	p.serial = s.entered
	s.byUfrag[p.cred.ufrag] = p
	s.pending[p] = now
	return gaveWay, nil
}

// stillPending takes the place of the session that has waited longest for its handshake, if that is long enough. s is locked.
func (s *Server) stillPending(now time.Time) (oldest *session) {
	for p, since := range s.pending {
		if now.Sub(since) >= silentFor && (oldest == nil || since.Before(s.pending[oldest])) {
			oldest = p
		}
	}
	if oldest != nil {
		delete(s.pending, oldest)
		s.givingWay++
		oldest.gaveWay = true
	}
	return oldest
}

// settled notes that a session's handshake is made: it keeps its place.
func (s *Server) settled(p *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pending, p)
}

// tally counts an end by its reason; asked says that the acceptor was asked.
func (s *Server) tally(code transport.CloseCode, asked bool) {
	switch {
	case code == transport.Timeout && asked:
		s.counters.Timeouts.Add(1)
	case code == transport.Timeout:
		s.counters.Stalled.Add(1)
	case code == transport.ProtocolError:
		s.counters.Protocol.Add(1)
	}
}

// association adds what one of them has counted.
func (c *Counters) association(s sctp.Stats) {
	c.Overfull.Add(s.Refused)
	c.Dear.Add(s.Dear)
	c.Resent.Add(s.Resent)
	c.Repeated.Add(s.Copies)
	c.Lost.Add(s.Abandoned)
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
		delete(s.pending, p)
		if p.gaveWay {
			s.givingWay--
		}
		s.door.Leave()
	}
	for _, a := range addresses {
		s.release(p, a)
	}
}

// beginHandshake takes a place for one, which must call endHandshake and work.Done.
func (s *Server) beginHandshake(h *slot) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.door.Shut() {
		return false
	}
	gaveWay, ok := s.shaking.enter(h)
	for _, other := range gaveWay {
		s.counters.GaveWay.Add(1)
		other.cancel()
	}
	if !ok {
		s.counters.Busy.Add(1)
		return false
	}
	s.work.Add(1) // before Close may wait
	return true
}

func (s *Server) endHandshake(h *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shaking.leave(h)
}

// heard notes a datagram of a handshake.
func (s *Server) heard(h *slot, now time.Time, datagram []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.progress(now, datagram)
}
