package core

import (
	"errors"

	"github.com/realmwire/realmwire/protocol/message"
)

// depart asks the realm to hand a player over to another zone. The rules let the player stand still meanwhile.
func (c *Core) depart(s *session, toZone, toPoint string) {
	if s.phase == phaseAway {
		s.departs = true // nobody is there who could be handed over
	}
	if s.phase != phasePlay {
		return
	}
	state, caught := c.savedState(s.character)
	if caught != nil {
		s.fault, s.unsavable = caught, true
		return
	}
	s.phase, s.deadline, s.toZone = phaseDepart, 0, toZone
	c.out.Handovers = append(c.out.Handovers, HandoverRequest{
		Conn: s.conn, Character: s.character, Epoch: s.epoch, Session: s.id,
		State: state, ToZone: toZone, ToPoint: toPoint,
	})
}

const wayLost = "The way to the next zone was lost. Please enter again."

// lapsed ends the session of a client whose character's lease is another's. Where that is so because of a handover whose answer did not come,
// nobody has taken the client's place: told that somebody had, it would stay away for good, and the character would stand nowhere.
func (c *Core) lapsed(s *session, why error) {
	if errors.Is(why, ErrHandedOver) {
		c.dismiss(s, message.AttachRefused, wayLost, false)
		return
	}
	c.dismiss(s, message.TakenOver, "This character plays elsewhere now.", false)
}

// transfer takes the realm's answer to a handover. A client that left meanwhile needs nothing more: its last save was refused
// if the lease had passed on, and stored if it had not.
func (c *Core) transfer(r *HandoverResult) {
	s := c.byConn[r.Conn]
	if s == nil || s.phase != phaseDepart {
		return
	}
	switch {
	case errors.Is(r.Err, ErrStale):
		c.lapsed(s, r.Err)
	case r.Err == nil && len(r.Grant) > maxGrantBytes:
		// The lease has passed on already; the client can only ask for it again.
		c.dismiss(s, message.AttachRefused, wayLost, false)
	case r.Err == nil:
		// Make before break: the client connects there first, then lets go of this session.
		s.phase, s.deadline = phaseTransfer, c.tick+c.ticks(transferSeconds)
		c.notice(PlayerDeparted, s, Notice{Text: s.toZone})
		c.send(s, &message.Transfer{Grant: string(r.Grant)})
	default:
		s.phase = phasePlay
		text := r.Err.Error()
		if errors.Is(r.Err, ErrRealmDown) {
			text = "the realm does not answer"
		}
		c.tell(s, clean("The portal does not open: "+text))
		c.sim.HandoverFailed(s.character)
	}
}
