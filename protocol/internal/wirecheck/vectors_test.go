package wirecheck

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestValues reads the values of every type, whole and as differences.
func TestValues(t *testing.T) {
	var file struct {
		Cases []struct {
			Type, Whole, Base, Delta string
			Owner                    bool
			Value                    any
		}
	}
	load(t, "../demo/testdata/values.json", &file)
	forms := map[string]*form{"Craft": demo[2].whole, "Pose": pose, "Gauges": gauges, "Hold": hold, "Steer": steer, "Telegram": messages["Telegram"].form}
	differences := 0
	for i, c := range file.Cases {
		f := forms[c.Type]
		got := readWhole(t, f, c.Whole, c.Owner)
		if err := same(f, got, c.Value); err != nil {
			t.Errorf("case %d: %s: %v", i, c.Type, err)
		}
		base := readWhole(t, f, c.Base, c.Owner)
		if c.Delta == "" {
			continue
		}
		differences++
		now := readAll(t, c.Delta, func(s *source) any {
			switch {
			case c.Type == "Craft":
				return entityDelta(s, f, base, nil, span{}, c.Owner)
			case f.foreseen():
				return predicted(s, f, base, nil, span{})
			}
			return fields(s, f, base, c.Owner)
		})
		if err := same(f, now, c.Value); err != nil {
			t.Errorf("case %d: %s, difference: %v", i, c.Type, err)
		}
	}
	if differences < 100 {
		t.Errorf("only %d differences", differences)
	}
}

