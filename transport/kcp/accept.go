package kcp

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/transport/udp"
)

// request answers a client's first datagram, if its ticket is good, and remembers nothing.
func (s *Server) request(now time.Time, d udp.Datagram) {
	random, rawTicket, ok := parseRequest(d.Data)
	if !ok {
		s.counters.dropped.Add(1)
		return
	}
	claims, err := s.cfg.Tickets.Open(rawTicket, now)
	if err != nil {
		s.counters.badTickets.Add(1)
		return
	}
	key, err := deriveProofKey(claims.Secret[:])
	if err != nil {
		s.counters.dropped.Add(1)
		return
	}
	s.counters.requests.Add(1)
	t := transcript{clientRandom: [randomSize]byte(random), stamp: uint64(now.UnixMilli())}
	t.cookie = s.cookies.cookie(d.Addr, random, t.stamp, rawTicket)
	s.readWriter.Commit(d.Addr, len(appendChallenge(s.readWriter.Next(), key, t)))
}

// response proves a client's address, ticket and secret, in the order of what they cost, and makes its session.
func (s *Server) response(now time.Time, d udp.Datagram) {
	t, rawTicket, ok := parseResponse(d.Data)
	if !ok {
		s.counters.dropped.Add(1)
		return
	}
	if !s.cookies.fresh(t.stamp, now) || s.cookies.cookie(d.Addr, t.clientRandom[:], t.stamp, rawTicket) != t.cookie {
		s.counters.badProofs.Add(1)
		return
	}
	claims, err := s.cfg.Tickets.Open(rawTicket, now)
	if err != nil {
		s.counters.badTickets.Add(1)
		return
	}
	key, err := deriveProofKey(claims.Secret[:])
	if err != nil || !proven(key, d.Data) {
		s.counters.badProofs.Add(1)
		return
	}
	if s.isClosing() {
		s.counters.dropped.Add(1)
		return
	}
	switch err := s.cfg.Tickets.Use(claims, now); {
	case errors.Is(err, ticket.ErrUsed):
		s.repeated(now, claims.Nonce, t, d)
	case err != nil:
		s.counters.badTickets.Add(1)
	default:
		s.welcome(now, claims, t, d)
	}
}

// repeated greets again a client whose response has come twice, because our greeting was lost or slow.
func (s *Server) repeated(now time.Time, nonce uint64, t transcript, d udp.Datagram) {
	s.mu.RLock()
	c := s.unconfirmed[nonce]
	s.mu.RUnlock()
	if c == nil {
		s.counters.reused.Add(1)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session.cfg.transcript != t || c.session.path.Remote != d.Addr {
		s.counters.reused.Add(1)
		return
	}
	if c.session.end.open() {
		c.session.ping = true
	}
	s.driver.Emit(now, c, s.readWriter)
}

// welcome makes the session of a proven client and asks whether it is wanted.
func (s *Server) welcome(now time.Time, claims ticket.Claims, t transcript, d udp.Datagram) {
	in, out, err := deriveSealers(claims.Suite, claims.Secret[:], t)
	if err != nil {
		s.counters.dropped.Add(1)
		return
	}
	c, full := s.admit(now, claims.Nonce, sessionConfig{
		in: in, out: out, remote: d.Addr, timeout: s.cfg.Timeout, newToken: randomToken, transcript: t,
	})
	if c == nil {
		s.counters.overflow.Add(1)
		return
	}
	if full {
		c.closed = true
		err = &transport.CloseError{Code: transport.Refused, Text: fmt.Sprintf("the server is full (%d sessions)", s.cfg.MaxSessions)}
	} else {
		err = s.ask(c, claims)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		s.refuse(now, c, err, full)
	} else {
		s.counters.accepted.Add(1)
		c.session.ping = c.session.end.open()
	}
	c.session.advance(now)
	s.driver.Emit(now, c, s.readWriter)
}

// ask gets the session's handler. It holds the lock of the handler's calls, as the acceptor may already close the session.
func (s *Server) ask(c *conn, claims ticket.Claims) error {
	c.deliver.Lock()
	defer c.deliver.Unlock()
	h, err := s.cfg.Accept(c, claims)
	if err == nil && h == nil {
		err = errors.New("the server has no handler for this session")
	}
	c.handler, c.closed = h, err != nil
	return err
}

// refuse ends a session that was never wanted; it has no handler to tell.
func (s *Server) refuse(now time.Time, c *conn, err error, full bool) {
	s.counters.refused.Add(1)
	code, text := transport.Refusal(err)
	c.session.close(now, code, text)
	if !full {
		s.mu.Lock()
		s.live--
		s.refusing++
		s.mu.Unlock()
	}
}

// admit gives a new session an id and a place. full says that it may only be refused; c is nil when not even that.
func (s *Server) admit(now time.Time, nonce uint64, cfg sessionConfig) (c *conn, full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	full = s.live >= s.cfg.MaxSessions
	if full && s.refusing >= maxRefusing || s.closing {
		return nil, full
	}
	for cfg.id == 0 || s.sessions[cfg.id] != nil {
		var b [4]byte
		rand.Read(b[:])
		cfg.id = binary.LittleEndian.Uint32(b[:])
	}
	c = &conn{host: s, session: newSession(cfg, now), nonce: nonce}
	s.sessions[cfg.id] = c
	s.unconfirmed[nonce] = c
	if full {
		s.refusing++
	} else {
		s.live++
	}
	return c, full
}
