package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// connection joins a link to its transport. It implements transport.Handler.
type connection struct {
	session *Session
	link    link           // guarded by session.mu
	conn    transport.Conn // set before anyone but the handler knows the connection
	changed chan struct{}  // holds one token when there is something for the loop to look at
}

// Message implements transport.Handler.
func (c *connection) Message(_ transport.Conn, _ transport.Lane, msg []byte) {
	s := c.session
	now := time.Now()
	s.mu.Lock()
	before, due := c.link.phase, c.due()
	c.link.receive(now, msg)
	moved := c.link.phase != before
	s.keep(&c.link, moved && c.link.phase == parting)
	if moved && c.link.phase == playing && s.current != c {
		if s.current != nil {
			s.current.link.events = &Events{} // messages from the old zone no longer matter
		}
		s.current = c
	}
	// When the schedule jumped forward, the loop sleeps too long.
	wake := moved || due.Sub(c.due()) > time.Millisecond
	s.mu.Unlock()
	if wake {
		c.notify()
	}
}

func (c *connection) due() time.Time {
	t, _ := c.link.nextStep()
	return t
}

// Closed implements transport.Handler.
func (c *connection) Closed(conn transport.Conn, code transport.CloseCode, text string) {
	s := c.session
	st := conn.Stats()
	s.mu.Lock()
	if i := slices.Index(s.live, c); i >= 0 {
		s.live = slices.Delete(s.live, i, i+1)
	}
	add(&s.past, st)
	c.link.finish(code, text)
	s.mu.Unlock()
	c.notify()
}

func (c *connection) notify() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// state is what the loop acts on.
func (c *connection) state() (phase, *EndError, *Grant) {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	return c.link.phase, c.link.end, c.link.transfer
}

// Run plays until ctx is done, then says goodbye and returns nil. Any other return is an error: the first connection failed,
// the session was ended for good (*EndError), or it could not come back within MaxOutage. Call it once.
func (s *Session) Run(ctx context.Context) error {
	c, err := s.enter(ctx)
	for err == nil {
		s.play(ctx, c)
		if stopped(ctx) {
			s.leave(c)
			s.does("has ended")
			return nil
		}
		c, err = s.next(ctx, c)
	}
	s.does("has ended")
	if stopped(ctx) {
		return nil // what went wrong went wrong because we stop
	}
	s.fails(err)
	return err
}

func stopped(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

// enter asks for a grant and connects with it. Only the first one takes the character from another client: whoever plays when this session comes
// back by itself has been told to by the player since.
func (s *Session) enter(ctx context.Context) (*connection, error) {
	s.does("asks the realm for a grant")
	s.mu.Lock()
	request := PlayRequest{Character: s.cfg.Character, Schema: s.cfg.Schema.Hash, Client: s.client, Returning: s.granted}
	s.mu.Unlock()
	g, err := s.cfg.API.Play(ctx, request)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.granted = true
	s.tickets = nil // of a lease that is over
	s.mu.Unlock()
	return s.connect(ctx, &g)
}

// next makes the next connection after c ended or the character went to another zone.
func (s *Session) next(ctx context.Context, c *connection) (*connection, error) {
	_, end, transfer := c.state()
	if transfer == nil {
		code := transport.Normal // a Goodbye comes before the transport's end
		if end.Code == transport.Timeout {
			code = end.Code // the zone may still hear us: Normal would make it remove the character, Timeout lets us resume
		}
		c.conn.Close(code, "")
		return s.reconnect(ctx, end)
	}
	// Make before break: the old connection stays open until the new zone has sent the player's own entity.
	next, err := s.connect(ctx, transfer)
	c.conn.Close(transport.Normal, "")
	if err != nil {
		return s.reconnect(ctx, fmt.Errorf("transfer to zone %s: %w", transfer.Zone.Name, err))
	}
	s.mu.Lock()
	s.stats.Transfers++
	s.mu.Unlock()
	return next, nil
}

// reconnect tries to get back after a drop: directly to the zone process where that is possible, else by asking the realm
// again with the same login token.
func (s *Session) reconnect(ctx context.Context, cause error) (*connection, error) {
	if stopped(ctx) {
		return nil, ctx.Err() // nothing was lost: we stop
	}
	s.mu.Lock()
	s.stats.Drops++
	s.status.Cause = cause
	if s.cfg.Events.Dropped != nil {
		s.cfg.Events.Dropped(cause)
	}
	s.mu.Unlock()
	until := time.Now().Add(s.cfg.MaxOutage)
	c, err := s.resume(ctx, time.Now(), cause)
	for attempt := 0; c == nil && err == nil && !final(cause); attempt++ {
		wait := backoff(attempt, rand.Float64())
		if asked, ok := RetryAfter(cause); ok {
			wait = max(wait, asked)
		}
		if time.Now().Add(wait).After(until) {
			return nil, fmt.Errorf("could not come back within %s: %w", s.cfg.MaxOutage, cause)
		}
		if c, err = s.pause(ctx, wait); c != nil || err != nil {
			break
		}
		if c, err = s.enter(ctx); err == nil {
			return c, nil
		}
		cause, err = err, nil
		s.waiting(cause)
	}
	if c == nil && err == nil {
		err = cause
	}
	return c, err
}

// pause waits before the realm is asked again. Meanwhile it tries the zone, if there is a ticket for it: the network may be
// back.
func (s *Session) pause(ctx context.Context, d time.Duration) (*connection, error) {
	for until := time.Now().Add(d); ; {
		s.does("waits until %s before it asks the realm again", until.Format("15:04:05.000"))
		left := time.Until(until)
		s.mu.Lock()
		if s.tickets.next(time.Now()) != nil {
			left = min(left, resumeEvery)
		}
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(left):
		}
		if !time.Now().Before(until) {
			return nil, nil
		}
		if c, err := s.resume(ctx, time.Now(), nil); c != nil || err != nil {
			return c, err
		}
	}
}

