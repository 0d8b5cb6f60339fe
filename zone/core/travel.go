package core

import (
	"errors"

	"github.com/realmwire/realmwire/protocol/message"
)

// depart asks the realm to move a player to another zone. The rules hold the player still.
func (c *Core) depart(cl *client, toZone, toPoint string) {
	if cl.phase == phaseAway {
		cl.departs = true // nobody is there who could be sent on
	}
	if cl.phase != phasePlay {
		return
	}
	cl.phase, cl.deadline, cl.toZone = phaseTravel, 0, toZone
	from := len(c.out.arena)
	c.out.arena = c.sim.Save(cl.character, c.out.arena)
	c.out.Travels = append(c.out.Travels, TravelRequest{
		Client: cl.id, Character: cl.character, Epoch: cl.epoch, Session: cl.session,
		State: c.out.tail(from), ToZone: toZone, ToPoint: toPoint,
	})
}

const wayLost = "The way to the next zone was lost. Please enter again."

// lapsed ends the session of a client whose character's lease is another's. Where that is so because of a journey whose answer did not come,
// nobody has taken the client's place: told that somebody had, it would stay away for good, and the character would stand nowhere.
func (c *Core) lapsed(cl *client, why error) {
	if errors.Is(why, ErrMoved) {
		c.dismiss(cl, message.AttachRefused, wayLost, false)
		return
	}
	c.dismiss(cl, message.TakenOver, "This character plays elsewhere now.", false)
}

// travelled takes the realm's answer. A client that left meanwhile needs nothing more: its last save was refused if the
// lease had moved, and stored if it had not.
func (c *Core) travelled(r *TravelResult) {
	cl := c.byID[r.Client]
	if cl == nil || cl.phase != phaseTravel {
		return
	}
	switch {
	case errors.Is(r.Err, ErrStale):
		c.lapsed(cl, r.Err)
	case r.Err == nil && len(r.Grant) > maxGrantBytes:
		// The lease has moved already; the client can only ask for it anew.
		c.dismiss(cl, message.AttachRefused, wayLost, false)
	case r.Err == nil:
		// Make before break: the client connects there first, then lets go of this session.
		cl.phase, cl.deadline = phaseGone, c.tick+c.ticks(transferSeconds)
		c.notice(PlayerDeparted, cl, Notice{Text: cl.toZone})
		c.send(cl, &message.Transfer{Grant: string(r.Grant)})
	default:
		cl.phase = phasePlay
		text := r.Err.Error()
		if errors.Is(r.Err, ErrRealmDown) {
			text = "the realm does not answer"
		}
		c.tell(cl, clean("The portal does not open: "+text))
		c.sim.TravelFailed(cl.character)
	}
}
