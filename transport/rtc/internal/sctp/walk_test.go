package sctp

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// walker is a hostile peer that takes random steps, most of them near what a fair one would do next.
type walker struct {
	rng *rand.Rand
	a   *Association
}

// tsn is one near the end of what came in a row, now and then far from it.
func (w *walker) tsn() uint32 {
	cum := w.a.in.cum
	switch w.rng.IntN(24) {
	case 0, 1:
		return cum + uint32(w.rng.IntN(2*maxAhead))
	case 2:
		return cum - uint32(w.rng.IntN(60))
	case 3, 4, 5, 6, 7, 8:
		return cum + 2 + uint32(w.rng.IntN(12))
	}
	return cum + 1
}

// ssn is one near what comes next on a stream.
func (w *walker) ssn(stream uint16) uint16 {
	next := uint16(0)
	for _, s := range w.a.in.streams {
		if s.id == stream {
			next = s.next
		}
	}
	switch w.rng.IntN(40) {
	case 0:
		return next + 1<<15 - 8 + uint16(w.rng.IntN(16))
	case 1, 2, 3, 4, 5, 6, 7, 8:
		return next + uint16(w.rng.IntN(5))
	}
	return next
}

// data is a chunk whose bytes begin with its TSN, by which it is known when it is delivered.
func (w *walker) data() []byte {
	d := data{tsn: w.tsn(), ppid: 53, stream: uint16(w.rng.IntN(4)), flags: byte(w.rng.IntN(16))}
	if w.rng.IntN(3) == 0 {
		d.flags |= flagWhole
	}
	d.ssn = w.ssn(d.stream)
	d.payload = make([]byte, 4+w.rng.IntN(40))
	if w.rng.IntN(25) == 0 {
		d.payload = make([]byte, 900+w.rng.IntN(200))
	}
	binary.BigEndian.PutUint32(d.payload, d.tsn)
	return appendData(nil, &d)
}

func (w *walker) chunk() []byte {
	number := func(n int) uint16 { return uint16(w.rng.IntN(n)) }
	switch w.rng.IntN(20) {
	case 0:
		var list []uint16
		for range w.rng.IntN(4) {
			stream := number(4)
			list = append(list, stream, w.ssn(stream))
		}
		return forwardTo(w.tsn(), list...)
	case 1, 2:
		body := binary.BigEndian.AppendUint32(nil, w.a.out.cum+uint32(w.rng.IntN(4))-uint32(w.rng.IntN(2)))
		body = binary.BigEndian.AppendUint32(body, uint32(w.rng.IntN(4)*2000))
		n := w.rng.IntN(5)
		body = binary.BigEndian.AppendUint32(body, uint32(n)<<16)
		for range n {
			from := number(30)
			body = binary.BigEndian.AppendUint16(body, from)
			body = binary.BigEndian.AppendUint16(body, from+number(12)-4)
		}
		return appendChunk(nil, chunkSack, 0, body)
	case 3:
		if w.rng.IntN(4) > 0 {
			return appendChunk(nil, chunkHeartbeat, 0, make([]byte, w.rng.IntN(50)))
		}
		return resetRequest(w.a.resets.next-uint32(w.rng.IntN(2)), w.tsn(), number(4))
	case 4:
		return appendChunk(nil, byte(1+w.rng.IntN(255)), byte(w.rng.IntN(256)), make([]byte, w.rng.IntN(40)))
	}
	return w.data()
}

// TestHostileWalk lets hostile peers walk at random and holds what must be true after every step: nothing is delivered twice, what
// waits is as it is counted and stands in its order, and all that was sent is accounted for.
func TestHostileWalk(t *testing.T) {
	walks, packets, ended, delivered := 60, 0, 0, 0
	if testing.Short() {
		walks = 20
	}
	for seed := range uint64(walks) {
		rng := rand.New(rand.NewPCG(seed, 3))
		starts := []uint32{4, 0xFFFFFFF0, 0x7FFFFFF0, 0xFFFF8000}
		s, c := connect(t, epoch, Config{Tag: 1, TSN: starts[rng.IntN(4)], ReceiveWindow: 16 << 10, MaxMessage: 8 << 10, MaxBacklog: 64 << 10},
			Config{Tag: 3, TSN: starts[rng.IntN(4)]})
		w := &walker{rng: rng, a: s}
		h := appendHeader(nil, header{c.local, c.remote, c.peerTag})
		seen := map[uint32]bool{}
		now := epoch
		for range 400 {
			if s.state != established {
				break
			}
			packets++
			var chunks [][]byte
			for range 1 + rng.IntN(6) {
				chunks = append(chunks, w.chunk())
			}
			messages, err := s.Receive(now, packetOf(h, chunks...))
			for _, m := range messages {
				tsn := binary.BigEndian.Uint32(m.Data)
				if seen[tsn] {
					t.Fatalf("seed %d: TSN %d is delivered twice", seed, tsn)
				}
				seen[tsn] = true
				delivered++
			}
			if err != nil {
				if !errors.Is(err, ErrProtocol) {
					t.Fatal(err)
				}
				ended++
				break
			}
			checkInbound(t, seed, &s.in)
			if rng.IntN(3) == 0 {
				_ = s.SendReliable(uint16(rng.IntN(2)), 53, make([]byte, 1+rng.IntN(3000)))
				_, _ = s.SendLatest(1, 53, make([]byte, 1+rng.IntN(900)))
			}
			now = now.Add(time.Duration(rng.IntN(60)) * time.Millisecond)
			drive(t, seed, s, now)
			checkOutbound(t, seed, &s.out)
		}
	}
	t.Logf("%d walks, %d packets, %d ended by an error, %d messages", walks, packets, ended, delivered)
	if delivered < 1000 || ended == 0 {
		t.Error("the walks lead nowhere")
	}
}

