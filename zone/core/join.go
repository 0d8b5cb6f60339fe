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

func (c *Core) connect(id ClientID, who *Connect) {
	cl := &client{
		id: id, session: who.Session, account: who.Account, character: who.Character, epoch: who.Epoch,
		transport: who.Transport, suite: who.Suite, maxLatest: who.MaxLatest, ticketTurn: who.Turn, deadline: c.tick + c.ticks(joinSeconds),
	}
	c.clients = append(c.clients, cl)
	c.byID[id] = cl
	switch {
	case c.draining:
		c.refuse(cl, message.ServerShutdown, "The server is restarting. Please try again in a moment.")
	case len(c.clients) > c.cfg.Zone.Capacity+maxWaiting:
		c.refuse(cl, message.ZoneFull, c.fullText())
	}
}

func (c *Core) refuse(cl *client, why message.Reason, text string) {
	c.count.Refused++
	c.notice(SessionRefused, cl, Notice{Reason: why, Text: text})
	c.end(cl, why, text, false)
}

func (c *Core) fullText() string {
	return fmt.Sprintf("%s is full (%d players). Please try again later.", c.cfg.Zone.Title, c.cfg.Zone.Capacity)
}

// join takes a client's first message: it must speak our protocol, the game's schema, and have the zone's map, because
// all three decide what the bytes that follow mean and where a prediction leads.
func (c *Core) join(cl *client, msg []byte) {
	if cl.phase != phaseJoin {
		c.offend(cl, "a second Join")
		return
	}
	var j message.Join
	if err := message.Read(msg, &j); err != nil {
		c.refuse(cl, message.ProtocolError, "The client's first message cannot be read. Update the client.")
		return
	}
	ground := c.cfg.Ground.Map
	older, admitted := c.cfg.Game.Schema.Admits(j.Schema)
	switch {
	case j.Protocol != message.Version:
		c.refuse(cl, message.SchemaMismatch, fmt.Sprintf("The client speaks protocol %d, the server %d. %s",
			j.Protocol, message.Version, updateWhat(j.Protocol)))
	case !admitted:
		c.refuse(cl, message.SchemaMismatch, fmt.Sprintf("The client was built for schema %016x, the server for %016x. Update the client; in a browser, reload the page.",
			j.Schema, c.cfg.Game.Schema.Hash))
	case j.MapHash != ground.Hash():
		c.refuse(cl, message.MapMismatch, fmt.Sprintf("The client's map of %s is not the server's. Load it again.", c.cfg.Zone.Title))
	case cl.ticketTurn != 0:
		cl.ask(&j, older, c.cfg.Best)
		c.resume(cl)
	case len(c.players)+c.joining >= c.cfg.Zone.Capacity && c.players[cl.character] == nil:
		c.refuse(cl, message.ZoneFull, c.fullText())
	default:
		cl.ask(&j, older, c.cfg.Best)
		cl.phase, cl.deadline = phaseAttach, c.tick+c.ticks(attachSeconds)
		c.joining++
		c.out.Attaches = append(c.out.Attaches, AttachRequest{Client: cl.id, Character: cl.character, Epoch: cl.epoch, Session: cl.session})
	}
}

