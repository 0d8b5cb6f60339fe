package sctp

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/dear"
)

// perPacket is how many of the smallest DATA chunks fit a packet.
const perPacket = 57

// crumb is one of them.
func (p *peer) crumb(tsn uint32, flags byte, stream, ssn uint16) []byte {
	return appendData(nil, &data{tsn: tsn, ppid: 53, stream: stream, ssn: ssn, flags: flags, payload: []byte{1}})
}

// packets puts chunks into as few packets as hold so many each.
func (p *peer) packets(chunks [][]byte, each int) (list [][]byte) {
	for len(chunks) > 0 {
		n := min(len(chunks), each)
		list = append(list, packetOf(p.header(), chunks[:n]...))
		chunks = chunks[n:]
	}
	return list
}

// copies repeats one packet.
func copies(n int, packet []byte) (list [][]byte) {
	for range n {
		list = append(list, packet)
	}
	return list
}

// repeated is a packet full of one chunk.
func (p *peer) repeated(c []byte) []byte {
	var chunks [][]byte
	for size := headerSize; size+len(c) <= 1180; size += len(c) {
		chunks = append(chunks, c)
	}
	return packetOf(p.header(), chunks...)
}

// gaps is a SACK with as many gap blocks as fit, which f gives.
func (p *peer) gaps(f func(i int) (from, to uint16)) []byte {
	const n = 280
	body := binary.BigEndian.AppendUint32(nil, p.a.out.cum)
	body = binary.BigEndian.AppendUint32(body, 1<<20)
	body = binary.BigEndian.AppendUint16(body, n)
	body = append(body, 0, 0)
	for i := range n {
		from, to := f(i)
		body = binary.BigEndian.AppendUint16(body, from)
		body = binary.BigEndian.AppendUint16(body, to)
	}
	return appendChunk(nil, chunkSack, 0, body)
}

// outstanding has us send until no more may be without an acknowledgement, of both lanes.
func (p *peer) outstanding() {
	now := epoch
	for range 1100 {
		_, _ = p.a.SendLatest(1, 53, make([]byte, 10))
		_ = p.a.SendReliable(0, 53, make([]byte, 10))
		for b, ok := p.a.Emit(now, nil); ok; b, ok = p.a.Emit(now, b[:0]) {
		}
		now = now.Add(time.Millisecond)
		p.a.Advance(now)
	}
	if n := p.a.out.out.len(); n != maxOutstanding {
		p.t.Fatalf("%d are outstanding", n)
	}
}

