package snapshot_test

import (
	"encoding/hex"
	"errors"
	"hash/crc32"
	"reflect"
	"testing"

	"github.com/realmwire/realmwire/protocol/bits"
	"github.com/realmwire/realmwire/protocol/internal/demo"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// goldenCase is a short life of one client whose every snapshot is written bit by bit here, not by the encoder: what an encoder
// does not write of itself, and what a client must refuse. A snapshot that is refused leaves everything as it was.
type goldenCase struct {
	Name  string       `json:"name"`
	Steps []goldenStep `json:"steps"`
}

type goldenStep struct {
	What     string         `json:"what"`
	Bytes    string         `json:"bytes"`
	Bits     int            `json:"bits"` // without the padding
	Refused  string         `json:"refused"`
	AckTick  uint32         `json:"ackTick"`
	AckOlder uint32         `json:"ackOlder"`
	Entities []goldenEntity `json:"entities"`
}

// refusals are the reasons of docs/wire.md#refusals.
var refusals = map[string]error{
	"": nil, "stale": snapshot.ErrStale, "malformed": snapshot.ErrMalformed, "baseline": snapshot.ErrBaseline, "checksum": snapshot.ErrChecksum,
}

// bench is a case in the making.
type bench struct {
	t *testing.T
	r *snapshot.Replica
	c goldenCase
}

func newBench(t *testing.T, name string) *bench {
	return &bench{t: t, r: snapshot.NewReplica(&demo.Schema), c: goldenCase{Name: name}}
}

// take gives a snapshot to the client and notes what became of it, which must be what is wanted.
func (b *bench) take(what, refused string, w *bits.Writer) {
	n := w.Len()
	b.takeBytes(what, refused, n, w.Bytes())
}

func (b *bench) takeBytes(what, refused string, n int, msg []byte) {
	b.t.Helper()
	before := entitiesOf(b.r)
	_, err := b.r.Apply(msg)
	if want := refusals[refused]; !errors.Is(err, want) || want == nil && err != nil {
		b.t.Errorf("%s, %s: %v, want %q", b.c.Name, what, err, refused)
	}
	s := goldenStep{What: what, Bytes: hex.EncodeToString(msg), Bits: n, Refused: refused, Entities: entitiesOf(b.r)}
	if refused != "" && !reflect.DeepEqual(before, s.Entities) {
		b.t.Errorf("%s, %s: was refused, and changed something", b.c.Name, what)
	}
	s.AckTick, s.AckOlder = b.r.Ack()
	b.c.Steps = append(b.c.Steps, s)
}

func head(tick uint32) *bits.Writer {
	w := new(bits.Writer)
	w.Uint(snapshot.TypeSnapshot, 8)
	w.Uint(uint64(tick), 32)
	w.Uint(0, 4) // verify, echo, starved, rate
	return w
}

// naming begins a snapshot that names another: the bits of what that held follow.
func naming(tick uint32, age, lag uint64, expected ...uint64) *bits.Writer {
	w := head(tick)
	w.Uint(1, 1)
	w.Uint(age, 7)
	w.Uint(lag, 3)
	for _, e := range expected {
		w.Uint(e, 1)
	}
	return w
}

// alone begins one that names none, with a count of records.
func alone(tick uint32, count uint64) *bits.Writer {
	w := head(tick)
	w.Uint(0, 1)
	return records(w, count)
}

func records(w *bits.Writer, count uint64) *bits.Writer {
	w.Varuint(count, 2)
	if count > 0 {
		w.Uint(0, 4) // shift
	}
	return w
}

// gap is of shift 0.
func gap(w *bits.Writer, v uint64) {
	n := uint(0)
	for (v+1)>>(n+1) > 0 {
		n++
	}
	w.Uint(1<<n-1, n+1)
	w.Uint(v+1, n)
}

func spawning(w *bits.Writer, slot uint64, id uint64, kind uint64, own bool) {
	gap(w, slot)
	w.Uint(0b01, 2)
	w.Varuint(id, 8)
	w.Uint(kind, 6)
	w.Bool(own)
}

func aged(w *bits.Writer, slot, age uint64, named bool) {
	gap(w, slot)
	w.Uint(0, 1)
	if named {
		w.Uint(1, 1)
	}
	w.Uint(age, 7)
}

// changing begins a snapshot with an update alone, of a baseline of that age.
func changing(tick uint32, slot, age uint64) *bits.Writer {
	w := alone(tick, 1)
	aged(w, slot, age, false)
	return w
}

// resting is an update that changes nothing.
func resting(tick uint32) *bits.Writer {
	w := changing(tick, 0, 127)
	w.Uint(0, 1)
	return w
}

// right is a rock one unit further right than its baseline.
func right(w *bits.Writer) *bits.Writer { return across(w, 1) }

func left(w *bits.Writer) *bits.Writer { return across(w, 1<<6-1) }

func across(w *bits.Writer, dx uint64) *bits.Writer {
	w.Uint(1, 1)    // body changed
	w.Uint(0b01, 2) // x: by a small difference
	w.Uint(dx, 6)
	w.Uint(0, 1+1+1+1) // y, angle, stance, ghost
	return w
}

func rock(tick uint32, slot, id uint64, x int32) *bits.Writer {
	w := alone(tick, 1)
	spawning(w, slot, id, 2, false)
	(&demo.Rock{Body: demo.Body{X: x}}).Write(w, false)
	return w
}

func goldenCases(t *testing.T) []goldenCase {
	return []goldenCase{lateTicks(t), lateVersions(t), firstTicks(t), slots(t), malformed(t), cutShort(t), foreseen(t)}
}

// lateTicks is at the end of all ticks, and goes back to versions of long ago.
func lateTicks(t *testing.T) goldenCase {
	b := newBench(t, "the last ticks there are, and ages at their limit")
	const last = 1<<32 - 1
	b.take("a rock", "", rock(last-300, 0, 1<<32-1, 99998))
	b.take("it moves, a usual update", "", records(right(naming(last-299, 1, 0, 1)), 0))
	b.take("an age of 127 exactly", "", right(changing(last-172, 0, 127)))
	b.take("names one that was lost", "baseline", records(right(naming(last-171, 126, 0, 1)), 0))
	b.take("no version has just this age", "baseline", right(changing(last-170, 0, 126)))
	b.take("at rest", "", alone(last-170, 0))
	b.take("an age of 126, out of the range", "malformed", right(changing(last-46, 0, 126)))
	b.take("an age of 126", "", left(changing(last-46, 0, 126)))
	b.take("names the snapshot of 126 ticks before, with a lag to one that was lost", "", records(naming(last-44, 126, 7), 0))
	b.take("names the one of 126 ticks before, which was lost", "baseline", records(naming(last-43, 126, 0), 0))
	b.take("the last tick; 127 is the newest of the old", "", resting(last))
	b.take("again", "stale", records(right(naming(last, 46, 0, 1)), 0))
	b.take("ticks do not wrap", "stale", rock(0, 0, 1, 0))
	b.take("nor later", "stale", rock(1, 0, 1, 0))
	return b.c
}

// lateVersions has sums of ticks that pass 2^32: nothing may be forgotten too early there.
func lateVersions(t *testing.T) goldenCase {
	b := newBench(t, "versions near the last tick")
	const last = 1<<32 - 1
	b.take("a rock", "", rock(last-100, 0, 1, 0))
	for _, at := range []uint32{90, 80, 70, 3, 2, 0} {
		b.take("the first version is still a baseline", "", right(changing(last-at, 0, uint64(100-at))))
	}
	return b.c
}

func firstTicks(t *testing.T) goldenCase {
	b := newBench(t, "the first ticks")
	b.take("tick 0 is none", "stale", alone(0, 0))
	b.take("nothing to say", "", alone(1, 0))
	b.take("an update of nothing", "baseline", right(changing(2, 0, 1)))
	b.take("names a snapshot before the first", "malformed", records(naming(2, 2, 0), 0))
	b.take("names its own tick", "malformed", records(naming(2, 0, 0), 0))
	b.take("names with an age of 127", "malformed", records(naming(200, 127, 0), 0))
	b.take("a rock", "", rock(2, 0, 7, 0))
	for _, age := range []uint64{0, 3, 4, 126} {
		b.take("an age that no snapshot has", "malformed", right(changing(3, 0, age)))
	}
	b.take("nothing is as old as 127 yet", "baseline", right(changing(3, 0, 127)))
	w := records(naming(3, 1, 0, 0), 1)
	aged(w, 0, 1, true)
	b.take("an age in a snapshot that names one", "", right(w))
	b.take("chained", "", records(right(naming(4, 1, 1, 1)), 0))
	b.take("chained again, the lag as long as the world", "", records(right(naming(5, 1, 4, 1)), 0))
	return b.c
}

// slots is about which entity a slot holds.
func slots(t *testing.T) goldenCase {
	b := newBench(t, "slots")
	b.take("the last slot", "", rock(1, 1023, 1, -100000))
	b.take("beyond it", "malformed", rock(2, 1024, 1, 0))
	b.take("the same entity in its slot again: its new state", "", rock(2, 1023, 1, 5))
	b.take("another entity in its place", "", rock(3, 1023, 2, 100000))
	b.take("the first is gone, and with it its versions", "baseline", records(right(naming(4, 2, 0, 1)), 0))
	w := alone(4, 2)
	gap(w, 5)
	w.Uint(0b11, 2)
	gap(w, 1017)
	w.Uint(0b11, 2)
	b.take("despawns, one of a slot that is empty", "", w)
	w = records(naming(5, 1, 0, 0, 0), 0)
	b.take("both count among what the snapshot held", "", w)
	b.take("what is gone is no baseline", "baseline", records(right(naming(6, 2, 0, 1)), 0))
	w = records(right(naming(6, 3, 0, 1)), 0)
	b.take("nor was it there before", "baseline", w)
	b.take("a rock", "", rock(7, 0, 9, 0))
	w = records(right(naming(8, 1, 0, 1)), 1)
	gap(w, 0)
	w.Uint(0b11, 2)
	b.take("two records of a slot", "malformed", w)
	return b.c
}

// sealed is a snapshot with a checksum over one rock, and all that a header can say.
func sealed(tick uint32, wrong uint32) *bits.Writer {
	v := &demo.Rock{Body: demo.Body{X: 1, Y: -100000, Angle: 255, Stance: demo.Sleeping, Ghost: true}}
	w := new(bits.Writer)
	w.Uint(snapshot.TypeSnapshot, 8)
	w.Uint(uint64(tick), 32)
	w.Uint(1, 1) // verify
	w.Uint(1, 1) // echo
	w.Uint(1<<16-1, 16)
	w.Uint(1<<8-1, 8)
	w.Uint(1<<12-1, 12) // lead: 2047
	w.Uint(1, 1)        // starved
	w.Uint(1, 1)        // rate
	w.Uint(1<<7-1, 7)   // 128
	w.Uint(0, 1)        // named
	records(w, 1)
	spawning(w, 0, 70000, 2, false)
	v.Write(w, false)
	var sum bits.Writer
	sum.Uint(70000, 32)
	v.Write(&sum, false)
	w.Uint(uint64(crc32.ChecksumIEEE(sum.Bytes())^wrong), 32)
	return w
}

func malformed(t *testing.T) goldenCase {
	b := newBench(t, "what is malformed")
	b.take("a checksum that differs", "checksum", sealed(1, 1<<31))
	kind := alone(1, 1)
	spawning(kind, 0, 1, 63, false)
	b.take("no kind has this number", "malformed", kind)
	for _, id := range []uint64{0, 1 << 32, 1<<64 - 1} {
		b.take("no id", "malformed", rock(1, 0, id, 0))
	}
	many := head(1)
	many.Uint(0, 1)
	many.Varuint(1025, 2)
	many.Uint(0, 4)
	b.take("1,025 records", "malformed", many)
	shift := head(1)
	shift.Uint(0, 1)
	shift.Varuint(1, 2)
	shift.Uint(11, 4)
	b.take("a shift of 11", "malformed", shift)
	long := alone(1, 1)
	long.Uint(1<<12-1, 12+1+12)
	b.take("a gap with twelve ones", "malformed", long)
	zero := head(1)
	zero.Uint(0, 1)
	zero.Uint(0b0000100, 3+3) // 1 record, in a form with a last group of zero
	b.take("a count with a last group of zero", "malformed", zero)
	body := func(x, stance uint64) *bits.Writer {
		w := alone(1, 1)
		spawning(w, 0, 1, 2, false)
		w.Uint(x, 18)
		w.Uint(0, 18)
		w.Uint(0, 8)
		w.Uint(stance, 3)
		w.Uint(0, 1)
		return w
	}
	b.take("a value above its range", "malformed", body(200001, 0))
	b.take("an enum above its last", "malformed", body(0, 5))
	b.take("the ends of both", "", body(200000, 4))
	out := naming(2, 1, 0, 1)
	b.take("a difference that leaves the range", "malformed", records(right(out), 0))
	b.takeBytes("a section to a client that did not ask for it, of no bytes", "malformed", 8, []byte{0})
	b.takeBytes("nothing", "malformed", 0, nil)
	b.takeBytes("inputs", "malformed", 48, []byte{2, 2, 0, 0, 0, 0})
	return b.c
}

// cutShort has every prefix of a snapshot, and more bytes than it has.
func cutShort(t *testing.T) goldenCase {
	b := newBench(t, "every prefix")
	w := sealed(5, 0)
	n := w.Len()
	msg := append([]byte(nil), w.Bytes()...)
	for i := range msg {
		b.takeBytes("truncated", "malformed", n, msg[:i])
	}
	b.takeBytes("a byte too many", "malformed", n, append(append([]byte(nil), msg...), 0))
	padded := append([]byte(nil), msg...)
	padded[len(padded)-1] |= 0x80
	if n%8 == 0 {
		t.Fatal("there is no padding to be anything")
	}
	b.takeBytes("padding that is not zero", "malformed", n, padded)
	b.takeBytes("whole", "", n, msg)
	return b.c
}

// foreseen is about what predicted differences refuse: a kite, which has a place of two parts of 42 bits.
func foreseen(t *testing.T) goldenCase {
	b := newBench(t, "predicted differences")
	w := alone(1, 1)
	spawning(w, 0, 3, 11, false)
	kite := &demo.Kite{Glide: demo.Glide{X: 1 << 40, Y: -1 << 40, Stance: demo.Sleeping, Height: 65535}}
	kite.Write(w, false)
	b.take("a kite", "", w)
	next := *kite
	next.Glide.X, next.Glide.Y = -1<<40, 1<<40
	far := naming(2, 1, 0, 1)
	next.WriteDelta(far, kite, false)
	b.take("from one end to the other", "", records(far, 0))
	back := *kite
	back.Glide.X--
	moved := naming(3, 1, 0, 1)
	back.WriteDelta(moved, kite, false)
	b.take("a difference from another baseline that leaves the range", "malformed", records(moved, 0))
	w = alone(3, 1)
	aged(w, 0, 2, false)
	back.WriteDelta(w, kite, false)
	b.take("the same from its own", "", w)
	return b.c
}

// goldenInputRefusals are packets that a server refuses.
func goldenInputRefusals(good []goldenInputs) []goldenRefusal {
	var out []goldenRefusal
	for _, g := range good[:3] {
		for n := 0; n < len(g.Bytes); n += 2 {
			out = append(out, goldenRefusal{"Input", "truncated", g.Bytes[:n]})
		}
		out = append(out, goldenRefusal{"Input", "a byte too many", g.Bytes + "00"})
	}
	short := snapshot.WriteInputs(nil, snapshot.InputHeader{Newest: 2}, make([]demo.Input, 3))
	padded := snapshot.WriteInputs(nil, snapshot.InputHeader{Newest: 3}, make([]demo.Input, 1))
	padded[len(padded)-1] |= 0x80
	return append(
		out,
		goldenRefusal{"Input", "another type", "01" + good[0].Bytes[2:]},
		goldenRefusal{"Input", "an input for tick 0", hex.EncodeToString(short)},
		goldenRefusal{"Input", "padding is not zero", hex.EncodeToString(padded)},
		goldenRefusal{"Input", "a tick beyond the last", inputPacket(1<<32-127, 127, -1)},
		goldenRefusal{"Input", "a tick beyond the last, and a view of before it", inputPacket(1<<32-1, 1, 32)},
		goldenRefusal{"Input", "a view before tick 1, by 1/32", inputPacket(3, 2, 4*32+1)},
		goldenRefusal{"Input", "a view before tick 1, as far as can be said", inputPacket(1, 127, 1<<12-1)},
	)
}

// inputPacket is one with an input for a tick near an acknowledged one, and a view so far before it; below 0: none.
func inputPacket(ack, ahead uint64, behind int) string {
	var w bits.Writer
	w.Uint(snapshot.TypeInputs, 8)
	w.Uint(ack, 32)
	w.Uint(0, 32)
	w.Uint(0, 16)
	w.Uint(1, 1)
	w.Uint(ahead, 7)
	if w.Bool(behind >= 0); behind >= 0 {
		w.Uint(uint64(behind), 12)
	}
	w.Uint(0, 4)
	(&demo.Input{}).Write(&w)
	return hex.EncodeToString(w.Bytes())
}

func TestInputRefusals(t *testing.T) {
	for _, c := range goldenInputRefusals(goldenInput()) {
		b, err := hex.DecodeString(c.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		var q snapshot.Inputs[demo.Input, *demo.Input]
		if _, _, err := q.Read(b, 1); !errors.Is(err, snapshot.ErrInputs) {
			t.Errorf("%s: %v", c.Why, err)
		}
	}
}
