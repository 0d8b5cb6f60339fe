package sctp

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

// FuzzPacket hands over what a hostile peer might send inside DTLS: packets whose checksum and tag are right. Before the
// beginning and after it, nothing panics and nothing grows beyond its bounds.
func FuzzPacket(f *testing.F) {
	p := newPeer(f, Config{})
	f.Add(initPacket(88, theirTSN, 5000, knowsForward))
	for _, chunks := range [][]byte{
		p.data(0, flagWhole, 1, 0, "in order"),
		p.data(3, flagBegin, 1, 1, "a fragment"),
		forwardTo(theirTSN+5, 1, 3, 2, 0),
		p.ack(1, 1<<20, 3, 4),
		appendChunk(nil, chunkHeartbeat, 0, []byte("hello")),
		resetRequest(theirTSN, theirTSN+1, 1),
		appendChunk(nil, chunkCookieEcho, 0, p.cookie()),
		appendChunk(nil, chunkShutdown, 0, make([]byte, 4)),
		appendChunk(nil, chunkAbort, 0, nil),
		appendChunk(nil, 0xFF, 0, []byte{1}),
	} {
		f.Add(packetOf(p.header(), chunks, p.data(9, flagWhole|flagUnordered, 2, 0, "x")))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		packet := bytes.Clone(raw)
		fresh := New(Config{Tag: 77, TSN: 1000})
		open := newPeer(t, Config{})
		for range 10 {
			open.reliable(300)
			open.latest(100)
			open.leaves(epoch)
		}
		if len(packet) >= headerSize+chunkHeader {
			copy(packet, open.header()[:headerSize])
			if packet[headerSize] == chunkInit {
				binary.BigEndian.PutUint32(packet[4:], 0)
			}
			seal(packet)
		}
		now := epoch
		for range 3 {
			for _, a := range []*Association{fresh, open.a} {
				messages, _ := a.Receive(now, packet)
				size := 0
				for _, m := range messages {
					size += len(m.Data)
				}
				if size > len(packet)+a.in.window {
					t.Fatalf("%d bytes of messages from a packet of %d", size, len(packet))
				}
				now = now.Add(100 * time.Millisecond)
				a.Advance(now)
				left := 0
				for b, ok := a.Emit(now, nil); ok; b, ok = a.Emit(now, nil) {
					if left += len(b); len(b) > a.cfg.MTU || left > 100_000 {
						t.Fatalf("a packet of %d bytes, %d in all", len(b), left)
					}
				}
				if n := a.size(); n > 32<<10 {
					t.Fatalf("%d bytes after one packet of %d", n, len(packet))
				}
				_ = a.Wake()
			}
		}
	})
}

// FuzzAssociation lets bytes drive a live pair: who sends what, which packets are lost, doubled or late, when time goes
// on. What must be true of the lanes holds, and all drains once the network is good again.
func FuzzAssociation(f *testing.F) {
	f.Add([]byte("the quick brown fox jumps over the lazy dog"))
	f.Add(bytes.Repeat([]byte{0x00, 0x21, 0x42, 0x63, 0x84, 0xA5, 0xC6, 0xE7}, 20))
	f.Add(bytes.Repeat([]byte{0x03, 0x43, 0xFF, 0x83, 0xE1}, 40))
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 2000 {
			return
		}
		w := newWorld(t, 1, Config{Tag: 7, TSN: 0xFFFFFFF0, MaxBacklog: 32 << 10, ReceiveWindow: 16 << 10, MaxMessage: 12 << 10}, Config{Tag: 9, TSN: 0xFFFFFFF8})
		var sent, got, latest [2]uint32
		var seen [2]map[uint32]bool
		seen[0], seen[1] = map[uint32]bool{}, map[uint32]bool{}
		w.got = func(end int, m Message) {
			n := number(t, m.Data)
			switch {
			case m.Stream == 0 && n != got[end]:
				t.Fatalf("%d comes in place of %d", n, got[end])
			case m.Stream == 0:
				got[end]++
			case seen[end][n] || n >= latest[end]:
				t.Fatalf("latest %d comes twice or from nowhere", n)
			default:
				seen[end][n] = true
			}
		}
		for _, c := range script {
			end, arg := int(c>>4&1), int(c&15)
			switch c >> 5 {
			case 0, 1:
				if w.ends[end].SendReliable(0, 53, message(w.net.rng, sent[1-end], 8+arg*arg*50)) == nil {
					sent[1-end]++
				}
			case 2, 3:
				if _, err := w.ends[end].SendLatest(1, 53, message(w.net.rng, latest[1-end], 8+arg*70)); err != nil {
					t.Fatal(err)
				}
				latest[1-end]++
			case 4:
				for range arg * arg {
					w.step()
				}
			case 5:
				w.net.loss = float64(arg) / 20
			case 6:
				w.net.jitter = time.Duration(arg) * 4 * time.Millisecond
			case 7:
				w.net.twice = float64(arg) / 20
			}
			w.flush(end)
			w.step()
		}
		w.net.loss, w.net.jitter, w.net.twice = 0, 0, 0
		w.drain()
		if got != sent {
			t.Fatalf("%v of %v reliable messages came", got, sent)
		}
	})
}
