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

// A client whose connection drops comes back to this process with a resumption ticket, and takes the place of its old session: see
// docs/wire.md#resumption.
const (
	// passSlack is how long a resumption ticket is good at least, beyond Keep: ten seconds until a transport notices the drop, and time for
	// a handshake on a bad network. Tickets are renewed at half of their life, so they are made for twice of both.
	passSlack = 30 * time.Second
	// maxResumes and resumeSeconds bound how often a session may come back: so many times at once, and then once in a while. Each time
	// spends a ticket, and spent tickets are remembered until they expire. Beyond, the realm is asked, which has limits of its own.
	maxResumes    = 6
	resumeSeconds = 20
)

func (c *Core) passLife() time.Duration { return 2 * (c.cfg.Keep + passSlack) }

// dropped reports whether a session that ended like this was cut off, and may come back. All other ends are somebody's decision.
func dropped(code transport.CloseCode) bool {
	return code == transport.Timeout || code == transport.Network || code == transport.Backpressure
}

// closed takes the end of a session: of a player who was cut off, the character stays for a while.
func (c *Core) closed(cl *client, code transport.CloseCode) {
	if cl.phase == phasePlay && dropped(code) && c.cfg.Keep > 0 {
		c.notice(ConnectionLost, cl, Notice{Code: code})
		c.hold(cl)
		return
	}
	if cl.phase != phaseClosing {
		c.notice(SessionClosed, cl, Notice{Reason: message.Left, Code: code})
	}
	c.letGo(cl, true)
	c.remove(cl)
}

// hold keeps the character of a player who was cut off in the world, standing still. The lease stays ours.
func (c *Core) hold(cl *client) {
	c.count.Dropped++
	delete(c.byID, cl.id)
	cl.phase, cl.deadline = phaseAway, c.tick+max(1, uint32(c.cfg.Keep/c.dt))
	cl.inputs.Reset()
	cl.view = nil
	c.save(cl, false)
}

// pass asks for resumption tickets, which take the place of those that the client has.
func (c *Core) pass(cl *client) {
	cl.turn++
	c.out.Passes = append(c.out.Passes, PassRequest{Client: cl.id, Life: c.passLife(), Claims: ticket.Claims{
		Session: cl.session, Account: cl.account, Character: uint64(cl.character), Epoch: cl.epoch, Zone: c.cfg.Zone.Name, Suite: cl.suite, Turn: cl.turn,
	}})
}

// passFirst hands a newcomer its first tickets. The next come early by a part of the period, so that those of a crowd that came together
// are not all made in one tick.
func (c *Core) passFirst(cl *client) {
	if c.cfg.Keep <= 0 {
		return
	}
	c.pass(cl)
	half := uint32(c.passLife() / 2 / c.dt)
	cl.nextPass = c.tick + half - uint32(cl.id)%(half/2)
}

// passSome renews the tickets of those whose turn it is.
func (c *Core) passSome() {
	for _, cl := range c.clients {
		if cl.nextPass != 0 && c.tick >= cl.nextPass && cl.phase == phasePlay {
			c.pass(cl)
			cl.nextPass = c.tick + uint32(c.passLife()/2/c.dt)
		}
	}
}

// resumable is the session whose place a newcomer with a resumption ticket takes; nil: there is none. The newest tickets are good, and
// those before: the newest may have been lost with the connection.
func (c *Core) resumable(cl *client) *client {
	old := c.players[cl.character]
	switch {
	case c.cfg.Keep <= 0 || old == nil || old.phase != phasePlay && old.phase != phaseAway:
		return nil
	case old.account != cl.account || old.session != cl.session || old.epoch != cl.epoch:
		return nil
	case cl.ticketTurn != old.turn && cl.ticketTurn+1 != old.turn:
		return nil
	}
	return old
}

// resume lets a client that was cut off go on as its character, which has not left. The realm is not asked: the lease is as good as it was
// a moment ago, and the save that goes out at once will tell if it is not.
func (c *Core) resume(cl *client) {
	old := c.resumable(cl)
	switch {
	case old == nil:
		c.refuse(cl, message.AttachRefused, fmt.Sprintf("Your place in %s is gone. Please enter again.", c.cfg.Zone.Title))
		return
	case cl.older != nil && !slices.Contains(cl.older.Kinds, c.world.Kind(old.entity)):
		c.refuse(cl, message.SchemaMismatch, kindText)
		return
	case !old.resumes.take(c.tick, c.ticks(resumeSeconds), maxResumes):
		c.refuse(cl, message.AttachRefused, "Your connection was lost too often in a short time. Please enter again.")
		return
	}
	c.count.Resumed++
	cl.inherit(old)
	c.replace(old)
	c.begin(cl)
	c.notice(SessionResumed, cl, Notice{})
	if cl.departs {
		cl.departs = false
		c.sim.TravelFailed(cl.character) // the portal asks again
	}
	if r, ok := c.sim.(rules.Resumer); ok {
		r.Resumed(cl.character)
	}
}

// inherit takes over what belongs to the player and not to the connection. The tickets of before are not good any more.
func (cl *client) inherit(old *client) {
	cl.name, cl.entity, cl.inputs, cl.departs = old.name, old.entity, old.inputs, old.departs
	cl.chat, cl.offences, cl.resumes = old.chat, old.offences, old.resumes
	cl.turn = old.turn + 1
	cl.inputs.Reset()
}

// replace ends a session whose character another one has now.
func (c *Core) replace(old *client) {
	old.view, old.inputs = nil, nil
	if old.phase == phaseAway {
		old.phase = phaseClosing
		c.remove(old)
		return
	}
	c.sayGoodbye(old, message.TakenOver, "You came back over another connection.")
}