// hostile are the dear packets of an established association.
var hostile = map[string]func(p *peer, n int) [][]byte{
	"tiny messages": func(p *peer, n int) [][]byte {
		var c [][]byte
		for i := range uint32(n * perPacket) {
			c = append(c, p.crumb(p.tsn+i, flagWhole|flagUnordered, 1, 0))
		}
		return p.packets(c, perPacket)
	},
	"crumbs in order":            func(p *peer, n int) [][]byte { return p.crumbs(n, 1000, 0) },
	"crumbs of unordered":        func(p *peer, n int) [][]byte { return p.crumbs(n, 1023, flagUnordered) },
	"lone fragments and forward": func(p *peer, n int) [][]byte { return p.backwards(n, flagBegin|flagUnordered) },
	"one run backwards":          func(p *peer, n int) [][]byte { return p.backwards(n, flagUnordered) },
	"fragments at random": func(p *peer, n int) [][]byte {
		return p.shuffled(n, func(i uint32) []byte { return p.crumb(p.tsn+i, flagUnordered|byte(i%3), 0, 0) })
	},
	"whole messages at random": func(p *peer, n int) [][]byte {
		return p.shuffled(n, func(i uint32) []byte { return p.crumb(p.tsn+i, flagWhole, uint16(i%32), uint16(i/32)) })
	},
	"every second": func(p *peer, n int) [][]byte { // all gaps that are remembered, then more
		var c [][]byte
		for range n*perPacket/(4*maxSpans) + 1 {
			for i := range uint32(4 * maxSpans) {
				c = append(c, p.crumb(p.tsn+2+2*(i*37%(4*maxSpans)), flagBegin, 3, 1))
			}
		}
		return p.packets(c, perPacket)[:n]
	},
	"messages past what waits": func(p *peer, n int) [][]byte {
		tsn := p.tsn + 1
		for range maxHeld {
			p.send(p.crumb(tsn, flagBegin|flagUnordered, 0, 0))
			tsn++
		}
		var c [][]byte
		for i := range min(n*perPacket, maxAhead-2*maxHeld) {
			c = append(c, p.crumb(tsn, flagWhole, 5, uint16(i)))
			tsn++
		}
		list := p.packets(c, perPacket)
		for len(list) < n {
			list = append(list, list[len(list)-1]) // duplicates among the held
		}
		return list
	},
	"messages on every stream": func(p *peer, n int) [][]byte {
		var c [][]byte
		for i := range uint32(n * perPacket) {
			c = append(c, p.crumb(p.tsn+i, flagWhole, uint16(i%maxStreams), uint16(i/maxStreams)))
		}
		return p.packets(c, perPacket)
	},
	"duplicates": func(p *peer, n int) [][]byte {
		for i := range uint32(maxSpans) {
			p.send(p.crumb(p.tsn+1+2*i, flagWhole|flagUnordered, 1, 0))
		}
		return copies(n, p.repeated(p.crumb(p.tsn+1+maxSpans, flagWhole|flagUnordered, 1, 0)))
	},
	"beyond the window": func(p *peer, n int) [][]byte {
		return copies(n, p.repeated(p.crumb(p.tsn+2*maxAhead, flagWhole|flagUnordered, 1, 0)))
	},
	"forward over little": func(p *peer, n int) (list [][]byte) {
		for i := range uint32(n) {
			list = append(list, packetOf(p.header(), p.everyStream(p.tsn+i, uint16(i))))
		}
		return list
	},
	"forwards of the past": func(p *peer, n int) [][]byte {
		return copies(n, p.repeated(forwardTo(p.tsn-2)))
	},
	"SACK of nothing": func(p *peer, n int) [][]byte {
		p.outstanding()
		return copies(n, packetOf(p.header(), p.sack()))
	},
	"SACKs that take back": func(p *peer, n int) (list [][]byte) {
		p.outstanding()
		for i := range n {
			list = append(list, packetOf(p.header(), p.sack([]uint16{2, 0xFFFF}[:2*(i%2)]...)))
		}
		return list
	},
	"SACK of every second": func(p *peer, n int) (list [][]byte) {
		p.outstanding()
		for i := range n {
			list = append(list, packetOf(p.header(), p.gaps(func(k int) (uint16, uint16) { at := uint16(2 + i%2 + 2*k); return at, at })))
		}
		return list
	},
	"SACK of nonsense": func(p *peer, n int) (list [][]byte) {
		p.outstanding()
		for i := range n {
			list = append(list, packetOf(p.header(), p.gaps(func(k int) (uint16, uint16) { return uint16(k * 7919 * (i + 1)), uint16(k * 104729) })))
		}
		return list
	},
	"SACK of one more": func(p *peer, n int) (list [][]byte) {
		p.outstanding()
		for i := range n {
			at := uint16(maxOutstanding - i%(maxOutstanding-2))
			list = append(list, packetOf(p.header(), p.sack(at, at)))
		}
		return list
	},
	"SACKs in a packet": func(p *peer, n int) [][]byte {
		p.outstanding()
		return copies(n, p.repeated(p.sack(2, 0xFFFF)))
	},
	"SACK of duplicates": func(p *peer, n int) [][]byte {
		p.outstanding()
		body := binary.BigEndian.AppendUint32(nil, p.a.out.cum)
		body = binary.BigEndian.AppendUint32(body, 1<<20)
		body = binary.BigEndian.AppendUint32(body, 280)
		return copies(n, packetOf(p.header(), appendChunk(nil, chunkSack, 0, append(body, make([]byte, 4*280)...))))
	},
	"large heartbeat": func(p *peer, n int) [][]byte {
		return copies(n, packetOf(p.header(), appendChunk(nil, chunkHeartbeat, 0, make([]byte, 1150))))
	},
	"heartbeats": func(p *peer, n int) [][]byte {
		return copies(n, p.repeated(appendChunk(nil, chunkHeartbeat, 0, nil)))
	},
	"answers to no heartbeat": func(p *peer, n int) [][]byte {
		return copies(n, p.repeated(appendChunk(nil, chunkHeartbeatAck, 0, appendParam(nil, probeInfo, make([]byte, 8)))))
	},
	"unknown chunks": func(p *peer, n int) [][]byte {
		return copies(n, p.repeated(appendChunk(nil, 0xFF, 0, nil)))
	},
	"errors": func(p *peer, n int) [][]byte {
		return copies(n, p.repeated(appendChunk(nil, chunkError, 0, nil)))
	},
	"INIT again": func(p *peer, n int) [][]byte {
		return copies(n, initPacket(88, theirTSN, 1<<20, knowsForward))
	},
	"COOKIE ECHO again": func(p *peer, n int) [][]byte {
		return copies(n, p.repeated(appendChunk(nil, chunkCookieEcho, 0, p.cookie())))
	},
	"resets of all streams": func(p *peer, n int) (list [][]byte) {
		for i := range uint32(maxStreams) {
			p.send(p.crumb(p.tsn+i, flagWhole, uint16(i), 0))
		}
		return p.resets(n, 0)
	},
	"resets of many streams": func(p *peer, n int) (list [][]byte) {
		for i := range uint32(maxStreams) {
			p.send(p.crumb(p.tsn+i, flagWhole, uint16(i), 0))
		}
		return p.resets(n, 2*maxStreams)
	},
	"requests to add streams": func(p *peer, n int) [][]byte {
		var params []byte
		for range 90 {
			params = appendParam(params, paramAddOutgoing, binary.BigEndian.AppendUint32(nil, 5))
		}
		return copies(n, packetOf(p.header(), appendChunk(nil, chunkReconfig, 0, params)))
	},
	"shutdown answers": func(p *peer, n int) [][]byte {
		return copies(n, p.repeated(appendChunk(nil, chunkShutdownAck, 0, nil)))
	},
	"wrong checksum": func(p *peer, n int) [][]byte {
		b := p.repeated(p.crumb(p.tsn, flagWhole, 0, 0))
		b[checksumOffset]++
		return copies(n, b)
	},
}