// ask notes what a client's Join asks for. best: the zone gives it.
func (cl *client) ask(j *message.Join, older *snapshot.Older, best bool) {
	cl.verify, cl.older = j.Verify, older
	if j.Best && best && (older == nil || !older.Fast) {
		cl.tier = snapshot.Best
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
	cl := c.byID[r.Request.Client]
	waiting := cl != nil && cl.phase == phaseAttach
	switch {
	case r.Err != nil && waiting && errors.Is(r.Err, ErrRealmDown):
		c.refuse(cl, message.RealmDown, "Your character could not be loaded. Please try again.")
	case r.Err != nil && waiting:
		c.refuse(cl, message.AttachRefused, fmt.Sprintf("Your place in %s was not confirmed: %v", c.cfg.Zone.Title, r.Err))
	case r.Err != nil:
	case !waiting:
		c.release(r)
	default:
		c.enter(cl, r)
	}
}

// release ends the lease of a player who left while the realm looked. It comes in and goes at once, so that what is stored
// is where it would have stood: a traveller must not be found in this zone at its place in the last one.
//
// An answer may come late: where the character has another session by now, under this grant or a later one, the lease is that session's.
func (c *Core) release(r *AttachResult) {
	p := r.Request.Character
	if slices.ContainsFunc(c.clients, func(o *client) bool {
		return o.character == p && o.epoch >= r.Request.Epoch && o.id != r.Request.Client && o.phase != phaseGone && o.phase != phaseClosing
	}) {
		return
	}
	c.supersede(p)
	if _, _, err := c.sim.Join(r.Character.Character); err != nil {
		return // the lease ends when somebody asks for it: the zone will not have the character
	}
	from := len(c.out.arena)
	c.out.arena = c.sim.Save(p, c.out.arena)
	c.out.Saves = append(c.out.Saves, SaveRequest{Character: p, Epoch: r.Request.Epoch, State: c.out.tail(from), Final: true})
	c.sim.Leave(p)
}

// supersede puts out an older session of a character. A newer epoch is here, so its saves are refused from now on. It returns the turn of
// the resumption tickets that were handed out: where the epoch is the same after all, they must not be good for the new session.
func (c *Core) supersede(p rules.PlayerID) (turn uint32) {
	old := c.players[p]
	if old == nil {
		return 0
	}
	c.dismiss(old, message.TakenOver, "You signed in elsewhere.", false)
	return old.turn + 1
}

const kindText = "Your character is of a kind that this client does not know. Update the client."

func (c *Core) enter(cl *client, r *AttachResult) {
	if old := c.players[cl.character]; old != nil && old.epoch > cl.epoch {
		c.refuse(cl, message.AttachRefused, fmt.Sprintf("Your place in %s was given to a newer connection of yours. Please enter again.", c.cfg.Zone.Title))
		return
	}
	cl.turn = c.supersede(cl.character)
	id, inputs, err := c.sim.Join(r.Character.Character)
	if err == nil && cl.older != nil && !slices.Contains(cl.older.Kinds, c.world.Kind(id)) {
		c.sim.Leave(cl.character)
		c.release(r)
		c.refuse(cl, message.SchemaMismatch, kindText)
		return
	}
	if err != nil {
		c.refuse(cl, message.AttachRefused, fmt.Sprintf("You cannot enter %s: %v", c.cfg.Zone.Title, err))
		return
	}
	c.joining--
	cl.name, cl.entity, cl.inputs = r.Character.Name, id, inputs
	cl.saved = append(cl.saved[:0], r.Character.State...)
	c.begin(cl)
	c.notice(PlayerJoined, cl, Notice{})
	// Spread over the period, so that a crowd that came together is not saved together.
	cl.nextSave = c.tick + 1 + uint32(cl.id)%c.ticks(SaveSeconds)
}

// begin lets a session play the character that is in the world.
func (c *Core) begin(cl *client) {
	cl.phase, cl.deadline = phasePlay, 0
	cl.ordered = c.cfg.Ordered && cl.transport == transport.KCP
	cl.view = snapshot.NewView(c.world, snapshot.ViewConfig{Ordered: cl.ordered, Verify: cl.verify, Kinds: cl.kinds(), Tier: cl.tier})
	cl.view.Enter(cl.entity, true)
	c.players[cl.character] = cl
	c.send(cl, &message.Welcome{
		Tick: c.tick, TickHz: uint8(c.hz), Entity: uint32(cl.entity), Zone: c.cfg.Zone.Name, Title: c.cfg.Zone.Title, Ordered: cl.ordered,
		Players: uint16(min(len(c.players), 1<<16-1)), Capacity: uint16(min(c.cfg.Zone.Capacity, 1<<16-1)),
	})
	c.passFirst(cl)
}
