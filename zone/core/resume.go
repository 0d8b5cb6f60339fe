package core

import (
	"fmt"
	"slices"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/rules"
)

// A client that loses its connection resumes at this process with a resume ticket, and replaces its old session: see
// docs/wire.md#resumption.
const (
	// ticketSlack is how long a resume ticket is good at least, beyond Keep: ten seconds until a transport notices the drop, and time for
	// a handshake on a bad network. Tickets are renewed at half of their life, so they are made for twice of both.
	ticketSlack = 30 * time.Second
	// maxResumes and resumeSeconds bound how often a session may be resumed: so many times at once, and then once in a while. Each time
	// spends a ticket, and spent tickets are remembered until they expire. Beyond, the realm is asked, which has limits of its own.
	maxResumes    = 6
	resumeSeconds = 20
)

func (c *Core) ticketLife() time.Duration { return 2 * (c.cfg.Keep + ticketSlack) }

// dropped reports whether a session that ended like this lost its connection, and may be resumed. Somebody decided all other ends.
func dropped(code transport.CloseCode) bool {
	return code == transport.Timeout || code == transport.Network || code == transport.Backpressure
}

// closed takes the end of a session. The character of a player who lost the connection stays for a while.
func (c *Core) closed(s *session, code transport.CloseCode) {
	if s.phase == phasePlay && dropped(code) && c.cfg.Keep > 0 {
		c.notice(ConnectionLost, s, Notice{Code: code})
		c.keep(s)
		return
	}
	if s.phase != phaseClosing {
		c.notice(SessionClosed, s, Notice{Reason: message.Left, Code: code})
	}
	c.letGo(s, true)
	c.remove(s)
}

// keep leaves the character of a player who lost the connection in the world, standing still. The lease stays ours.
func (c *Core) keep(s *session) {
	c.count.Dropped++
	delete(c.byConn, s.conn)
	s.phase, s.deadline = phaseAway, c.tick+max(1, uint32(c.cfg.Keep/c.dt))
	s.inputs.Reset()
	s.view = nil
	c.save(s, false)
}

// issueTickets asks for resume tickets, which take the place of those that the client has.
func (c *Core) issueTickets(s *session) {
	s.tickets++
	c.out.Tickets = append(c.out.Tickets, TicketRequest{Conn: s.conn, Life: c.ticketLife(), Claims: ticket.Claims{
		Session: s.id, Account: s.account, Character: uint64(s.character), Epoch: s.epoch, Zone: c.cfg.Zone.Name, Suite: s.suite, Serial: s.tickets,
	}})
}

// issueFirstTickets hands a newcomer its first tickets. The next come early by a part of the period, so that those of a crowd that came together
// are not all made in one tick.
func (c *Core) issueFirstTickets(s *session) {
	if c.cfg.Keep <= 0 {
		return
	}
	c.issueTickets(s)
	half := uint32(c.ticketLife() / 2 / c.dt)
	s.nextTickets = c.tick + half - uint32(s.conn)%(half/2)
}

// renewTickets renews the tickets that have lived for half of their life.
func (c *Core) renewTickets() {
	for _, s := range c.sessions {
		if s.nextTickets != 0 && c.tick >= s.nextTickets && s.phase == phasePlay {
			c.issueTickets(s)
			s.nextTickets = c.tick + uint32(c.ticketLife()/2/c.dt)
		}
	}
}

// resumable is the session whose place a newcomer with a resume ticket takes; nil: there is none. The newest tickets are good, and
// those before: the newest may have been lost with the connection.
func (c *Core) resumable(s *session) *session {
	old := c.players[s.character]
	switch {
	case c.cfg.Keep <= 0 || old == nil || old.phase != phasePlay && old.phase != phaseAway:
		return nil
	case old.account != s.account || old.id != s.id || old.epoch != s.epoch:
		return nil
	case s.cameWith != old.tickets && s.cameWith+1 != old.tickets:
		return nil
	}
	return old
}

// resume lets a client that was cut off go on as its character, which has not left. The realm is not asked: the lease is as good as it was
// a moment ago, and the save that goes out at once will tell if it is not.
func (c *Core) resume(s *session) {
	old := c.resumable(s)
	switch {
	case old == nil:
		c.refuse(s, message.AttachRefused, fmt.Sprintf("Your place in %s is gone. Please enter again.", c.cfg.Zone.Title))
		return
	case s.older != nil && !slices.Contains(s.older.Kinds, c.world.Kind(old.entity)):
		c.refuse(s, message.SchemaMismatch, kindText)
		return
	case !old.resumes.take(c.tick, c.ticks(resumeSeconds), maxResumes):
		c.refuse(s, message.AttachRefused, "Your connection was lost too often in a short time. Please enter again.")
		return
	}
	c.count.Resumed++
	s.inherit(old)
	c.replace(old)
	c.begin(s)
	c.notice(SessionResumed, s, Notice{})
	if s.departs {
		s.departs = false
		c.sim.HandoverFailed(s.character) // the portal asks again
	}
	if r, ok := c.sim.(rules.Resumer); ok {
		r.Resumed(s.character)
	}
}

// inherit takes over what belongs to the player and not to the connection. The tickets of before are not good any more.
func (s *session) inherit(old *session) {
	s.name, s.entity, s.inputs, s.departs = old.name, old.entity, old.inputs, old.departs
	s.resumes = old.resumes
	s.tickets = old.tickets + 1
	s.inputs.Reset()
}

// replace ends a session whose character another one has now.
func (c *Core) replace(old *session) {
	old.view, old.inputs = nil, nil
	if old.phase == phaseAway {
		old.phase = phaseClosing
		c.remove(old)
		return
	}
	c.sayGoodbye(old, message.TakenOver, "You came back over another connection.")
}
