package snapshot_test

import (
	"encoding/hex"
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/demo"
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// FuzzApply gives a client that already knows entities hostile snapshots: nothing may panic, and what is refused must
// leave the replica as it was.
func FuzzApply(f *testing.F) {
	seed := func(ticks int) [][]byte {
		s := newSim(nil, 9, 1, false)
		c := s.clients[0]
		var out [][]byte
		for range ticks {
			s.step(true)
			s.interest(c, true)
			msg, _ := c.view.Encode(nil, snapshot.Header{}, 600)
			out = append(out, append([]byte(nil), msg...))
			if _, err := c.replica.Apply(msg); err == nil {
				c.view.Ack(c.replica.Ack())
			}
		}
		return out
	}
	good := seed(12)
	for _, m := range good {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r := snapshot.NewReplica(&demo.Schema)
		for _, m := range good[:6] {
			if _, err := r.Apply(m); err != nil {
				t.Fatal(err)
			}
		}
		tick, n := r.Tick(), r.Len()
		if _, err := r.Apply(in); err != nil && (r.Tick() != tick || r.Len() != n) {
			t.Fatal("a refused snapshot changed the replica")
		}
	})
}

func FuzzInputs(f *testing.F) {
	f.Add(snapshot.WriteInputs(nil, snapshot.InputHeader{Newest: 9}, make([]demo.Input, 3)), uint32(8))
	for _, g := range goldenInput() {
		b, _ := hex.DecodeString(g.Bytes)
		f.Add(b, uint32(1))
	}
	f.Fuzz(func(t *testing.T, in []byte, next uint32) {
		var q snapshot.Inputs[demo.Input, *demo.Input]
		h, fresh, err := q.Read(in, next)
		if err != nil {
			if fresh != 0 {
				t.Fatal("a refused packet left inputs behind")
			}
			return
		}
		if v := h.View; v.Fraction >= snapshot.ViewUnit || v.Tick > h.Newest || v.Tick == 0 && v.Fraction != 0 {
			t.Fatalf("a view of %+v, and inputs up to tick %d", v, h.Newest)
		}
		for tick := range uint64(snapshot.InputAhead) {
			if _, v, ok := q.Take(uint32(uint64(next) + tick)); ok && v.Tick > uint32(uint64(next)+tick) {
				t.Fatalf("the input for tick %d has a view of %+v", uint64(next)+tick, v)
			}
		}
		var input [1]demo.Input // the header survives being written again
		h2, _, err := q.Read(snapshot.WriteInputs(nil, h, input[:]), next)
		if err != nil || h2 != h {
			t.Fatalf("%+v is read again as %+v, %v", h, h2, err)
		}
	})
}

func FuzzMessage(f *testing.F) {
	f.Add(message.Append(nil, &demo.Offer{From: "x", Notes: []demo.Note{{Text: "y"}}}))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, m := range []message.Body{&message.Join{}, &message.Welcome{}, &message.Transfer{}, &message.Heard{}, &demo.Offer{}} {
			if message.Read(in, m) != nil {
				continue
			}
			again := message.Append(nil, m)
			if string(again) != string(in) {
				t.Fatalf("% x was accepted as % x", in, again)
			}
		}
	})
}

// A view must not follow acknowledgements of what was never sent.
func TestForgedAcknowledgements(t *testing.T) {
	s := newSim(t, 4, 1, false)
	c := s.clients[0]
	for range 50 {
		s.step(true)
		s.interest(c, true)
		c.view.Ack(s.tick+1000, 0xffffffff)
		c.view.Ack(0, 0xffffffff)
		msg, _ := c.view.Encode(nil, snapshot.Header{}, 1100)
		if _, err := c.replica.Apply(msg); err != nil {
			t.Fatal(err)
		}
	}
}

// A client whose acknowledgements are lost for longer than any age must not be sent a baseline that can mean two versions.
func TestAcknowledgementsLostForLong(t *testing.T) {
	s := newSim(t, 6, 1, false)
	c := s.clients[0]
	for i := range 700 {
		s.step(i%3 == 0)
		s.interest(c, true)
		msg, _ := c.view.Encode(nil, snapshot.Header{}, 1100)
		if s.rng.IntN(3) > 0 {
			if _, err := c.replica.Apply(msg); err != nil {
				t.Fatalf("tick %d: %v", s.tick, err)
			}
			s.compare(c)
		}
		if i%200 < 20 {
			c.view.Ack(c.replica.Ack())
		}
	}
}
