package rtc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// Server is the server's end of every WebRTC session on one socket.
type Server struct {
	cfg    ServerConfig
	public netip.AddrPort // invalid: the socket's own addresses
	socket *pinned
	mux    *ice.UDPMuxDefault
	api    *webrtc.API

	mu      sync.Mutex // guards what follows
	peers   map[*peer]struct{}
	closing bool
	work    sync.WaitGroup // peers

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
	Redirects  uint64 // connectivity checks that would have moved a session to another address
	Timeouts   uint64 // sessions that ended in silence
	Protocol   uint64 // sessions whose peer broke the protocol
}

type counters struct {
	answered, accepted, refused, full, badTickets, reused, badOffers, stalled, redirects, timeouts, protocol atomic.Uint64
}

// NewServer starts serving on conn, the WebRTC view of the process's socket, which it closes at the end.
func NewServer(conn net.PacketConn, cfg ServerConfig) (*Server, error) {
	if conn == nil || cfg.Tickets == nil || cfg.Accept == nil {
		return nil, errors.New("rtc: new server: a socket, Tickets and Accept are required")
	}
	public, err := resolvePublic(context.Background(), cfg.PublicAddr)
	if err != nil {
		return nil, err
	}
	if cfg.MaxPeers <= 0 {
		cfg.MaxPeers = DefaultMaxPeers
	}
	cfg.HandshakeTimeout = pickTimeout(cfg.HandshakeTimeout, transport.DefaultHandshakeTimeout)
	cfg.Timeout = pickTimeout(cfg.Timeout, transport.DefaultTimeout)
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	s := &Server{cfg: cfg, public: public, peers: make(map[*peer]struct{})}
	s.socket = newPinned(conn, func() { s.counters.redirects.Add(1) })
	s.mux = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: s.socket, Logger: quiet().NewLogger("ice")})
	se := settings(cfg.Timeout)
	se.SetLite(true)
	se.SetICEUDPMux(s.mux)
	// The client speaks first, so that DTLS sends nothing to an address that has not answered a cookie.
	if err := se.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return nil, fmt.Errorf("rtc: new server: %w", err)
	}
	s.api = webrtc.NewAPI(webrtc.WithSettingEngine(se))
	return s, nil
}

// Counters returns a copy of the totals.
func (s *Server) Counters() Counters {
	s.mu.Lock()
	n := len(s.peers)
	s.mu.Unlock()
	c := &s.counters
	return Counters{
		Peers: n, Answered: c.answered.Load(), Accepted: c.accepted.Load(), Refused: c.refused.Load(), Full: c.full.Load(),
		BadTickets: c.badTickets.Load(), Reused: c.reused.Load(), BadOffers: c.badOffers.Load(), Stalled: c.stalled.Load(),
		Redirects: c.redirects.Load(), Timeouts: c.timeouts.Load(), Protocol: c.protocol.Load(),
	}
}

// Answer spends the ticket and answers a client's offer. The client must then open both data channels in time. Errors are
// *transport.CloseError (TicketInvalid, Refused, ServerShutdown, ProtocolError), whose text may be shown to the client.
func (s *Server) Answer(ctx context.Context, rawTicket []byte, offerSDP string) (string, error) {
	claims, err := s.cfg.Tickets.Open(rawTicket, now())
	if err != nil {
		s.counters.badTickets.Add(1)
		return "", &transport.CloseError{Code: transport.TicketInvalid, Text: err.Error()}
	}
	if len(offerSDP) > maxSDP {
		s.counters.badOffers.Add(1)
		return "", &transport.CloseError{Code: transport.ProtocolError, Text: fmt.Sprintf("the offer has %d bytes; %d are allowed", len(offerSDP), maxSDP)}
	}
	p, err := s.enter(claims)
	if err != nil {
		return "", err
	}
	if err := s.cfg.Tickets.Use(claims, now()); err != nil {
		s.counters.reused.Add(1)
		p.abandon()
		return "", &transport.CloseError{Code: transport.TicketInvalid, Text: err.Error()}
	}
	answer, err := p.answer(ctx, offerSDP)
	if err != nil {
		s.counters.badOffers.Add(1)
		p.abandon()
		return "", &transport.CloseError{Code: transport.ProtocolError, Text: "the offer cannot be answered: " + err.Error()}
	}
	s.counters.answered.Add(1)
	return answer, nil
}

// enter takes a place for a peer.
func (s *Server) enter(claims ticket.Claims) (*peer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, &transport.CloseError{Code: transport.ServerShutdown, Text: "the server is shutting down"}
	}
	if len(s.peers) >= s.cfg.MaxPeers {
		s.counters.full.Add(1)
		return nil, &transport.CloseError{Code: transport.Refused, Text: fmt.Sprintf("the server is full (%d WebRTC peers); try another transport", s.cfg.MaxPeers)}
	}
	p := &peer{server: s, claims: claims}
	s.peers[p] = struct{}{}
	s.work.Add(1)
	return p, nil
}

// leave gives the place back.
func (s *Server) leave(p *peer) {
	s.mu.Lock()
	delete(s.peers, p)
	s.mu.Unlock()
	s.work.Done()
}

// Close tells every peer that the server is shutting down, waits shortly for that to leave, and stops.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closing = true
	all := make([]*peer, 0, len(s.peers))
	for p := range s.peers {
		all = append(all, p)
	}
	s.mu.Unlock()
	for _, p := range all {
		p.shutdown()
	}
	s.work.Wait()
	return s.mux.Close()
}

// handshakeTimer abandons p if its channels do not open in time.
func (s *Server) handshakeTimer(p *peer) *time.Timer {
	return time.AfterFunc(s.cfg.HandshakeTimeout, func() {
		if p.abandon() {
			s.counters.stalled.Add(1)
		}
	})
}
