package kcp

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	kcpcore "github.com/xtaci/kcp-go/v5"

	"github.com/realmwire/realmwire/transport"
)

// walker is a peer with the keys that takes random steps, most of them near what a fair one would do next.
type walker struct {
	rng  *rand.Rand
	s    *session
	next uint32 // of its segments, about
}

func (w *walker) frame(b []byte) []byte {
	switch w.rng.IntN(12) {
	case 0:
		return append(b, framePing)
	case 1:
		return appendAckFrame(b, w.rng.Uint64N(w.s.counter+3), w.rng.Uint32(), uint16(w.rng.Uint32()))
	case 2:
		return append(append(b, framePathChallenge+byte(w.rng.IntN(2))), make([]byte, pathTokenSize)...)
	case 3:
		return appendDataFrame(b, frameLatest, make([]byte, 1+w.rng.IntN(100)))
	case 4:
		return append(b, make([]byte, w.rng.IntN(20))...)
	}
	var segments []byte
	for range 1 + w.rng.IntN(6) {
		segments = append(segments, w.segment()...)
	}
	return appendDataFrame(b, frameReliable, segments)
}

func (w *walker) segment() []byte {
	una := uint32(w.rng.IntN(6))
	if w.rng.IntN(4) == 0 {
		una = w.rng.Uint32()
	}
	var b []byte
	switch w.rng.IntN(7) {
	case 0:
		b = kcpSegment(kcpcore.IKCP_CMD_ACK, uint32(w.rng.IntN(40)), una, 0)
	case 1:
		b = kcpSegment(kcpcore.IKCP_CMD_WASK+byte(w.rng.IntN(2)), w.rng.Uint32(), una, 0)
	default:
		sn := w.next
		switch w.rng.IntN(6) {
		case 0:
			sn += uint32(w.rng.IntN(2 * kcpWindow))
		case 1:
			sn -= uint32(w.rng.IntN(10))
		case 2:
			sn = w.rng.Uint32()
		default:
			w.next++
		}
		b = kcpSegment(kcpcore.IKCP_CMD_PUSH, sn, una, 4+w.rng.IntN(60))
		if w.rng.IntN(400) == 0 {
			b[kcpcore.IKCP_OVERHEAD+2] = 1 // the beginning of a message of 64 KiB and more
		}
	}
	if w.rng.IntN(3) == 0 {
		b[6] = []byte{0, 1, kcpWindow, 255}[w.rng.IntN(4)]
		b[7] = byte(w.rng.IntN(2) * 255)
	}
	for i := range 4 {
		b[segTS+i] = byte(w.rng.Uint32())
	}
	return b
}

// TestHostileWalk lets peers with the keys walk at random, and holds what must be true after every step: messages and datagrams keep
// to their sizes, queues to their bounds, and the session goes on or is closed, but drops nothing that is authentic.
func TestHostileWalk(t *testing.T) {
	walks, closed, messages := 60, 0, 0
	if testing.Short() {
		walks = 20
	}
	for seed := range uint64(walks) {
		synctest.Test(t, func(t *testing.T) { // the core reads the process clock
			rng := rand.New(rand.NewPCG(seed, 5))
			s := newSession(sessionConfig{id: 7, out: nullSealer{}, in: nullSealer{}, timeout: time.Hour, newToken: randomToken}, time.Now())
			w := &walker{rng: rng, s: s}
			for counter := uint64(1); counter < 250 && s.end.open(); counter++ {
				d := appendSealedHeader(nil, 7, counter)
				for n := 1 + rng.IntN(4); n > 0 && len(d) < 700; n-- {
					d = w.frame(d)
				}
				if rng.IntN(3) == 0 {
					_ = s.send(transport.Reliable, make([]byte, 1+rng.IntN(4000)))
					_ = s.send(transport.Latest, make([]byte, 1+rng.IntN(1000)))
				}
				got, ok := s.hear(time.Now(), s.path.Remote, d)
				if !ok && len(d) > sealedHeaderSize {
					t.Fatalf("seed %d: an authentic datagram is dropped", seed)
				}
				messages += len(got)
				for _, m := range got {
					if transport.CheckSize(m.lane, len(m.msg)) != nil {
						t.Fatalf("seed %d: %d bytes on the %s lane", seed, len(m.msg), m.lane)
					}
				}
				time.Sleep(time.Duration(rng.IntN(30)) * time.Millisecond)
				s.advance(time.Now())
				for n := 0; ; n++ {
					b, _, ok := s.emit(time.Now(), nil)
					if !ok {
						break
					}
					if len(b) > transport.MaxDatagram || n > 300 {
						t.Fatalf("seed %d: %d bytes, the %d. datagram at once", seed, len(b), n)
					}
				}
				if r := s.reliable; r != nil && (r.inFlight < 0 || r.inFlight > kcpWindow || r.inBytes < 0 || r.backlog() > transport.MaxReliableBacklog ||
					len(r.received) > 200<<10 || len(r.out) > maxQueuedOutput || len(r.repeats.kept) > repeatKept) {
					t.Fatalf("seed %d: %d in flight of %d bytes, backlog %d, %d received, %d to leave", seed, r.inFlight, r.inBytes, r.backlog(), len(r.received), len(r.out))
				}
			}
			if !s.end.open() {
				closed++
			}
		})
	}
	t.Logf("%d walks, %d closed, %d messages", walks, closed, messages)
	if messages < 1000 || closed == 0 {
		t.Error("the walks lead nowhere")
	}
}
