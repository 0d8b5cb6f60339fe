package realm

import (
	"context"

	"github.com/realmwire/realmwire/realm/store"
)

// maxPoint is the length of a spawn point's name.
const maxPoint = 64

// travel moves a character to another zone in one commit: its state, its zone, and who holds it. A zone whose answer was lost may ask
// again and gets a new ticket for the same move, as long as the character has not arrived.
func (r *Realm) travel(ctx context.Context, incarnation ID, req TravelRequest) (g Grant, err error) {
	defer func() { r.metrics.travels.WithLabelValues(result(err)).Inc() }()
	if !validState(req.State) || len(req.ToPoint) > maxPoint {
		return Grant{}, refuse(CodeInvalid, "travel of character %s with %d bytes of state (JSON, at most %d) to a point of %d bytes (0 to %d)",
			req.Character, len(req.State), MaxState, len(req.ToPoint), maxPoint)
	}
	character, ok, err := get[characterRecord](ctx, r, characterKey(req.Character))
	if err != nil {
		return Grant{}, err
	}
	if !ok {
		return Grant{}, refuse(CodeFenced, "character %s was deleted: drop it without saving", req.Character)
	}
	t, undo, err := r.dir.reserve(req.Character, req.ToZone, req.Epoch+1, r.now())
	if err != nil {
		return Grant{}, err
	}
	if !r.isAlive(ctx, t.process.Incarnation) {
		undo()
		return Grant{}, r.lost(t.process) // the traveller stays where it is, instead of in a zone that nobody runs
	}
	var h holdRecord
	err = r.update(ctx, func(tx *store.Tx) (err error) {
		if h, err = loadHold(tx, req.Character); err != nil {
			return err
		}
		switch {
		case h.heldBy(incarnation, req.Epoch) && h.Session == req.Session:
			h = h.grantedTo(t.process.Incarnation, r.now())
			h.Moved, h.Zone, h.Arrive, h.State = true, req.ToZone, req.ToPoint, req.State
		case h.movedBy(req):
			h.Holder = t.process.Incarnation
		default:
			return overtaken(req.Character, req.Epoch, h)
		}
		tx.Put(holdKey(req.Character), encode(h))
		return nil
	})
	if err != nil {
		undo()
		return Grant{}, err
	}
	return r.seal(character, h, t)
}

// movedBy tells whether this very request was carried out before, and its answer lost.
func (h holdRecord) movedBy(req TravelRequest) bool {
	return h.Held && h.Moved && h.Epoch == req.Epoch+1 && h.Session == req.Session && h.Zone == req.ToZone && h.Arrive == req.ToPoint
}