// crumbs are messages in fragments of one byte, one after the other.
func (p *peer) crumbs(n, fragments int, flags byte) [][]byte {
	var c [][]byte
	for i := range n * perPacket {
		f, k := flags, i%fragments
		if k == 0 {
			f |= flagBegin
		}
		if k == fragments-1 {
			f |= flagEnd
		}
		c = append(c, p.crumb(p.tsn+uint32(i), f, 0, uint16(i/fragments)))
	}
	return p.packets(c, perPacket)
}

// backwards fills all that may wait from its end, and gives up on it.
func (p *peer) backwards(n int, flags byte) (list [][]byte) {
	base := p.tsn
	for len(list) < n {
		var c [][]byte
		for tsn := base + maxHeld - 1; tsn > base; tsn-- {
			c = append(c, p.crumb(tsn, flags, 0, 0))
		}
		base += maxHeld - 1
		list = append(list, p.packets(append(c, forwardTo(base)), perPacket)...)
		base++
	}
	return list[:n]
}

// shuffled does the same in an order that jumps.
func (p *peer) shuffled(n int, f func(i uint32) []byte) (list [][]byte) {
	base := uint32(0)
	for len(list) < n {
		var c [][]byte
		for i := range uint32(maxHeld - 1) {
			c = append(c, f(base+1+i*199%(maxHeld-1)))
		}
		base += maxHeld
		list = append(list, p.packets(append(c, forwardTo(p.tsn+base-1)), perPacket)...)
	}
	return list[:n]
}

// everyStream is a FORWARD-TSN that names all streams that are remembered, again and again.
func (p *peer) everyStream(cum uint32, ssn uint16) []byte {
	var list []uint16
	for i := range uint16(280) {
		list = append(list, i%maxStreams, ssn)
	}
	return forwardTo(cum, list...)
}

