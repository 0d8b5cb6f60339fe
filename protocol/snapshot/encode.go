package snapshot

import (
	"hash/crc32"
	"math"
	mathbits "math/bits"

	"github.com/realmwire/realmwire/protocol/bits"
)

// Encode is [Encoder.Encode] with the encoder of the view's world: one view after another.
func (v *View) Encode(dst []byte, h Header, budgetBytes int) ([]byte, int) {
	return v.world.usual.Encode(v, dst, h, budgetBytes)
}

// Encode appends a view's snapshot of the world's tick to dst, its length at most budgetBytes. It returns dst and the number
// of entities in the snapshot.
func (e *Encoder) Encode(v *View, dst []byte, h Header, budgetBytes int) ([]byte, int) {
	e.begin()
	v.enc = e
	h.Tick, h.Verify = v.world.tick, v.cfg.Verify
	h.TickHz = v.tellRate(h.TickHz, h.Tick)
	v.plan()
	alone := v.recordsAlone()
	total := v.collect()
	budget := budgetBytes*8 - headerBudget
	if v.cfg.Verify {
		budget -= checksumBitsLen
	}
	h.section = v.codeSection(budget - min(total, budget/2))
	if h.section && !v.pays(alone, v.records()+v.enc.section.bits) {
		h.section, total = false, v.collect()
	}
	if h.section {
		budget -= v.enc.section.bits
		total -= len(v.named.expected)
		v.named.expected = nil // what is expected of a client with a section is in the section
	}
	if total > budget {
		v.choose(budget)
	}
	w := &v.writer
	w.Reset(dst)
	h.write(w)
	rec := &v.sent[h.Tick%sentRing]
	*rec = sent{tick: h.Tick, slots: rec.slots[:0]}
	v.beginRows(h.Tick)
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
		v.held = h.Tick
		v.confirm(rec)
	}
	return dst, n
}

// writeRecords writes the due entities: first those that are expected, because the named snapshot held them, then the others by
// rising slot. See docs/wire.md#records.
func (v *View) writeRecords(w *bits.Writer, rec *sent) {
	v.order = v.order[:0]
	for i := range v.due {
		v.dueOf[v.due[i].slot] = uint16(i)
	}
	n := &v.named
	w.Bool(n.tick != 0)
	if n.tick != 0 {
		w.Uint(uint64(n.ahead), ageBits)
		w.Uint(uint64(n.lag), lagBits)
		for _, slot := range n.expected {
			i := v.dueOf[slot]
			there := int(i) < len(v.due) && v.due[i].slot == slot && v.due[i].form == formUsual
			w.Bool(there)
			if there {
				v.due[i].expected = true
				v.writeBody(w, &v.due[i])
				v.mark(rec, i)
			}
		}
	}
	v.writeOthers(w, rec)
}

// writeOthers writes the records that the client does not expect.
func (v *View) writeOthers(w *bits.Writer, rec *sent) {
	count := len(v.due) - len(v.order)
	w.Varuint(uint64(count), countGroup)
	if count == 0 {
		return
	}
	shift := gapShift(len(v.slots) / count)
	w.Uint(uint64(shift), gapBits)
	next := 0
	for i := range v.due {
		d := &v.due[i]
		if d.expected {
			continue
		}
		writeGap(w, int(d.slot)-next, shift)
		next = int(d.slot) + 1
		v.writeRecord(w, d, rec.tick)
		v.mark(rec, uint16(i))
	}
}

func (v *View) writeRecord(w *bits.Writer, d *dueRecord, tick uint32) {
	s := &v.slots[d.slot]
	switch d.form {
	case formGone:
		w.Uint(0b11, 2)
		return
	case formSpawn:
		w.Uint(0b01, 2)
		w.Varuint(uint64(s.id), idGroup)
		w.Uint(uint64(v.world.tables[v.world.find(s.id).table].kind()), kindBits)
		w.Bool(s.own)
	case formUsual:
		w.Uint(0b00, 2)
	case formAged:
		w.Uint(0, 1)
		if v.named.tick != 0 {
			w.Bool(true)
		}
		w.Uint(uint64(min(tick-s.base, maxAge)), ageBits)
	}
	v.writeBody(w, d)
}

// gapShift is a good parameter for gaps that are about this long.
func gapShift(mean int) uint {
	return uint(min(maxGapShift, max(0, mathbits.Len(uint(mean))-1)))
}

// writeGap writes a gap as an exponential Golomb code: how many bits its part above shift has, in ones, then the bits.
func writeGap(w *bits.Writer, gap int, shift uint) {
	high := uint64(gap)>>shift + 1
	n := uint(mathbits.Len64(high)) - 1
	w.Uint(1<<n-1, n+1)
	w.Uint(high, n)
	w.Uint(uint64(gap), shift)
}

func (v *View) writeBody(w *bits.Writer, d *dueRecord) {
	s := &v.slots[d.slot]
	if s.own {
		v.world.writeBody(w, v.world.find(s.id), d.against, true)
		return
	}
	w.Copy(v.enc.arena[d.body.off:], int(d.body.bits))
}

// mark notes that the snapshot holds a record's entity.
func (v *View) mark(rec *sent, due uint16) {
	d := &v.due[due]
	v.markSlot(rec, d.slot)
	v.order = append(v.order, due)
	v.remember(d)
}

func (v *View) markSlot(rec *sent, slot uint16) {
	s := &v.slots[slot]
	version := uint32(0)
	if s.state != slotLeaving {
		version = s.current(v.world.find(s.id))
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
	s.mask = s.mask<<(rec.tick-s.lastSent) | 1
	s.lastSent, s.priority = rec.tick, 0
	rec.slots = append(rec.slots, slot)
}

// checksum covers every entity of the snapshot as the client must have it after decoding: its id and its whole state.
func (v *View) checksum() uint32 {
	w := &v.enc.sum
	w.Reset(v.enc.sumB[:0])
	for _, i := range v.order {
		s := &v.slots[v.due[i].slot]
		if s.state == slotLeaving {
			continue
		}
		w.Uint(uint64(s.id), 32)
		p := v.world.find(s.id)
		if s.own {
			v.world.writeBody(w, p, against{}, true)
			continue
		}
		at := v.enc.publicBody(s.id, p, against{})
		w.Copy(v.enc.arena[at.off:], int(at.bits))
	}
	v.sumSection(w)
	v.enc.sumB = w.Bytes()
	return crc32.ChecksumIEEE(v.enc.sumB)
}
