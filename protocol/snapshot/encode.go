package snapshot

import (
	"hash/crc32"
	"math"

	"github.com/realmwire/realmwire/protocol/bits"
)

// Encode appends the snapshot of the world's tick to dst, its length at most budgetBytes. It returns dst and the number
// of entities in the snapshot.
func (v *View) Encode(dst []byte, h Header, budgetBytes int) ([]byte, int) {
	h.Tick, h.Verify = v.world.tick, v.cfg.Verify
	v.plan()
	total := v.collect()
	budget := budgetBytes*8 - headerBudget
	if v.cfg.Verify {
		budget -= checksumBitsLen
	}
	if h.section = v.codeSection(budget - min(total, budget/2)); h.section {
		budget -= v.world.section.bits
	}
	if total > budget {
		v.choose(budget)
	}
	w := &v.writer
	w.Reset(dst)
	h.write(w)
	rec := &v.sent[h.Tick%sentRing]
	*rec = sent{tick: h.Tick, slots: rec.slots[:0], rows: remembered{rests: rec.rows.rests}}
	v.writeRecords(w, rec)
	n := len(v.due)
	if h.section {
		n += v.writeSection(w, rec)
	}
	if h.Verify {
		w.Uint(uint64(v.checksum()), checksumBitsLen)
	}
	dst = w.Bytes()
	if v.cfg.Ordered {
		rec.acked = true
		v.confirm(rec)
	}
	return dst, n
}

// writeRecords writes the due entities by rising slot. See docs/wire.md#records.
func (v *View) writeRecords(w *bits.Writer, rec *sent) {
	next, age := 0, uint32(0)
	for i := range v.due {
		d := &v.due[i]
		s := &v.slots[d.slot]
		w.Bool(true)
		w.Varuint(uint64(int(d.slot)-next), slotGroup)
		next = int(d.slot) + 1
		p := v.world.find(s.id)
		switch {
		case s.state == slotLeaving:
			w.Uint(0b11, 2)
		case d.spawn:
			w.Uint(0b01, 2)
			w.Varuint(uint64(s.id), idGroup)
			w.Uint(uint64(v.world.tables[p.table].kind()), kindBits)
			w.Bool(s.own)
			v.writeBody(w, s, p, 0)
		default:
			w.Uint(0, 1)
			a := min(rec.tick-d.base, maxAge)
			w.Bool(a != age)
			if a != age {
				w.Uint(uint64(a), 7)
				age = a
			}
			v.writeBody(w, s, p, d.version)
		}
		v.mark(s, p, rec, d)
		v.remember(s, p, rec, d)
	}
	w.Bool(false)
}

func (v *View) writeBody(w *bits.Writer, s *slot, p *place, version uint32) {
	if s.own {
		v.world.writeBody(w, p, version, true)
		return
	}
	src, n := v.world.publicBody(p, version)
	w.Copy(src, n)
}

// mark notes that the snapshot holds the entity.
func (v *View) mark(s *slot, p *place, rec *sent, d *dueRecord) {
	version := uint32(0)
	if s.state != slotLeaving {
		version = v.current(s, p)
	}
	if s.lastSent == 0 || s.version != version {
		s.version, s.sends = version, 0
	}
	if s.sends < math.MaxUint8 {
		s.sends++
	}
	if s.since == 0 {
		s.since = rec.tick
	}
	if s.gap == 0 && s.base != 0 {
		s.gap = rec.tick
	}
	s.lastSent, s.priority = rec.tick, 0
	rec.slots = append(rec.slots, d.slot)
}

// checksum covers every entity of the snapshot as the client must have it after decoding: its id and its whole state.
func (v *View) checksum() uint32 {
	w := &v.world.sum
	w.Reset(v.world.sumB[:0])
	for _, d := range v.due {
		s := &v.slots[d.slot]
		if s.state == slotLeaving {
			continue
		}
		p := v.world.find(s.id)
		w.Uint(uint64(s.id), 32)
		v.writeBody(w, s, p, 0)
	}
	v.sumSection(w)
	v.world.sumB = w.Bytes()
	return crc32.ChecksumIEEE(v.world.sumB)
}