// sack acknowledges nothing new, and gap blocks.
func (p *peer) sack(gaps ...uint16) []byte {
	body := binary.BigEndian.AppendUint32(nil, p.a.out.cum)
	body = binary.BigEndian.AppendUint32(body, 1<<20)
	body = binary.BigEndian.AppendUint32(body, uint32(len(gaps)/2)<<16)
	for _, g := range gaps {
		body = binary.BigEndian.AppendUint16(body, g)
	}
	return appendChunk(nil, chunkSack, 0, body)
}

// resets are requests that follow one another, as many as fit a packet, for so many streams each; 0 means all.
func (p *peer) resets(n, streams int) (list [][]byte) {
	number := uint32(theirTSN)
	for range n {
		var params []byte
		for len(params) < 1100-2*streams {
			b := binary.BigEndian.AppendUint32(nil, number)
			b = binary.BigEndian.AppendUint32(b, 0)
			b = binary.BigEndian.AppendUint32(b, p.tsn-1)
			for i := range streams {
				b = binary.BigEndian.AppendUint16(b, uint16(i%maxStreams))
			}
			params = appendParam(params, paramResetOutgoing, b)
			number++
		}
		list = append(list, packetOf(p.header(), appendChunk(nil, chunkReconfig, 0, params)))
	}
	return list
}

// class measures packets of an established association, and what leaves in answer to them.
func class(name string, packets func(p *peer, n int) [][]byte) dear.Class {
	return dear.Class{Name: name, Make: func(b *testing.B, n int) func() {
		p := newPeer(b, Config{})
		list, now, buf := packets(p, n), epoch.Add(2*time.Second), make([]byte, 0, 2048)
		if len(list) != n {
			b.Fatalf("%d packets in place of %d", len(list), n)
		}
		return func() {
			for _, packet := range list {
				if _, err := p.a.Receive(now, packet); err != nil {
					b.Fatal(err)
				}
				for ok := true; ok; {
					_, ok = p.a.Emit(now, buf)
				}
				p.a.Wake()
				now = now.Add(125 * time.Microsecond)
			}
		}
	}}
}

// BenchmarkDearPackets sets the packets of a hostile peer beside one that an honest message fills.
func BenchmarkDearPackets(b *testing.B) {
	honest := class("honest", func(p *peer, n int) (list [][]byte) {
		for i := range uint32(n) {
			list = append(list, packetOf(p.header(), p.data(i, flagWhole|flagUnordered, 1, 0, string(make([]byte, 1100)))))
		}
		return list
	})
	var classes []dear.Class
	for name, packets := range hostile {
		classes = append(classes, class(name, packets))
	}
	dear.Sort(classes)
	dear.Run(b, honest, classes...)
}

// TestDearPackets holds that each class does what it says: no packet of it ends the association or makes more leave than came.
func TestDearPackets(t *testing.T) {
	for name, packets := range hostile {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, Config{})
			list, now := packets(p, 60), epoch.Add(2*time.Second)
			in, out := 0, 0
			for _, packet := range list {
				if _, err := p.a.Receive(now, packet); err != nil {
					t.Fatal(err)
				}
				in += len(packet)
				for b, ok := p.a.Emit(now, nil); ok; b, ok = p.a.Emit(now, nil) {
					out += len(b)
				}
				now = now.Add(125 * time.Microsecond)
			}
			t.Logf("%d bytes out for %d", out, in)
		})
	}
}

// TestControlBound holds how much of a packet is looked at: what follows too many chunks that are no DATA is as good as lost.
func TestControlBound(t *testing.T) {
	beat := appendChunk(nil, chunkHeartbeat, 0, nil)
	for n, want := range map[int]int{1: 1, maxControl - 1: 1, maxControl: 0, 100: 0} {
		p := newPeer(t, Config{})
		var chunks [][]byte
		for range n {
			chunks = append(chunks, beat)
		}
		if got := p.send(append(chunks, p.crumb(p.tsn, flagWhole, 0, 0))...); len(got) != want {
			t.Errorf("after %d heartbeats %d messages come, not %d", n, len(got), want)
		}
		if got := p.send(p.crumb(p.tsn, flagWhole, 0, 0)); len(got) != 1-want {
			t.Errorf("after %d heartbeats, sent again, %d messages come", n, len(got))
		}
	}
}
