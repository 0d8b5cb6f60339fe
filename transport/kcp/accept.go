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
	random, rawTicket := readRequest(d.Data)
	claims, err := s.cfg.Tickets.Open(rawTicket, now)
	if err != nil {
		s.counters.BadTickets.Add(1)
		return
	}
	key, err := deriveProofKey(claims.Secret[:])
	if err != nil {
		s.counters.Dropped.Add(1)
		return
	}
	s.counters.Requests.Add(1)
	t := transcript{clientRandom: [randomSize]byte(random), stamp: uint64(now.UnixMilli())}
	t.cookie = s.cookies.cookie(d.Addr, random, t.stamp, rawTicket)
	s.readWriter.Commit(d.Addr, len(appendChallenge(s.readWriter.Next(), key, t)))
}

// response proves a client's address, ticket and secret, in the order of what they cost, and makes its session.
func (s *Server) response(now time.Time, d udp.Datagram) {
	t, rawTicket := readResponse(d.Data)
	if !s.cookies.fresh(t.stamp, now) || s.cookies.cookie(d.Addr, t.clientRandom[:], t.stamp, rawTicket) != t.cookie {
		s.counters.BadProofs.Add(1)
		return
	}
	claims, err := s.cfg.Tickets.Open(rawTicket, now)
	if err != nil {
		s.counters.BadTickets.Add(1)
		return
	}
	key, err := deriveProofKey(claims.Secret[:])
	if err != nil || !proven(key, d.Data) {
		s.counters.BadProofs.Add(1)
		return
	}
	if s.isClosing() {
		s.counters.Dropped.Add(1)
		return
	}
	s.enter(now, claims, t, d)
}

// enter lets a proven client in, or tells it that there is no room; only who gets in spends its ticket.
func (s *Server) enter(now time.Time, claims ticket.Claims, t transcript, d udp.Datagram) {
	if s.repeated(now, claims.Nonce, t, d) {
		return
	}
	if s.refusals.has(t) {
		s.counters.Dropped.Add(1)
		return
	}
	full, heard := s.room(now)
	spend := s.cfg.Tickets.Use
	if full {
		spend = s.cfg.Tickets.Check
	}
	switch err := spend(claims, now); {
	case errors.Is(err, ticket.ErrUsed):
		s.counters.Reused.Add(1)
	case err != nil:
		s.counters.BadTickets.Add(1)
	case !heard:
		s.counters.Overflow.Add(1)
	default:
		s.welcome(now, claims, t, d, full)
	}
}

// room says whether a newcomer may only be refused, and whether it may be even that. Only the caller's goroutine fills places.
func (s *Server) room(now time.Time) (full, heard bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	full = s.live >= s.cfg.MaxSessions
	return full, !full || s.refusing < maxRefusing && s.refusals.room(now)
}

// repeated greets again a client whose response has come twice, because our greeting was lost or slow. It reports whether
// the response was such a one.
func (s *Server) repeated(now time.Time, nonce uint64, t transcript, d udp.Datagram) bool {
	s.mu.RLock()
	c := s.unconfirmed[nonce]
	s.mu.RUnlock()
	if c == nil {
		return false
	}
	defer s.driver.Caught(now, c)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session.cfg.transcript != t || c.session.path.Remote != d.Addr {
		return false
	}
	if c.session.end.open() {
		c.session.ping = true
	}
	s.driver.Emit(now, c, s.readWriter)
	return true
}

// welcome makes the session of a proven client and asks whether it is wanted; full says that it is not.
func (s *Server) welcome(now time.Time, claims ticket.Claims, t transcript, d udp.Datagram, full bool) {
	in, out, err := deriveSealers(claims.Suite, claims.Secret[:], t)
	if err != nil {
		s.counters.Dropped.Add(1)
		return
	}
	c := s.admit(now, claims.Nonce, sessionConfig{
		in: in, out: out, remote: d.Addr, timeout: s.cfg.Timeout, newToken: randomToken, transcript: t,
	}, full)
	if c == nil {
		s.counters.Overflow.Add(1)
		return
	}
	defer s.driver.Caught(now, c)
	if full {
		s.refusals.add(t)
		err = &transport.CloseError{Code: transport.Refused, Text: fmt.Sprintf("the server is full (%d connections)", s.cfg.MaxSessions)}
	} else {
		err = c.calls.Ask(s.cfg.Accept, c, claims)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		s.refuse(now, c, err, full)
	} else {
		s.counters.Accepted.Add(1)
		c.session.ping = c.session.end.open()
	}
	c.session.advance(now)
	s.driver.Emit(now, c, s.readWriter)
}

// refuse ends a session that was never wanted; it has no handler to tell.
func (s *Server) refuse(now time.Time, c *conn, err error, full bool) {
	s.counters.Refused.Add(1)
	code, text := transport.Refusal(err)
	c.session.close(now, code, text)
	if !full {
		s.mu.Lock()
		c.live = false
		s.live--
		s.refusing++
		s.mu.Unlock()
	}
}

// admit gives a new session an id and a place, a live one or, when full, one in which it is only refused; nil when closing.
func (s *Server) admit(now time.Time, nonce uint64, cfg sessionConfig, full bool) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.door.Enter() {
		return nil
	}
	for cfg.id == 0 || s.sessions[cfg.id] != nil {
		var b [4]byte
		rand.Read(b[:])
		cfg.id = binary.LittleEndian.Uint32(b[:])
	}
	c := &conn{host: s, session: newSession(cfg, now), nonce: nonce, live: !full}
	s.sessions[cfg.id] = c
	s.unconfirmed[nonce] = c
	if full {
		s.refusing++
	} else {
		s.live++
	}
	return c
}
