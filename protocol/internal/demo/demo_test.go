package demo_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/realmwire/realmwire/protocol/best"
	"github.com/realmwire/realmwire/protocol/bits"
	"github.com/realmwire/realmwire/protocol/internal/demo"
	"github.com/realmwire/realmwire/protocol/internal/values"
)

// What the best tier is given of vectors and rotations are their integers, and these give them back.
func TestBestRow(t *testing.T) {
	layout := new(demo.Craft).BestCodec().(*best.Codec).Layout()
	rng := rand.New(rand.NewPCG(6, 6))
	n := len(layout.Fields)
	for range 2000 {
		var craft, again demo.Craft
		values.Fill(rng, reflect.ValueOf(&craft.Pose).Elem())
		was, is := make([]int64, n), make([]int64, n)
		craft.BestRow(was)
		for i, f := range layout.Fields {
			if was[i] < f.Min || was[i] > f.Max {
				t.Fatalf("field %d is %d, outside %d..%d: %+v", i, was[i], f.Min, f.Max, craft.Pose)
			}
		}
		again.SetBestRow(was)
		again.BestRow(is)
		if !slices.Equal(was, is) || !again.Pose.Equal(&craft.Pose) {
			t.Fatalf("%+v became %+v: %v, %v", craft.Pose, again.Pose, was, is)
		}
	}
}

// BenchmarkCraft is the cost of one entity that has every type of field, while it flies: to find that it changed, to write its
// difference, and to read that.
func BenchmarkCraft(b *testing.B) {
	rng := rand.New(rand.NewPCG(9, 9))
	var raw demo.Craft
	values.Fill(rng, reflect.ValueOf(&raw).Elem())
	var was, is, got demo.Craft
	was.Copy(&raw)
	is.Copy(&raw)
	is.Pose.Position.X, is.Pose.Facing.Y, is.Gauges.Rudder, is.Gauges.Odometer = is.Pose.Position.X+0.3, is.Pose.Facing.Y+0.01, 1, is.Gauges.Odometer+3
	var w bits.Writer
	var r bits.Reader
	buf := make([]byte, 0, 512)
	b.Run("changed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			is.Changed(&was)
		}
	})
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w.Reset(buf[:0])
			is.WriteDelta(&w, &was, true)
			buf = w.Bytes()
		}
		b.ReportMetric(float64(len(buf)), "bytes")
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r.Reset(buf)
			got.ReadDelta(&r, &was, true)
		}
	})
}

// Hostile bytes against a state that is there: nothing may panic, lists keep their limits, and what was read can be written and
// read again.
func FuzzCraft(f *testing.F) {
	rng := rand.New(rand.NewPCG(7, 7))
	var raw, base demo.Craft
	values.Fill(rng, reflect.ValueOf(&raw).Elem())
	var w bits.Writer
	raw.Write(&w, true)
	var received bits.Reader
	received.Reset(w.Bytes())
	base.Read(&received, true)
	for range 8 {
		next := base
		values.Change(rng, reflect.ValueOf(&next.Pose).Elem())
		values.Fill(rng, reflect.ValueOf(&next.Hold).Elem())
		var whole, delta bits.Writer
		next.Write(&whole, true)
		next.WriteDelta(&delta, &base, true)
		f.Add(whole.Bytes(), true)
		f.Add(delta.Bytes(), false)
	}
	f.Fuzz(func(t *testing.T, in []byte, isWhole bool) {
		var got, again demo.Craft
		var r bits.Reader
		r.Reset(in)
		if isWhole {
			got.Read(&r, true)
		} else {
			got.ReadDelta(&r, &base, true)
		}
		h := &got.Hold
		if len(h.Slots) > 6 || len(h.Seal) > 12 || len(h.Marks) > 4 || len(h.Names) > 3 || len(h.Queue.Value) > 3 {
			t.Fatalf("a list is longer than its maximum: %+v", h)
		}
		if !r.Close() {
			return
		}
		var w bits.Writer
		got.Write(&w, true)
		r.Reset(w.Bytes())
		if again.Read(&r, true); !r.Close() {
			t.Fatalf("what was read of %x cannot be read again", in)
		}
		if public, private := again.Changed(&got); public || private {
			t.Fatalf("%x: %+v became %+v", in, got, again)
		}
	})
}
