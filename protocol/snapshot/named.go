package snapshot

import "github.com/realmwire/realmwire/protocol/motion"

// named is what a snapshot says once for all its updates. See docs/wire.md#records.
type named struct {
	tick     uint32 // the acknowledged snapshot that is the usual baseline; 0: none
	ahead    uint32 // its age
	lag      uint32 // how long before it was the one that predictions look back to; 0: none
	expected []uint16
}

// name finds the newest snapshot that the client has acknowledged, and the next before it that it has acknowledged too.
func (v *View) name() {
	tick := v.world.tick
	v.named = named{}
	rec := v.record(v.held)
	if rec == nil || tick <= v.held {
		return
	}
	v.named = named{tick: v.held, ahead: tick - v.held, expected: rec.slots}
	if !v.world.predicts {
		return
	}
	for lag := uint32(1); lag <= motion.MaxLag && lag < v.held; lag++ {
		if v.record(v.held-lag) != nil {
			v.named.lag = lag
			return
		}
	}
}

// record is an acknowledged snapshot's, or nil where it is forgotten or was never there.
func (v *View) record(tick uint32) *sent {
	rec := &v.sent[tick%sentRing]
	if tick == 0 || rec.tick != tick || !rec.acked || v.world.tick-tick >= sentRing {
		return nil
	}
	return rec
}

// usual finds what an update of an entity differs from where its record says no more than that it is there: the version that
// stood at the named snapshot and, where that of lag ticks before held the entity, the version in that. False: the client
// could take it for other versions.
func (v *View) usual(s *slot, p *place) (a against, ok bool) {
	n := &v.named
	if n.tick == 0 || s.gap != 0 && s.gap <= n.tick {
		return a, false
	}
	t := v.world.tables[p.table]
	if a.base, ok = t.versionAt(p.row, s.base); !ok {
		return a, false
	}
	if n.lag == 0 || !t.predicted() {
		return a, true
	}
	before := n.tick - n.lag
	if before < s.since {
		return a, false // it may have held the entity before it left and came back
	}
	if back := s.lastSent - before; back < 64 && s.mask>>back&1 != 0 {
		prior, ok := t.versionAt(p.row, before)
		if !ok {
			return a, false
		}
		if prior != a.base {
			a.prior, a.ahead, a.lag = prior, uint8(n.ahead), uint8(n.lag)
		}
	}
	return a, true
}