// connect joins the zone of a grant and returns when the player's own entity is in view.
func (s *Session) connect(ctx context.Context, g *Grant) (*connection, error) {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	c, err := s.connectWithin(ctx, ctx, g)
	if err != nil {
		return nil, wayError{err}
	}
	return c, nil
}

// connectWithin is connect with a context of its own for the transport.
func (s *Session) connectWithin(dialing, ctx context.Context, g *Grant) (*connection, error) {
	s.does("loads the map of zone %s", g.Zone.Name)
	ground, err := s.cfg.Maps.Get(ctx, s.cfg.API, g.Map)
	if err != nil {
		return nil, err
	}
	c := &connection{session: s, changed: make(chan struct{}, 1)}
	c.link = link{
		schema: s.cfg.Schema, ground: ground, margin: s.cfg.Margin, newPlayer: s.cfg.NewPlayer, events: &s.cfg.Events, grant: g,
		replica: replica(&s.cfg), best: s.cfg.Best, began: time.Now(), zone: Zone{Name: g.Zone.Name},
	}
	if h, err := ticket.ReadHeader(g.Ticket); err == nil {
		c.link.zone.Incarnation = h.Incarnation
	}
	s.does("connects to zone %s over %s", g.Zone.Name, s.cfg.Transport)
	conn, err := s.cfg.dial(dialing, g, c)
	if err != nil {
		return nil, err
	}
	c.conn = conn
	rtt := conn.Stats().RTT
	s.mu.Lock()
	c.link.rttGuess = rtt
	if c.link.phase != ended {
		s.live = append(s.live, c)
	}
	s.mu.Unlock()
	if err := conn.Send(transport.Reliable, c.link.hello(s.cfg.Verify, s.cfg.Name)); err != nil && !errors.Is(err, transport.ErrClosed) {
		conn.Close(transport.Normal, "")
		return nil, fmt.Errorf("zone %s: send Join: %w", g.Zone.Name, err)
	}
	if err := c.await(ctx, g.Zone.Name); err != nil {
		conn.Close(transport.Normal, "")
		return nil, err
	}
	return c, nil
}

// await returns when the zone shows the player itself.
func (c *connection) await(ctx context.Context, zone string) error {
	c.session.does("waits for the Welcome of zone %s", zone)
	for {
		switch p, end, _ := c.state(); p {
		case playing, parting:
			return nil
		case ended:
			return end
		case entered:
			c.session.does("waits to see itself in zone %s", zone)
		default:
		}
		select {
		case <-c.changed:
		case <-ctx.Done():
			return fmt.Errorf("zone %s: the connection stands, but the zone did not let us in within %s: %w", zone, joinTimeout, ctx.Err())
		}
	}
}

// play steps ticks until the link ends, the character goes to another zone, or ctx is done.
func (s *Session) play(ctx context.Context, c *connection) {
	s.does("plays in zone %s", c.link.grant.Zone.Name)
	s.fails(nil)
	timer := time.NewTimer(0)
	defer timer.Stop()
	var packet []byte
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-c.changed:
		}
		s.mu.Lock()
		packet = c.link.step(time.Now(), packet[:0])
		next, stepping := c.link.nextStep()
		s.mu.Unlock()
		if len(packet) > 0 {
			_ = c.conn.Send(transport.Latest, packet) // if it cannot leave, the next one carries it again, or Closed tells us
		}
		if !stepping {
			return
		}
		timer.Reset(time.Until(next))
	}
}

// leave says goodbye and gives it a moment to go out.
func (s *Session) leave(c *connection) {
	s.does("says goodbye")
	c.conn.Close(transport.Normal, "")
	timeout := time.NewTimer(partingTimeout)
	defer timeout.Stop()
	for {
		if p, _, _ := c.state(); p == ended {
			return
		}
		select {
		case <-c.changed:
		case <-timeout.C:
			return
		}
	}
}

// does notes what the session does from now on.
func (s *Session) does(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Doing, s.status.Since = fmt.Sprintf(format, args...), time.Now()
}

func replica(c *Config) *snapshot.Replica {
	if c.Best {
		return snapshot.NewBestReplica(c.Schema)
	}
	return snapshot.NewReplica(c.Schema)
}
