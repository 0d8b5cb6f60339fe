package core

import (
	"slices"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/interest"
	"github.com/realmwire/realmwire/zone/rules"
)

// phase is a step in the life of a session.
type phase uint8

const (
	phaseJoin     phase = iota // waits for the client's Join
	phaseAttach                // waits for the realm
	phasePlay                  // in the world
	phaseDepart                // in the world, standing still: the realm was asked for the handover
	phaseTransfer              // its character is another zone's; the entity stays until the client has arrived there
	phaseAway                  // cut off: the character stays in the world for a while, and nobody is connected
	phaseClosing               // told goodbye; waits for the transport
)

// session is what the zone holds of one client. The core owns it.
type session struct {
	conn      ConnID
	phase     phase
	deadline  uint32 // tick at which the phase has taken too long; 0: never
	id        uint64 // the realm's
	account   uint64
	character rules.PlayerID
	epoch     uint64
	transport transport.Kind
	suite     ticket.Suite
	maxLatest int
	verify    bool
	older     *snapshot.Older // the version of the schema that the client was built for; nil: the server's
	tier      snapshot.Tier
	name      string

	entity  snapshot.ID
	inputs  rules.InputBuffer
	view    *snapshot.View
	sees    interest.View
	ordered bool
	pace    pace

	echo     echo
	chatHint bool // told to talk slower, since it last did

	kicked   string // what the player is told who is kicked
	saved    []byte // state as stored last
	nextSave uint32

	cameWith    uint32 // number of the resume ticket that the connection came with; 0: it came with a grant
	tickets     uint32 // number of the resume tickets that the client was given last
	nextTickets uint32 // tick of the next ones; 0: never
	resumes     bucket
	fault       *fault // what work for it panicked with: it is ended with the next tick
	unsavable   bool   // the game panics when it is asked for the character's state
	toZone      string // where the character is handed over to
	departs     bool   // while nobody was connected, the rules wanted to hand the character over
}

// echo is what the next snapshot tells the client about its clock.
type echo struct {
	has    bool
	time   uint16        // the client's, from its packet
	at     time.Duration // when the packet came
	newest uint32
	lead   int16
}

// bucket lets through a burst, and then one in a while.
type bucket struct {
	used  int
	since uint32 // tick from which the oldest use is being forgotten
}

// take uses one of burst, of which one comes back each period (ticks); false: none is left.
func (b *bucket) take(tick, period uint32, burst int) bool {
	for b.used > 0 && tick-b.since >= period {
		b.used--
		b.since += period
	}
	if b.used == 0 {
		b.since = tick
	}
	if b.used >= burst {
		return false
	}
	b.used++
	return true
}

// kinds are the entity kinds that the client knows; nil: all.
func (s *session) kinds() []uint8 {
	if s.older == nil {
		return nil
	}
	return s.older.Kinds
}

// knows reports whether the client understands a game's message.
func (s *session) knows(id uint8) bool {
	return s.older == nil || slices.Contains(s.older.Messages, id)
}

// retired reports whether a fair client of that version may send a message that means nothing to this one.
func (s *session) retired(id uint8) bool {
	return s.older != nil && slices.Contains(s.older.Retired, id)
}

// who is whose conduct counts: the account's, or the character's where a host has no accounts.
func (s *session) who() uint64 {
	if s.account == 0 {
		return uint64(s.character)
	}
	return s.account
}

// inWorld reports whether the client has an entity.
func (s *session) inWorld() bool {
	return s.phase == phasePlay || s.phase == phaseDepart || s.phase == phaseTransfer
}

// send puts a system or game message on a session's reliable lane.
func (c *Core) send(s *session, m message.Body) {
	from := len(c.out.arena)
	c.out.arena = message.Append(c.out.arena, m)
	c.out.Sends = append(c.out.Sends, Send{s.conn, transport.Reliable, c.out.tail(from)})
}

// broadcast sends a message to every player in the world, encoded once.
func (c *Core) broadcast(m message.Body) {
	from := len(c.out.arena)
	c.out.arena = message.Append(c.out.arena, m)
	msg := c.out.tail(from)
	for _, s := range c.sessions {
		if s.inWorld() {
			c.out.Sends = append(c.out.Sends, Send{s.conn, transport.Reliable, msg})
		}
	}
}

// dismiss says goodbye, takes the character out of the world and closes the session. save: the lease is ours to end.
func (c *Core) dismiss(s *session, why message.Reason, text string, save bool) {
	if s.phase == phaseClosing {
		return
	}
	c.notice(SessionClosed, s, Notice{Reason: why, Text: text})
	c.end(s, why, text, save)
}

// end is dismiss without the notice.
func (c *Core) end(s *session, why message.Reason, text string, save bool) {
	away := s.phase == phaseAway
	c.letGo(s, save)
	if away {
		c.remove(s)
		return
	}
	c.sayGoodbye(s, why, text)
}

// sayGoodbye closes a session whose character is taken care of.
func (c *Core) sayGoodbye(s *session, why message.Reason, text string) {
	c.send(s, &message.Goodbye{Reason: why, Text: text})
	c.out.Closes = append(c.out.Closes, Close{s.conn, closeCode(why), text})
	s.phase, s.deadline = phaseClosing, c.tick+c.ticks(closeSeconds)
}

// letGo takes a session's character out of the world, and stores it for the last time if asked.
func (c *Core) letGo(s *session, save bool) {
	switch s.phase {
	case phaseAttach:
		c.joining--
	case phasePlay, phaseDepart, phaseAway:
		// A lease that a handover has passed on meanwhile refuses this save, as it should.
		if save && !s.unsavable {
			c.save(s, true)
		}
		c.leaveWorld(s)
	case phaseTransfer:
		c.leaveWorld(s)
	}
	s.phase = phaseClosing
}

func (c *Core) leaveWorld(s *session) {
	if c.players[s.character] == s {
		delete(c.players, s.character)
		// Who has not left is still there: the world is not what the core believes.
		c.attemptAll(func() { c.sim.Leave(s.character) })
	}
	s.view, s.inputs = nil, nil
}

func closeCode(why message.Reason) transport.CloseCode {
	switch why {
	case message.Left, message.HandedOver:
		return transport.Normal
	case message.ServerShutdown:
		return transport.ServerShutdown
	case message.TakenOver:
		return transport.TakenOver
	case message.Kicked:
		return transport.Kicked
	case message.ProtocolError:
		return transport.ProtocolError
	default:
		return transport.Refused
	}
}

// offend counts what no fair client does; too much of it is a reason for a kick.
func (c *Core) offend(s *session, what string) {
	c.count.Offence++
	if !c.cfg.Conduct.Offence(s.who(), c.now) {
		c.kicks = append(c.kicks, kick{s, "too many offences, the last: " + what, "Too many messages that no fair client sends."})
	}
}
