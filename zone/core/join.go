package core

import (
	"errors"
	"fmt"
	"slices"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/rules"
)

func (c *Core) connect(id ConnID, who *Connect) {
	s := &session{
		conn: id, id: who.Session, account: who.Account, character: who.Character, epoch: who.Epoch,
		transport: who.Transport, suite: who.Suite, maxLatest: who.MaxLatest, cameWith: who.Ticket, deadline: c.tick + c.ticks(joinSeconds),
	}
	c.sessions = append(c.sessions, s)
	c.byConn[id] = s
	switch {
	case c.draining:
		c.refuse(s, message.ServerShutdown, "The server is restarting. Please try again in a moment.")
	case len(c.sessions) > c.cfg.Zone.Capacity+maxWaiting && !c.silentGivesWay():
		c.refuse(s, message.ZoneFull, c.fullText())
	}
}

// silentGivesWay ends the session that has gone longest without its Join, if that is long enough: whoever proves tickets and says no more
// must not keep others out.
func (c *Core) silentGivesWay() bool {
	var oldest *session
	for _, s := range c.sessions {
		if s.phase == phaseJoin && (oldest == nil || s.deadline < oldest.deadline) {
			oldest = s
		}
	}
	if oldest == nil || oldest.deadline > c.tick+c.ticks(joinSeconds-silentSeconds) {
		return false
	}
	c.dismiss(oldest, message.AttachRefused, "Your client did not say in time what it wants. Please enter again.", false)
	return true
}

func (c *Core) refuse(s *session, why message.Reason, text string) {
	c.count.JoinRefused++
	c.notice(SessionRefused, s, Notice{Reason: why, Text: text})
	c.end(s, why, text, false)
}

func (c *Core) fullText() string {
	return fmt.Sprintf("%s is full (%d players). Please try again later.", c.cfg.Zone.Title, c.cfg.Zone.Capacity)
}

// join takes a client's first message: it must speak our protocol, the game's schema, and have the zone's map, because
// all three decide what the bytes that follow mean and where a prediction leads.
func (c *Core) join(s *session, msg []byte) {
	if s.phase != phaseJoin {
		c.offend(s, "a second Join")
		return
	}
	var j message.Join
	if err := message.Read(msg, &j); err != nil {
		c.refuse(s, message.ProtocolError, "The client's first message cannot be read. Update the client.")
		return
	}
	ground := c.cfg.Ground.Map
	older, admitted := c.cfg.Game.Schema.Admits(j.Schema)
	switch {
	case j.Protocol != message.Version:
		c.refuse(s, message.SchemaMismatch, fmt.Sprintf("The client speaks protocol %d, the server %d. %s",
			j.Protocol, message.Version, updateWhat(j.Protocol)))
	case !admitted:
		c.refuse(s, message.SchemaMismatch, fmt.Sprintf("The client was built for schema %016x, the server for %016x. Update the client; in a browser, reload the page.",
			j.Schema, c.cfg.Game.Schema.Hash))
	case j.MapHash != ground.Hash():
		c.refuse(s, message.MapMismatch, fmt.Sprintf("The client's map of %s is not the server's. Load it again.", c.cfg.Zone.Title))
	case s.cameWith != 0:
		s.ask(&j, older, c.cfg.Best)
		c.resume(s)
	case len(c.players)+c.joining >= c.cfg.Zone.Capacity && c.players[s.character] == nil:
		c.refuse(s, message.ZoneFull, c.fullText())
	default:
		s.ask(&j, older, c.cfg.Best)
		s.phase, s.deadline = phaseAttach, c.tick+c.ticks(attachSeconds)
		c.joining++
		c.out.Attaches = append(c.out.Attaches, AttachRequest{Conn: s.conn, Character: s.character, Epoch: s.epoch, Session: s.id})
	}
}

// ask notes what a client's Join asks for. best: the zone gives it.
func (s *session) ask(j *message.Join, older *snapshot.Older, best bool) {
	s.verify, s.older = j.Verify, older
	if j.Best && best && (older == nil || !older.Fast) {
		s.tier = snapshot.Best
	}
}

// updateWhat says what a player must do where client and server do not speak the same protocol.
func updateWhat(client uint8) string {
	if client < message.Version {
		return "Update the client; in a browser, reload the page."
	}
	return "Update the server."
}

