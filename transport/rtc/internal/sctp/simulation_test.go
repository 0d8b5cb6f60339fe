package sctp

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"testing"
	"time"
)

// lane checks what one end receives of the other on both lanes.
type lane struct {
	sent, got uint32 // reliable
	latest    uint32
	seen      map[uint32]bool
}

func message(rng *rand.Rand, number uint32, size int) []byte {
	b := binary.BigEndian.AppendUint32(nil, number)
	for len(b) < size {
		b = append(b, byte(rng.Uint32()))
	}
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

func number(t testing.TB, m []byte) uint32 {
	if len(m) < 8 || crc32.ChecksumIEEE(m[:len(m)-4]) != binary.BigEndian.Uint32(m[len(m)-4:]) {
		t.Fatalf("a message of %d bytes is not what was sent", len(m))
	}
	return binary.BigEndian.Uint32(m)
}

// TestSimulation drives two ends over bad networks: of the reliable lane nothing is lost, doubled or out of order, of the
// latest nothing is doubled, every queue stays within its bounds, and all drains.
func TestSimulation(t *testing.T) {
	for _, c := range []struct {
		name        string
		loss, twice float64
		jitter      time.Duration
		bulk        int
	}{
		{"clean", 0, 0, 0, 3000},
		{"loss 5%", 0.05, 0, 0, 3000},
		{"loss 30%", 0.3, 0, 0, 20000},
		{"reordered and doubled", 0, 0.1, 60 * time.Millisecond, 3000},
		{"all of it", 0.1, 0.1, 40 * time.Millisecond, 60000},
	} {
		for seed := range uint64(4) {
			t.Run(fmt.Sprintf("%s/%d", c.name, seed), func(t *testing.T) {
				// TSNs and SSNs wrap on the way.
				w := newWorld(t, seed, Config{Tag: 7, TSN: 0xFFFFFF00}, Config{Tag: 9, TSN: 0xFFFFFFF0})
				for _, a := range w.ends {
					for _, s := range []*streams{&a.in.streams, &a.out.streams} {
						s.get(0).next = 0xFFF0
					}
				}
				w.net.loss, w.net.twice, w.net.jitter = c.loss, c.twice, c.jitter
				simulate(t, w, c.bulk)
			})
		}
	}
}

func simulate(t *testing.T, w *world, bulk int) {
	lanes := [2]lane{{seen: map[uint32]bool{}}, {seen: map[uint32]bool{}}} // by receiver
	w.got = func(end int, m Message) {
		l := &lanes[end]
		n := number(t, m.Data)
		switch m.Stream {
		case 0:
			if n != l.got {
				t.Fatalf("end %d: message %d comes in place of %d", end, n, l.got)
			}
			l.got++
		case 1:
			if l.seen[n] || n >= l.latest {
				t.Fatalf("end %d: latest message %d comes twice or from nowhere", end, n)
			}
			l.seen[n] = true
		}
	}
	for ms := range 6000 {
		for end, a := range w.ends {
			l := &lanes[1-end]
			if ms%33 == end {
				if _, err := a.SendLatest(1, 53, message(w.net.rng, l.latest, 20+w.net.rng.IntN(1120))); err != nil {
					t.Fatal(err)
				}
				l.latest++
			}
			size := 0
			switch w.net.rng.IntN(300) {
			case 0:
				size = 20 + w.net.rng.IntN(bulk)
			case 1, 2, 3:
				size = 10 + w.net.rng.IntN(100)
			}
			if size > 0 && a.SendReliable(0, 53, message(w.net.rng, l.sent, size)) == nil {
				l.sent++
			}
			w.flush(end)
		}
		w.step()
	}
	w.drain()
	for end, a := range w.ends {
		l := &lanes[end]
		t.Logf("end %d: %d reliable, %d of %d latest, %d packets, rtt %v, loss %.3f, %+v", end, l.got, len(l.seen), l.latest, w.net.sent[end], a.RTT(), a.Loss(), a.Stats())
		if l.got != l.sent || l.sent == 0 {
			t.Errorf("end %d: %d of %d reliable messages came", end, l.got, l.sent)
		}
	}
}

// drain lets time pass until nothing is under way.
func (w *world) drain() {
	busy := func() bool {
		for _, a := range w.ends {
			if o := &a.out; a.Backlog() > 0 || o.out.len() > 0 || o.forward != o.cum || o.latest.set || a.in.heldChunks > 0 || len(a.in.spans) > 0 {
				return true
			}
		}
		return false
	}
	for ms := 0; busy(); ms++ {
		if ms == 60_000 {
			for end, a := range w.ends {
				w.t.Errorf("end %d: backlog %d, %d outstanding, %d held, spans %v, cum %d, forward %d of %d, flight %d, wake %v", end, a.Backlog(),
					a.out.out.len(), a.in.heldChunks, a.in.spans, a.in.cum, a.out.forward, a.out.cum, a.out.flight, a.Wake().Sub(w.now))
			}
			w.t.Fatal("it does not drain")
		}
		w.step()
	}
}
