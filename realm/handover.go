package realm

import (
	"context"

	"github.com/realmwire/realmwire/realm/store"
)

// maxPoint is the length of a spawn point's name.
const maxPoint = 64

// handover moves a character to another zone in one commit: its state, its zone, and who holds its lease. A zone whose answer was lost may ask
// again and gets a new ticket for the same move, as long as the character has not arrived.
func (r *Realm) handover(ctx context.Context, incarnation ID, req HandoverRequest) (g Grant, err error) {
	defer func() { r.metrics.Handovers.WithLabelValues(result(err)).Inc() }()
	if !validState(req.State) || len(req.ToPoint) > maxPoint {
		return Grant{}, refuse(CodeInvalid, "handover of character %s with %d bytes of state (JSON, at most %d) to a point of %d bytes (0 to %d)",
			req.Character, len(req.State), MaxState, len(req.ToPoint), maxPoint)
	}
	character, ok, err := get[characterRecord](ctx, r, characterKey(req.Character))
	if err != nil {
		return Grant{}, err
	}
	if !ok {
		return Grant{}, refuse(CodeFenced, "character %s was deleted: drop it without saving", req.Character)
	}
	t, undo, err := r.dir.reserve(claimant{character: req.Character, walks: true}, req.ToZone, req.Epoch+1, r.now())
	if err != nil {
		return Grant{}, err
	}
	if !r.isAlive(ctx, t.process.Incarnation) {
		undo()
		return Grant{}, r.lost(t.process) // the player stays where it is, instead of in a zone that nobody runs
	}
	var lease leaseRecord
	err = r.update(ctx, func(tx *store.Tx) error {
		now, err := loadStanding(tx, req.Character)
		if err != nil {
			return err
		}
		lease = now.lease
		switch {
		case lease.grantedTo(incarnation, req.Epoch) && !now.released() && lease.Session == req.Session:
			tx.Put(stateKey(req.Character), encode(stateRecord{
				V: recordVersion, Epoch: req.Epoch, Arrive: req.ToPoint, State: req.State, Saved: r.now().UTC(),
			}))
			lease.Zone = req.ToZone
		case now.carriedOut(req):
			if lease.Holder == t.process.Incarnation {
				return nil // under way already: another ticket will do
			}
		default:
			return refuseOldEpoch(req.Character, req.Epoch, now)
		}
		lease = lease.grant(t.process.Incarnation)
		lease.From, lease.Granted = req.Epoch, r.now().UTC()
		tx.Put(leaseKey(req.Character), encode(lease))
		return nil
	})
	if err != nil {
		undo()
		return Grant{}, err
	}
	return r.seal(character, lease, t)
}

// carriedOut tells whether this very request was carried out before, and its answer lost.
func (s standing) carriedOut(req HandoverRequest) bool {
	return s.lease.Holder != 0 && s.lease.From == req.Epoch && !s.arrived() &&
		s.lease.Session == req.Session && s.lease.Zone == req.ToZone && s.state.Arrive == req.ToPoint
}
