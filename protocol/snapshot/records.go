package snapshot

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/bits"
	"github.com/realmwire/realmwire/protocol/motion"
)

// decoding is one snapshot's records on their way in. See docs/wire.md#records.
type decoding struct {
	*Replica
	rd       *bits.Reader
	tick     uint32
	named    uint32 // the usual baseline's snapshot; 0: none
	lag      uint32
	section  bool     // a section of the best tier follows
	expected []uint16 // slots that the named snapshot held
}

func (r *Replica) decode(rd *bits.Reader, h Header) error {
	r.applies++
	d := decoding{Replica: r, rd: rd, tick: h.Tick, section: h.section}
	if err := d.name(); err != nil {
		return err
	}
	for _, slot := range d.expected {
		if !rd.Bool() {
			continue
		}
		c := change{slot: int(slot)}
		if err := d.usual(&c); err != nil {
			return err
		}
		if err := d.keep(&c); err != nil {
			return err
		}
	}
	return d.others()
}

// name reads which snapshot the usual updates differ from.
func (d *decoding) name() error {
	if !d.rd.Bool() {
		return nil
	}
	age := uint32(d.rd.Uint(ageBits))
	d.lag = uint32(d.rd.Uint(lagBits))
	if d.rd.Failed() || age == 0 || age >= maxAge || age >= d.tick {
		return ErrMalformed
	}
	d.named = d.tick - age
	h := &d.held[d.named%uint32(len(d.held))]
	if h.tick != d.named {
		return fmt.Errorf("%w: snapshot %d", ErrBaseline, d.named)
	}
	if !d.section { // what is expected of a snapshot with a section is in the section
		d.expected = h.slots
	}
	return nil
}

// others reads the records of slots that are not expected.
func (d *decoding) others() error {
	count := d.rd.Varuint(countGroup)
	if count > MaxInView {
		return ErrMalformed
	}
	shift := uint(0)
	if count > 0 {
		shift = uint(d.rd.Uint(gapBits))
	}
	if shift > maxGapShift {
		return ErrMalformed
	}
	next := 0
	for range count {
		c := change{slot: next + readGap(d.rd, shift)}
		if d.rd.Failed() || c.slot >= MaxInView {
			return ErrMalformed
		}
		next = c.slot + 1
		if err := d.record(&c); err != nil {
			return err
		}
		if err := d.keep(&c); err != nil {
			return err
		}
	}
	if d.rd.Failed() {
		return ErrMalformed
	}
	return nil
}

func readGap(rd *bits.Reader, shift uint) int {
	n := uint(0)
	for rd.Bool() {
		if n++; n > maxGapShift+1 {
			rd.Fail()
			return 0
		}
	}
	high := 1<<n | rd.Uint(n)
	return int((high-1)<<shift | rd.Uint(shift))
}

func (d *decoding) record(c *change) error {
	switch {
	case !d.rd.Bool():
		if d.named != 0 && !d.rd.Bool() {
			return d.usual(c)
		}
		return d.aged(c, uint32(d.rd.Uint(ageBits)))
	case d.rd.Bool():
		c.gone = true
		return nil
	}
	return d.decodeSpawn(d.rd, c)
}

// keep takes a record that was read well.
func (d *decoding) keep(c *change) error {
	if d.rd.Failed() || d.seen[c.slot] == d.applies {
		return ErrMalformed
	}
	d.seen[c.slot] = d.applies
	d.pending = append(d.pending, *c)
	return nil
}

// usual reads an update against the version that stood at the named snapshot.
func (d *decoding) usual(c *change) error {
	e := d.at(c.slot)
	if e == nil {
		return fmt.Errorf("%w: slot %d is empty", ErrBaseline, c.slot)
	}
	base := e.standing(d.named)
	if base == nil {
		return fmt.Errorf("%w: entity %d at %d", ErrBaseline, e.ID, d.named)
	}
	if d.lag == 0 || d.lag >= d.named {
		d.update(c, e, base, nil, motion.Span{})
		return nil
	}
	d.update(c, e, base, e.exact(d.named-d.lag), motion.Span{Ahead: int64(d.tick - d.named), Lag: int64(d.lag)})
	return nil
}

// aged reads an update that gives its baseline's age.
func (d *decoding) aged(c *change, age uint32) error {
	e := d.at(c.slot)
	if age == 0 || age >= d.tick && age != maxAge {
		return ErrMalformed
	}
	if e == nil {
		return fmt.Errorf("%w: slot %d is empty", ErrBaseline, c.slot)
	}
	var base *heldVersion
	switch {
	case age < maxAge:
		base = e.exact(d.tick - age)
	case d.tick > maxAge:
		base = e.standing(d.tick - maxAge)
	}
	if base == nil {
		return fmt.Errorf("%w: entity %d, %d ticks before %d", ErrBaseline, e.ID, age, d.tick)
	}
	d.update(c, e, base, nil, motion.Span{})
	return nil
}

func (d *decoding) update(c *change, e *Replicated, base, prior *heldVersion, span motion.Span) {
	c.own, c.base = e.Own, base.tick
	c.state = e.take()
	if p, ok := c.state.(Predicted); ok && prior != nil {
		p.ReadPredicted(d.rd, base.state, prior.state, span, e.Own)
		return
	}
	c.state.ReadAgainst(d.rd, base.state, e.Own)
}

func (r *Replica) decodeSpawn(rd *bits.Reader, c *change) error {
	id := rd.Varuint(idGroup)
	kind := r.schema.kind(uint8(rd.Uint(kindBits)))
	c.own, c.spawn = rd.Bool(), true
	if rd.Failed() || id == 0 || id>>32 != 0 || kind == nil {
		return ErrMalformed
	}
	if e := r.at(c.slot); e != nil && e.ID == ID(id) && e.kind == kind {
		c.state = e.take()
	} else {
		c.fresh = &Replicated{ID: ID(id), Own: c.own, kind: kind}
		c.state = kind.New()
	}
	c.state.Read(rd, c.own)
	return nil
}

// standing finds the newest version that a snapshot at or before tick brought.
func (e *Replicated) standing(tick uint32) *heldVersion {
	for i := len(e.versions) - 1; i >= 0; i-- {
		if v := &e.versions[i]; v.tick <= tick {
			return v
		}
	}
	return nil
}

// exact finds the version that the snapshot of tick brought.
func (e *Replicated) exact(tick uint32) *heldVersion {
	if v := e.standing(tick); v != nil && v.tick == tick {
		return v
	}
	return nil
}
