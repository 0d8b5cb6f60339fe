package client

import (
	"context"
	"errors"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
)

// How long a transport may take to open when a session resumes. It is shorter than for a first connection, because the
// realm is asked next.
const (
	resumeDial       = 1500 * time.Millisecond
	resumeDialWebRTC = 4 * time.Second
	resumeEvery      = time.Second // while waiting to ask the realm
)

// resumeTickets are what a zone process gave its client to come back with: docs/wire.md#resumption.
type resumeTickets struct {
	grant Grant // of the connection over which they came
	list  []message.ResumeTicket
	until time.Time
}

func newResumeTickets(g *Grant, r message.Resume, now time.Time) *resumeTickets {
	p := &resumeTickets{list: r.Tickets[:], until: now.Add(time.Duration(r.LifeMs) * time.Millisecond)}
	if g != nil {
		p.grant = *g
	}
	return p
}

// next is the grant to come back with; nil: there is none left.
func (p *resumeTickets) next(now time.Time) *Grant {
	if p == nil || len(p.list) == 0 || !now.Before(p.until) {
		return nil
	}
	g := p.grant
	g.Ticket, g.Secret, g.Expires = p.list[0].Ticket, p.list[0].Secret, p.until
	return &g
}

// keep takes over a link's resume tickets. A transfer drops those for the zone that is left (parts); later messages from
// that zone must not drop those for the new one. s.mu is held.
func (s *Session) keep(l *link, parts bool) {
	switch {
	case parts:
		s.tickets = nil
	case l.tickets != nil:
		s.tickets, l.tickets = l.tickets, nil
	}
}

// resume tries to reconnect directly to the zone process with a resume ticket, after cause. Nil and no error mean that the
// realm has to be asked; an error is final.
func (s *Session) resume(ctx context.Context, now time.Time, cause error) (*connection, error) {
	s.mu.Lock()
	var end *EndError
	if errors.As(cause, &end) && !end.resumable() {
		s.tickets = nil // the zone has let the character go
	}
	held := s.tickets
	g := held.next(now)
	s.mu.Unlock()
	if g == nil {
		return nil, nil
	}
	patience := resumeDial
	if s.cfg.Transport == transport.WebRTC {
		patience = resumeDialWebRTC
	}
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	dialing, enough := context.WithTimeout(ctx, patience)
	defer enough()
	c, err := s.connectWithin(dialing, ctx, g)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tickets == held && !errors.Is(err, transport.ErrUnspent) { // else the same one may serve when the network is back
		held.list = held.list[1:]
	}
	end = nil
	if errors.As(err, &end) && !end.resumable() {
		s.tickets = nil
	}
	if err == nil {
		s.stats.Resumed++
		return c, nil
	}
	s.status.Cause = &ResumeError{err}
	if s.cfg.Events.Waiting != nil {
		s.cfg.Events.Waiting(s.status.Cause)
	}
	if end != nil && end.Final() {
		return nil, err
	}
	return nil, nil
}

// ResumeError says why a session could not come back straight to its zone. The realm is asked next.
type ResumeError struct{ Err error }

// Error is for people.
func (e *ResumeError) Error() string { return "coming back to the zone: " + e.Err.Error() }

// Unwrap is the reason.
func (e *ResumeError) Unwrap() error { return e.Err }

func (s *Session) waiting(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Cause = err
	if s.cfg.Events.Waiting != nil {
		s.cfg.Events.Waiting(err)
	}
}
