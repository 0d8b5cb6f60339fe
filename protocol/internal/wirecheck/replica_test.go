package wirecheck

import (
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
)

// version is an entity's state as one snapshot brought it.
type version struct {
	tick  uint32
	state []any
}

type held struct {
	id       uint32
	kind     *entity
	own      bool
	versions []version // rising
}

func (h *held) newest() version { return h.versions[len(h.versions)-1] }

// at is the newest version that a snapshot at or before tick brought.
func (h *held) at(tick uint32) (version, bool) {
	for _, v := range slices.Backward(h.versions) {
		if v.tick <= tick {
			return v, true
		}
	}
	return version{}, false
}

// exactly is the version that the snapshot of tick brought.
func (h *held) exactly(tick uint32) (version, bool) {
	v, ok := h.at(tick)
	return v, ok && v.tick == tick
}

// Refusals other than for what is malformed.
var (
	errStale    = errors.New("not newer than the last one")
	errBaseline = errors.New("the baseline is missing")
	errChecksum = errors.New("the checksum differs")
)

func (s *source) because(reason error, format string, args ...any) {
	s.refuse("%w: "+format, append([]any{reason}, args...)...)
}

// replica is a client's memory, as docs/wire.md#snapshots has it.
type replica struct {
	kinds   []entity
	slots   map[int]*held
	records map[uint32][]int // slots of the records of every snapshot applied, in the order of their bytes
	last    uint32
	bits    int            // of the last one applied, without its padding
	seen    map[string]int // how often each kind of record was read, for the tests
}

func newReplica(kinds []entity) *replica {
	return &replica{kinds: kinds, slots: map[int]*held{}, records: map[uint32][]int{}, seen: map[string]int{}}
}

func (r *replica) ack() (tick, older uint32) {
	for i := range uint32(32) {
		if _, ok := r.records[r.last-1-i]; ok && r.last > i+1 {
			older |= 1 << i
		}
	}
	return r.last, older
}

type header struct {
	tick             uint32
	verify           bool
	hasEcho          bool
	echo, hold, lead int64
	starved          bool
	rate             int64 // 0: it says none
}

func readHeader(s *source) header {
	if kind := s.u(8); kind != 1 {
		s.refuse("type %d", kind)
	}
	h := header{tick: uint32(s.u(32)), verify: s.flag()}
	if h.hasEcho = s.flag(); h.hasEcho {
		h.echo, h.hold = int64(s.u(16)), int64(s.u(8))
		h.lead = whole(s, integer(-2048, 2047), true).(int64)
	}
	if h.starved = s.flag(); s.flag() {
		h.rate = whole(s, integer(1, 128), true).(int64)
	}
	return h
}

// change is what a record does to its slot: now is nil for a despawn.
type change struct {
	slot int
	now  *held
	base uint32 // the tick of the baseline
}

// pass reads one snapshot; nothing of the replica changes until it was read whole.
type pass struct {
	*replica
	*source
	header
	base, lag uint32 // the named snapshot's age, 0 for none
	changes   []change
}

func (r *replica) apply(b []byte) (header, error) {
	p := &pass{replica: r, source: &source{b: b}}
	p.header = readHeader(p.source)
	if p.err == nil && p.tick <= r.last {
		p.because(errStale, "tick %d after %d", p.tick, r.last)
	}
	p.expected()
	p.others()
	if p.verify && p.err == nil {
		p.checksum()
	}
	bits := p.at
	if err := p.finish(); err != nil {
		return p.header, err
	}
	p.commit()
	r.bits = bits
	return p.header, nil
}

// expected reads the named snapshot, and the usual updates of what it held.
func (p *pass) expected() {
	if !p.flag() {
		return
	}
	p.base, p.lag = uint32(p.u(7)), uint32(p.u(3))
	if p.base < 1 || p.base > 126 || p.base >= p.tick {
		p.refuse("the named snapshot's age is %d", p.base)
		return
	}
	p.seen["named"]++
	slots, ok := p.records[p.tick-p.base]
	if !ok {
		p.because(errBaseline, "the named snapshot was not applied")
	}
	for _, slot := range slots {
		if p.flag() && p.err == nil {
			p.seen["expected"]++
			p.usual(slot)
		}
	}
}

func (p *pass) others() {
	n := p.varuint(2)
	if n > 1024 {
		p.refuse("%d records", n)
	}
	if n == 0 || p.err != nil {
		return
	}
	shift := int(p.u(4))
	if shift > 10 {
		p.refuse("a shift of %d", shift)
	}
	slot := -1
	for ; n > 0 && p.err == nil; n-- {
		slot += 1 + p.gap(shift)
		if slot > 1023 {
			p.refuse("slot %d", slot)
		}
		if slices.ContainsFunc(p.changes, func(c change) bool { return c.slot == slot }) {
			p.refuse("two records of slot %d", slot)
		}
		if p.err == nil {
			p.record(slot)
		}
	}
}

