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
	phaseJoin    phase = iota // waits for the client's Join
	phaseAttach               // waits for the realm
	phasePlay                 // in the world
	phaseTravel               // in the world, held, waits for the realm
	phaseGone                 // its character is another zone's; the entity stays until the client lets go
	phaseAway                 // cut off: the character stays in the world for a while, and nobody is connected
	phaseClosing              // told goodbye; waits for the transport
)

// client is one session. The core owns it.
type client struct {
	id        ClientID
	phase     phase
	deadline  uint32 // tick at which the phase has taken too long; 0: never
	session   uint64
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
	chat     bucket
	offences bucket
	chatHint bool // told to talk slower, since it last did

	saved    []byte // state as stored last
	nextSave uint32

	ticketTurn uint32 // of the resumption ticket that the session came with; 0: it came with a grant
	turn       uint32 // of the resumption tickets that the client was given last
	nextPass   uint32 // tick of the next ones; 0: never
	resumes    bucket
	toZone     string // where the character goes
	departs    bool   // while nobody was connected, the rules wanted the character to travel
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
func (cl *client) kinds() []uint8 {
	if cl.older == nil {
		return nil
	}
	return cl.older.Kinds
}

// knows reports whether the client understands a game's message.
func (cl *client) knows(id uint8) bool {
	return cl.older == nil || slices.Contains(cl.older.Messages, id)
}

// retired reports whether a fair client of that version may send a message that means nothing to this one.
func (cl *client) retired(id uint8) bool {
	return cl.older != nil && slices.Contains(cl.older.Retired, id)
}

// inWorld reports whether the client has an entity.
func (cl *client) inWorld() bool {
	return cl.phase == phasePlay || cl.phase == phaseTravel || cl.phase == phaseGone
}

// send puts a system or game message on a session's reliable lane.
func (c *Core) send(cl *client, m message.Body) {
	from := len(c.out.arena)
	c.out.arena = message.Append(c.out.arena, m)
	c.out.Sends = append(c.out.Sends, Send{cl.id, transport.Reliable, c.out.tail(from)})
}

// broadcast sends a message to every player in the world, encoded once.
func (c *Core) broadcast(m message.Body) {
	from := len(c.out.arena)
	c.out.arena = message.Append(c.out.arena, m)
	msg := c.out.tail(from)
	for _, cl := range c.clients {
		if cl.inWorld() {
			c.out.Sends = append(c.out.Sends, Send{cl.id, transport.Reliable, msg})
		}
	}
}

// dismiss says goodbye, takes the character out of the world and closes the session. save: the lease is ours to end.
func (c *Core) dismiss(cl *client, why message.Reason, text string, save bool) {
	if cl.phase == phaseClosing {
		return
	}
	c.notice(SessionClosed, cl, Notice{Reason: why, Text: text})
	c.end(cl, why, text, save)
}

// end is dismiss without the notice.
func (c *Core) end(cl *client, why message.Reason, text string, save bool) {
	away := cl.phase == phaseAway
	c.letGo(cl, save)
	if away {
		c.remove(cl)
		return
	}
	c.sayGoodbye(cl, why, text)
}

// sayGoodbye closes a session whose character is taken care of.
func (c *Core) sayGoodbye(cl *client, why message.Reason, text string) {
	c.send(cl, &message.Goodbye{Reason: why, Text: text})
	c.out.Closes = append(c.out.Closes, Close{cl.id, closeCode(why), text})
	cl.phase, cl.deadline = phaseClosing, c.tick+c.ticks(closeSeconds)
}

// letGo takes a session's character out of the world, and stores it for the last time if asked.
func (c *Core) letGo(cl *client, save bool) {
	switch cl.phase {
	case phaseAttach:
		c.joining--
	case phasePlay, phaseTravel, phaseAway:
		// A lease that a journey has moved meanwhile refuses this save, as it should.
		if save {
			c.save(cl, true)
		}
		c.leaveWorld(cl)
	case phaseGone:
		c.leaveWorld(cl)
	}
	cl.phase = phaseClosing
}

func (c *Core) leaveWorld(cl *client) {
	if c.players[cl.character] == cl {
		delete(c.players, cl.character)
		c.sim.Leave(cl.character)
	}
	cl.view, cl.inputs = nil, nil
}

func closeCode(why message.Reason) transport.CloseCode {
	switch why {
	case message.Left, message.Travelled:
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
func (c *Core) offend(cl *client, what string) {
	c.count.Offences++
	if !cl.offences.take(c.tick, c.ticks(offenceSeconds), maxOffences) {
		c.kicks = append(c.kicks, kick{cl, "too many offences, the last: " + what, "Too many messages that no fair client sends."})
	}
}