// drive does what an owner does when time has moved on.
func drive(t *testing.T, seed uint64, s *Association, now time.Time) {
	t.Helper()
	for range 2 {
		if at := s.Wake(); !at.IsZero() && !at.After(now) {
			s.Advance(now)
		}
		for n := 0; ; n++ {
			b, ok := s.Emit(now, nil)
			if !ok {
				break
			}
			if len(b) > s.cfg.MTU || n > 200 {
				t.Fatalf("seed %d: a packet of %d bytes, the %d. at once", seed, len(b), n)
			}
		}
	}
	if at := s.Wake(); !at.IsZero() && !at.After(now) {
		t.Fatalf("seed %d: what was due has been done, and is due again", seed)
	}
}

// checkInbound holds what must be true of the receiving side at any time.
func checkInbound(t *testing.T, seed uint64, in *inbound) {
	t.Helper()
	chunks, bytes, slots := 0, 0, 0
	for i := range in.held.order {
		r := in.held.at(i)
		chunks, bytes = chunks+int(r.chunks), bytes+r.size
		if r.last-r.first != uint32(r.chunks)-1 || i > 0 && !before(in.held.at(i-1).last, r.first) {
			t.Fatalf("seed %d: a run from %d to %d of %d chunks, out of order", seed, r.first, r.last, r.chunks)
		}
		if i > 0 && in.held.at(i-1).meets(r) {
			t.Fatalf("seed %d: two runs that meet were not joined", seed)
		}
		size, tail := 0, in.held.order[i]
		for at := in.held.order[i]; at != noSlot; at = in.held.slots[at].next {
			size, tail = size+len(in.held.slots[at].data), at
			slots++
		}
		if size != r.size || tail != r.tail {
			t.Fatalf("seed %d: a run of %d bytes holds %d", seed, r.size, size)
		}
		if !in.has(r.first) || !in.has(r.last) {
			t.Fatalf("seed %d: TSNs %d to %d wait, and did not come", seed, r.first, r.last)
		}
	}
	for i, at := range in.held.ready {
		r := &in.held.slots[at]
		if !r.complete() || r.unordered() || i > 0 && turnOf(in.held.slots[in.held.ready[i-1]].stream, in.held.slots[in.held.ready[i-1]].ssn) >= turnOf(r.stream, r.ssn) {
			t.Fatalf("seed %d: what is ready is not, or out of order", seed)
		}
	}
	if chunks != in.heldChunks || bytes != in.heldBytes || bytes > in.window+in.maxMessage || slots+len(in.held.free) != len(in.held.slots) {
		t.Fatalf("seed %d: %d chunks of %d bytes wait, counted as %d of %d; %d slots of %d", seed, chunks, bytes, in.heldChunks, in.heldBytes, slots, len(in.held.slots))
	}
	last := in.cum
	for _, s := range in.spans {
		if !before(last+1, s.first) || before(s.last, s.first) {
			t.Fatalf("seed %d: spans %v after %d", seed, in.spans, in.cum)
		}
		last = s.last
	}
}

// checkOutbound holds what must be true of the sending side at any time.
func checkOutbound(t *testing.T, seed uint64, o *outbound) {
	t.Helper()
	flight, waiting, small := 0, 0, 0
	for i := range o.out.len() {
		r := o.out.at(i)
		switch r.fate {
		case flying:
			flight += int(r.size)
			if o.alarm.known && (o.alarm.at.IsZero() || o.alarm.at.After(o.deadline(r))) {
				t.Fatalf("seed %d: TSN %d is due before the alarm", seed, r.tsn)
			}
		case lost, unsent:
			waiting++
			if before(r.tsn, o.waitFrom) {
				t.Fatalf("seed %d: TSN %d waits, before the first that does", seed, r.tsn)
			}
		case arrived:
			if before(o.arrivedTo, r.tsn) {
				t.Fatalf("seed %d: TSN %d arrived, beyond the last that did", seed, r.tsn)
			}
		}
		if r.repeatable() {
			small++
		}
	}
	if flight != o.flight || waiting != o.waiting || small != o.small || o.backlog < 0 {
		t.Fatalf("seed %d: %d bytes fly, counted as %d; %d wait, %d; %d may be repeated, %d; backlog %d", seed, flight, o.flight, waiting, o.waiting, small, o.small, o.backlog)
	}
}

// TestNumbersWrap sends more ordered messages both ways than a stream has numbers, over a path that loses some.
func TestNumbersWrap(t *testing.T) {
	w := newWorld(t, 5, Config{Tag: 7, TSN: 0xFFFF8000}, Config{Tag: 9, TSN: 0xFFFFC000})
	w.net.delay, w.net.loss = time.Millisecond, 0.01
	const total = 70_000
	var sent, got [2]uint32
	w.got = func(end int, m Message) {
		if m.Stream == 1 {
			return
		}
		if n := binary.BigEndian.Uint32(m.Data); n != got[end] {
			t.Fatalf("end %d: %d comes in place of %d", end, n, got[end])
		}
		got[end]++
	}
	for got[0] < total || got[1] < total {
		for end, a := range w.ends {
			for range 40 {
				if sent[end] < total && a.SendReliable(0, 53, binary.BigEndian.AppendUint32(nil, sent[end])) == nil {
					sent[end]++
				}
			}
			_, _ = a.SendLatest(1, 53, []byte{1})
			w.flush(end)
		}
		w.step()
		if w.now.Sub(epoch) > 10*time.Minute {
			t.Fatalf("%v of %v came", got, sent)
		}
	}
}