// readAll reads what bytes hold; every prefix of them, a byte more and padding that is not zero are refused.
func readAll(t *testing.T, text string, read func(s *source) any) any {
	t.Helper()
	b := unhex(t, text)
	s := source{b: b}
	v := read(&s)
	used := s.at
	if err := s.finish(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	refuse := func(b []byte, want error) {
		t.Helper()
		s := source{b: b}
		read(&s)
		if err := s.finish(); !errors.Is(err, want) {
			t.Fatalf("%x, of %s: %v, want %v", b, text, err, want)
		}
	}
	for n := range b {
		refuse(b[:n], errEnds)
	}
	refuse(append(slices.Clone(b), 0), errLeft)
	if used%8 != 0 {
		padded := slices.Clone(b)
		padded[len(b)-1] |= 0x80
		refuse(padded, errPadding)
	}
	return v
}

// readWhole reads a value, and writes it again.
func readWhole(t *testing.T, f *form, text string, owner bool) []any {
	t.Helper()
	v := readAll(t, text, func(s *source) any { return whole(s, f, owner) }).([]any)
	var w sink
	put(&w, f, v, owner)
	if got := hex.EncodeToString(w.b); got != text {
		t.Fatalf("%s is written again as %s", text, got)
	}
	return v
}

// TestMotionVectors reads predicted differences without an entity around them.
func TestMotionVectors(t *testing.T) {
	type bodies struct{ Place, Turn []int64 }
	var file []struct {
		Mins, Maxs       []int64
		Top, Ahead, Lag  int64
		Base, Prior, Now bodies
		Bytes            string
		Altered          bool
	}
	load(t, "../../motion/testdata/vectors.json", &file)
	for i, c := range file {
		var limits []form
		for a := range c.Mins {
			limits = append(limits, *integer(c.Mins[a], c.Maxs[a]))
		}
		cut := func(b bodies) scene {
			out := scene{limits: limits, top: c.Top}
			if len(limits) > 0 {
				out.place = b.Place[:len(limits)]
			}
			if c.Top > 0 {
				out.turn = b.Turn
			}
			return out
		}
		s := source{b: unhex(t, c.Bytes)}
		want := cut(c.Now)
		got, altered := foresee(&s, cut(c.Base), cut(c.Prior), span{c.Ahead, c.Lag}, c.Lag > 0, true)
		if err := s.finish(); err != nil {
			t.Errorf("vector %d: %v", i, err)
		}
		if altered != c.Altered || !slices.Equal(got.place, want.place) || !slices.Equal(got.turn, want.turn) {
			t.Errorf("vector %d: %v %v %v, want %v %v %v", i, got.place, got.turn, altered, want.place, want.turn, c.Altered)
		}
	}
	if len(file) < 500 {
		t.Errorf("only %d vectors", len(file))
	}
}

type goldenMessage struct {
	Name, Why, Bytes string
	Value            any
}

func readMessage(b []byte, d declared) (any, error) {
	s := source{b: b}
	if id := int(s.u(8)); id != d.id {
		s.refuse("message %d is not %d", id, d.id)
	}
	v := whole(&s, d.form, true)
	return v, s.finish()
}

func TestMessages(t *testing.T) {
	var file struct{ Messages, Refused []goldenMessage }
	load(t, "../../snapshot/testdata/golden.json", &file)
	for _, m := range file.Messages {
		d := messages[m.Name]
		v, err := readMessage(unhex(t, m.Bytes), d)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		if err := same(d.form, v, m.Value); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
		w := sink{}
		w.u(uint64(d.id), 8)
		if put(&w, d.form, v, true); hex.EncodeToString(w.b) != m.Bytes {
			t.Errorf("%s is written again as %x", m.Name, w.b)
		}
	}
	for _, m := range file.Refused {
		_, err := readMessage(unhex(t, m.Bytes), messages[m.Name])
		if !because(err, m.Why) {
			t.Errorf("%s, %s: %s: %v", m.Name, m.Bytes, m.Why, err)
		}
	}
	if len(file.Messages) < 11 || len(file.Refused) < 100 {
		t.Error("messages are missing")
	}
}

// reasons are the golden files' words for a refusal, by a part of this decoder's.
var reasons = []struct{ golden, here string }{
	{"truncated", errEnds.Error()},
	{"a byte too many", errLeft.Error()},
	{"padding is not zero", errPadding.Error()},
	{"not UTF-8", "not UTF-8"},
	{"longer than its maximum", "a length of"},
	{"another message's id", "message 6 is not 7"},
	{"another type", "not inputs"},
	{"an input for tick 0", "before the first"},
	{"a tick beyond the last", "no tick is"},
	{"a view before tick 1", "a view of before tick 1"},
	{" of 0..", "is outside 0.."},
	{" in -3..3", "is outside -3..3"},
}

func because(err error, why string) bool {
	if err == nil {
		return false
	}
	for _, r := range reasons {
		if strings.Contains(why, r.golden) {
			return strings.Contains(err.Error(), r.here)
		}
	}
	return false
}

type goldenInputs struct {
	Header struct {
		AckTick, AckOlder, ClientTime, Newest uint64
		View                                  struct{ Tick, Fraction uint64 }
	}
	Inputs []any
	Bytes  string
}

// packet is an input packet; inputs are the newest first.
type packet struct {
	ackTick, ackOlder, clientTime, newest uint64
	view                                  uint64 // in 1/32 ticks; 0: none
	inputs                                []any
}

func readInputs(b []byte, f *form) (packet, error) {
	s := source{b: b}
	if s.u(8) != 2 {
		s.refuse("not inputs")
	}
	p := packet{ackTick: s.u(32), ackOlder: s.u(32), clientTime: s.u(16)}
	if s.flag() {
		p.newest = p.ackTick + s.u(7)
	} else {
		p.newest = s.u(32)
	}
	if p.newest >= 1<<32 {
		s.refuse("no tick is %d", p.newest)
	}
	if s.flag() {
		before := s.u(12)
		if p.newest*32 < before+32 {
			s.refuse("a view of before tick 1")
		}
		p.view = p.newest*32 - before
	}
	for i := range int(s.u(4)) + 1 {
		if i == 0 {
			p.inputs = append(p.inputs, whole(&s, f, true))
		} else {
			p.inputs = append(p.inputs, fields(&s, f, p.inputs[i-1].([]any), true))
		}
	}
	if p.newest < uint64(len(p.inputs)) {
		s.refuse("an input for a tick before the first")
	}
	return p, s.finish()
}

func TestInputs(t *testing.T) {
	var file struct {
		Inputs        []goldenInputs
		RefusedInputs []goldenMessage
	}
	load(t, "../../snapshot/testdata/golden.json", &file)
	for i, c := range file.Inputs {
		p, err := readInputs(unhex(t, c.Bytes), input)
		if err != nil || len(p.inputs) != len(c.Inputs) {
			t.Errorf("packet %d: %v, %d inputs", i, err, len(p.inputs))
			continue
		}
		h := c.Header
		got := []uint64{p.ackTick, p.ackOlder, p.clientTime, p.newest, p.view}
		if want := []uint64{h.AckTick, h.AckOlder, h.ClientTime, h.Newest, h.View.Tick*32 + h.View.Fraction}; !slices.Equal(got, want) {
			t.Errorf("packet %d: %v, want %v", i, got, want)
		}
		for j, v := range p.inputs {
			if err := same(input, v, c.Inputs[j]); err != nil {
				t.Errorf("packet %d, input %d: %v", i, j, err)
			}
		}
	}
	for _, m := range file.RefusedInputs {
		if _, err := readInputs(unhex(t, m.Bytes), input); !because(err, m.Why) {
			t.Errorf("%s: %s: %v", m.Bytes, m.Why, err)
		}
	}
	if len(file.Inputs) < 7 || len(file.RefusedInputs) < 20 {
		t.Error("packets are missing")
	}
}