func (p *pass) gap(k int) int {
	n := 0
	for n <= 11 && p.flag() {
		n++
	}
	if n > 11 {
		p.refuse("a gap of more than eleven ones")
		return 0
	}
	h := 1<<n | int(p.u(n))
	return (h-1)<<k | int(p.u(k))
}

func (p *pass) record(slot int) {
	switch {
	case !p.flag():
		if p.base == 0 || p.flag() {
			p.aged(slot, uint32(p.u(7)))
		} else {
			p.seen["usual"]++
			p.usual(slot)
		}
	case p.flag():
		p.seen["despawn"]++
		p.changes = append(p.changes, change{slot: slot})
	default:
		p.spawn(slot)
	}
}

func (p *pass) usual(slot int) {
	h := p.slots[slot]
	if h == nil {
		p.because(errBaseline, "slot %d is empty", slot)
		return
	}
	named := p.tick - p.base
	base, ok := h.at(named)
	if !ok {
		p.because(errBaseline, "slot %d has no version at tick %d", slot, named)
		return
	}
	var prior []any
	if p.lag != 0 && p.lag < named {
		if v, ok := h.exactly(named - p.lag); ok {
			prior = v.state
			p.seen["prior"]++
		}
	}
	p.update(slot, h, base, prior)
}

func (p *pass) aged(slot int, age uint32) {
	h := p.slots[slot]
	switch {
	case age == 0 || age != 127 && age >= p.tick:
		p.refuse("update of slot %d with an age of %d", slot, age)
		return
	case h == nil:
		p.because(errBaseline, "slot %d is empty", slot)
		return
	}
	find := h.exactly
	p.seen["aged"]++
	if age == 127 {
		find = h.at
		p.seen["ancient"]++
	}
	base, ok := version{}, false
	if age < p.tick {
		base, ok = find(p.tick - age)
	}
	if !ok {
		p.because(errBaseline, "slot %d has no version of age %d", slot, age)
		return
	}
	p.update(slot, h, base, nil)
}

func (p *pass) update(slot int, h *held, base version, prior []any) {
	state := entityDelta(p.source, h.kind.whole, base.state, prior, span{int64(p.base), int64(p.lag)}, h.own)
	now := *h
	now.versions = append(slices.Clone(h.versions), version{p.tick, state})
	p.changes = append(p.changes, change{slot, &now, base.tick})
}

func (p *pass) spawn(slot int) {
	p.seen["spawn"]++
	id := p.varuint(8)
	if id == 0 || id >= 1<<32 {
		p.refuse("a spawn of entity %d", id)
	}
	kind := int(p.u(6))
	at := slices.IndexFunc(p.kinds, func(e entity) bool { return e.id == kind })
	if at < 0 {
		p.refuse("no kind %d", kind)
		return
	}
	now := held{id: uint32(id), kind: &p.kinds[at], own: p.flag()}
	if h := p.slots[slot]; h != nil && h.id == now.id {
		p.seen["again"]++
		now.versions = slices.Clone(h.versions)
	}
	now.versions = append(now.versions, version{p.tick, whole(p.source, now.kind.whole, now.own).([]any)})
	p.changes = append(p.changes, change{slot, &now, 0})
}

func (p *pass) checksum() {
	var w sink
	for _, c := range p.changes {
		if c.now != nil {
			w.u(uint64(c.now.id), 32)
			put(&w, c.now.kind.whole, c.now.newest().state, c.now.own)
		}
	}
	if want, got := uint32(p.u(32)), crc32.ChecksumIEEE(w.b); want != got {
		p.because(errChecksum, "%08x, not %08x", got, want)
	}
	p.seen["checksum"]++
}

// commit keeps no more than the page asks a client to keep, so that a page that asks for too little is found out.
func (p *pass) commit() {
	p.last = p.tick
	p.records[p.tick] = nil
	for _, c := range p.changes {
		p.records[p.tick] = append(p.records[p.tick], c.slot)
		if c.now == nil {
			delete(p.slots, c.slot)
			continue
		}
		p.slots[c.slot] = c.now
		c.now.versions = slices.DeleteFunc(c.now.versions, func(v version) bool { return c.base > v.tick && c.base-v.tick > 7 })
	}
	for tick := range p.records {
		if p.tick-tick > 126 {
			delete(p.records, tick)
		}
	}
	for _, h := range p.slots {
		for len(h.versions) > 1 && p.tick-h.versions[1].tick >= 127 {
			h.versions = h.versions[1:]
		}
	}
}

func (h *held) String() string { return fmt.Sprintf("%s %d", h.kind.name, h.id) }