// attached takes the realm's word on who the client is, and brings the character in.
func (c *Core) attached(r *AttachResult) {
	s := c.byConn[r.Request.Conn]
	waiting := s != nil && s.phase == phaseAttach
	switch {
	case r.Err != nil && waiting && errors.Is(r.Err, ErrRealmDown):
		c.refuse(s, message.RealmDown, "Your character could not be loaded. Please try again.")
	case r.Err != nil && waiting:
		c.refuse(s, message.AttachRefused, fmt.Sprintf("Your place in %s was not confirmed: %v", c.cfg.Zone.Title, r.Err))
	case r.Err != nil:
	case !waiting:
		c.release(r)
	default:
		c.enter(s, r)
	}
}

// release ends the lease of a player who left while the realm looked. It comes in and goes at once, so that what is stored
// is where it would have stood: who was handed over must not be found in this zone at its place in the last one.
//
// An answer may come late: where the character has another session by now, under this grant or a later one, the lease is that session's.
func (c *Core) release(r *AttachResult) {
	p := r.Request.Character
	if slices.ContainsFunc(c.sessions, func(o *session) bool {
		return o.character == p && o.epoch >= r.Request.Epoch && o.conn != r.Request.Conn && o.phase != phaseTransfer && o.phase != phaseClosing
	}) {
		return
	}
	c.supersede(p)
	// The lease ends when somebody asks for it: the zone will not have the character.
	var err error
	if caught := try(func() { _, _, err = c.sim.Join(r.Character) }); caught != nil {
		c.noteFault(nil, caught)
		_ = try(func() { c.sim.Leave(p) })
		return
	}
	if err != nil {
		return
	}
	if state, caught := c.savedState(p); caught == nil {
		c.out.Saves = append(c.out.Saves, SaveRequest{Character: p, Epoch: r.Request.Epoch, State: state, Final: true})
	} else {
		c.noteFault(nil, caught)
	}
	c.attemptAll(func() { c.sim.Leave(p) })
}

// supersede closes an older session of a character. A newer epoch is here, so its saves are refused from now on. It returns the number
// of the next resume tickets: where the epoch is the same after all, they must not be good for the new session.
func (c *Core) supersede(p rules.PlayerID) (tickets uint32) {
	old := c.players[p]
	if old == nil {
		return 0
	}
	c.dismiss(old, message.TakenOver, "You signed in elsewhere.", false)
	return old.tickets + 1
}

const kindText = "Your character is of a kind that this client does not know. Update the client."

func (c *Core) enter(s *session, r *AttachResult) {
	if old := c.players[s.character]; old != nil && old.epoch > s.epoch {
		c.refuse(s, message.AttachRefused, fmt.Sprintf("Your place in %s was given to a newer connection of yours. Please enter again.", c.cfg.Zone.Title))
		return
	}
	s.tickets = c.supersede(s.character)
	id, inputs, err := c.sim.Join(r.Character)
	if err == nil && s.older != nil && !slices.Contains(s.older.Kinds, c.world.Kind(id)) {
		c.sim.Leave(s.character)
		c.release(r)
		c.refuse(s, message.SchemaMismatch, kindText)
		return
	}
	if err != nil {
		c.refuse(s, message.AttachRefused, fmt.Sprintf("You cannot enter %s: %v", c.cfg.Zone.Title, err))
		return
	}
	c.joining--
	s.name, s.entity, s.inputs = r.Character.Name, id, inputs
	s.saved = append(s.saved[:0], r.Character.State...)
	c.begin(s)
	c.notice(PlayerJoined, s, Notice{})
	// Spread over the period, so that a crowd that came together is not saved together.
	s.nextSave = c.tick + 1 + uint32(s.conn)%c.ticks(SaveSeconds)
}

// begin lets a session play the character that is in the world.
func (c *Core) begin(s *session) {
	s.phase, s.deadline = phasePlay, 0
	s.ordered = c.cfg.Ordered && s.transport == transport.KCP
	s.view = snapshot.NewView(c.world, snapshot.ViewConfig{Ordered: s.ordered, Verify: s.verify, Kinds: s.kinds(), Tier: s.tier})
	s.view.Enter(s.entity, true)
	c.players[s.character] = s
	c.send(s, &message.Welcome{
		Tick: c.tick, TickHz: uint8(c.hz), Entity: uint32(s.entity), Zone: c.cfg.Zone.Name, Title: c.cfg.Zone.Title, Ordered: s.ordered,
		Players: uint16(min(len(c.players), 1<<16-1)), Capacity: uint16(min(c.cfg.Zone.Capacity, 1<<16-1)),
	})
	c.issueFirstTickets(s)
}
