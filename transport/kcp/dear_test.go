package kcp

import (
	"encoding/binary"
	"testing"
	"time"

	kcpcore "github.com/xtaci/kcp-go/v5"

	"github.com/realmwire/realmwire/internal/dear"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// kcpSegment is a segment of the peer's, with so many bytes.
func kcpSegment(cmd byte, sn, una uint32, size int) []byte {
	b := make([]byte, kcpcore.IKCP_OVERHEAD+size)
	binary.LittleEndian.PutUint32(b, 7)
	b[segCmd], b[6] = cmd, kcpWindow
	binary.LittleEndian.PutUint32(b[segSN:], sn)
	binary.LittleEndian.PutUint32(b[segUNA:], una)
	binary.LittleEndian.PutUint32(b[segLen:], uint32(size))
	if size > lengthSize {
		b[kcpcore.IKCP_OVERHEAD] = byte(size - lengthSize)
	}
	return b
}

// filled is a frame of as many segments as fit.
func filled(segment func(k uint32) []byte) []byte {
	var b []byte
	for k := uint32(0); ; k++ {
		s := segment(k)
		if len(b)+len(s) > transport.MaxLatestMessage {
			return appendDataFrame(nil, frameReliable, b)
		}
		b = append(b, s...)
	}
}

// repeatedFrame is a datagram's worth of one frame.
func repeatedFrame(f []byte) (b []byte) {
	for len(b)+len(f) <= maxFrames {
		b = append(b, f...)
	}
	return b
}

// hostile are the frames of dear datagrams of an authentic peer. Of busy ones, the session has sent all that it may.
var hostile = map[string]struct {
	busy   bool
	frames func(i uint32) []byte
}{
	"latest messages": {false, func(uint32) []byte { return repeatedFrame(appendDataFrame(nil, frameLatest, []byte{1})) }},
	"pings":           {false, func(uint32) []byte { return repeatedFrame([]byte{framePing}) }},
	"padding":         {false, func(uint32) []byte { return make([]byte, maxFrames) }},
	"path challenges": {false, func(uint32) []byte { return repeatedFrame(append([]byte{framePathChallenge}, make([]byte, 8)...)) }},
	"path responses":  {false, func(uint32) []byte { return repeatedFrame(append([]byte{framePathResponse}, make([]byte, 8)...)) }},
	"acknowledgements of datagrams": {true, func(i uint32) []byte {
		return repeatedFrame(appendAckFrame(nil, uint64(1+i%100), 0x55555555, 9))
	}},
	"pushes in order": {false, func(i uint32) []byte {
		return filled(func(k uint32) []byte { return kcpSegment(kcpcore.IKCP_CMD_PUSH, i*42+k, 0, 4) })
	}},
	"pushes that repeat": {false, func(uint32) []byte {
		return filled(func(uint32) []byte { return kcpSegment(kcpcore.IKCP_CMD_PUSH, 100, 0, 1) })
	}},
	"pushes of the past": {false, func(i uint32) []byte {
		if i == 0 {
			return filled(func(k uint32) []byte { return kcpSegment(kcpcore.IKCP_CMD_PUSH, k, 0, 4) })
		}
		return filled(func(uint32) []byte { return kcpSegment(kcpcore.IKCP_CMD_PUSH, 0, 0, 4) })
	}},
	"pushes backwards, the first missing": {false, func(i uint32) []byte {
		return filled(func(k uint32) []byte { return kcpSegment(kcpcore.IKCP_CMD_PUSH, 127-(i*44+k)%126, 0, 1) })
	}},
	"pushes backwards": {false, func(i uint32) []byte {
		return filled(func(k uint32) []byte {
			n := i*42 + k
			return kcpSegment(kcpcore.IKCP_CMD_PUSH, n/126*126+125-n%126, 0, 4)
		})
	}},
	"pushes too early": {false, func(i uint32) []byte {
		return filled(func(k uint32) []byte { return kcpSegment(kcpcore.IKCP_CMD_PUSH, 5000+k, 0, 4) })
	}},
	"acknowledgements of the last": {true, func(uint32) []byte {
		return filled(func(uint32) []byte { return kcpSegment(kcpcore.IKCP_CMD_ACK, 127, 0, 0) })
	}},
	"acknowledgements backwards": {true, func(i uint32) []byte {
		return filled(func(k uint32) []byte { return kcpSegment(kcpcore.IKCP_CMD_ACK, 127-(2*i+k%2)%127, 0, 0) })
	}},
	"acknowledgements of nothing": {true, func(i uint32) []byte {
		return filled(func(k uint32) []byte { return kcpSegment(kcpcore.IKCP_CMD_ACK, k*0x9E3779B9, k*0x9E3779B9>>1, 0) })
	}},
	"questions for the window": {true, func(i uint32) []byte {
		return filled(func(k uint32) []byte { return kcpSegment(kcpcore.IKCP_CMD_WASK, k, 0, 0) })
	}},
	"windows that open and shut": {true, func(i uint32) []byte {
		return filled(func(k uint32) []byte {
			s := kcpSegment(kcpcore.IKCP_CMD_WINS, k, 0, 0)
			s[6] = byte(k % 2 * kcpWindow)
			return s
		})
	}},
}

// attacked is a server's session whose peer sends frames.
type attacked struct {
	*session
	peer sealer
	now  time.Time
	buf  []byte
	out  int // bytes that left
}

func newAttacked(t testing.TB, busy bool) *attacked {
	t.Helper()
	out, in, err := deriveSealers(ticket.SuiteAESGCM, make([]byte, 32), transcript{stamp: 1})
	if err != nil {
		t.Fatal(err)
	}
	peer, _, err := deriveSealers(ticket.SuiteAESGCM, make([]byte, 32), transcript{stamp: 1})
	if err != nil {
		t.Fatal(err)
	}
	a := &attacked{peer: peer, now: time.Now(), buf: make([]byte, 0, 2048)}
	a.session = newSession(sessionConfig{id: 7, out: in, in: out, timeout: time.Hour, newToken: randomToken}, a.now)
	for busy && (a.reliable == nil || a.reliable.inFlight < kcpWindow || a.reliable.unsent) { // the core emits every 10 ms
		_ = a.send(transport.Reliable, make([]byte, 1100))
		_ = a.send(transport.Latest, make([]byte, 100))
		time.Sleep(time.Millisecond)
		a.now = time.Now()
		a.advance(a.now)
		a.flush()
	}
	return a
}

// flush lets all leave that should.
func (a *attacked) flush() {
	for {
		d, _, ok := a.emit(a.now, a.buf)
		if !ok {
			return
		}
		a.out += len(d)
	}
}

// datagrams seals what hostile frames make.
func (a *attacked) datagrams(n int, frames func(i uint32) []byte) (list [][]byte) {
	for i := range n {
		counter := uint64(i + 1)
		list = append(list, a.peer.seal(append(appendSealedHeader(nil, 7, counter), frames(uint32(i))...), counter))
	}
	return list
}

// take handles a datagram as the server does.
func (a *attacked) take(datagram []byte) (delivered int, looked bool) {
	a.now = a.now.Add(125 * time.Microsecond)
	if !a.work.Left(a.now) {
		return 0, false
	}
	h, _ := readHeader(datagram)
	list, _ := a.receive(a.now, a.path.Remote, h, datagram)
	a.flush()
	a.wake()
	return len(list), true
}

// BenchmarkDearPackets sets the datagrams of a hostile peer, 8,000 a second, beside a full one of an honest peer.
func BenchmarkDearPackets(b *testing.B) {
	class := func(name string, busy bool, frames func(i uint32) []byte) dear.Class {
		return dear.Class{Name: name, Make: func(b *testing.B, n int) func() {
			a := newAttacked(b, busy)
			list := a.datagrams(n, frames)
			return func() {
				for _, d := range list {
					a.take(d)
				}
			}
		}}
	}
	honest := class("honest", false, func(i uint32) []byte {
		return appendDataFrame(appendAckFrame(nil, uint64(i), 0, 0), frameLatest, make([]byte, 1100))
	})
	var classes []dear.Class
	for name, h := range hostile {
		classes = append(classes, class(name, h.busy, h.frames))
	}
	dear.Sort(classes)
	dear.Run(b, honest, classes...)
}

// TestDearPackets holds that a hostile peer gets no more messages into a datagram than there are frames or segments, is not sent
// more than a few times what it sends, and comes to the end of its budget.
func TestDearPackets(t *testing.T) {
	for name, h := range hostile {
		t.Run(name, func(t *testing.T) {
			a := newAttacked(t, h.busy)
			a.out = 0
			in, looked := 0, 0
			for _, d := range a.datagrams(2000, h.frames) {
				in += len(d)
				n, ok := a.take(d)
				if ok {
					looked++
				}
				if n > 48 {
					t.Fatalf("%d messages from one datagram", n)
				}
				if !a.end.open() {
					t.Fatalf("the session ends: %s", a.end.text)
				}
			}
			if a.out > 2*in {
				t.Errorf("%d bytes out for %d", a.out, in)
			}
			t.Logf("%d of 2000 looked at, %d bytes out for %d", looked, a.out, in)
		})
	}
}

// TestRepeatedSegments holds what of a datagram's segments the core is given.
func TestRepeatedSegments(t *testing.T) {
	r := newReliable(7)
	push := func(sns ...uint32) (b []byte) {
		for _, sn := range sns {
			b = append(b, kcpSegment(kcpcore.IKCP_CMD_PUSH, sn, 0, 4)...)
		}
		return b
	}
	count := func(b []byte) int { left, _ := r.sift(b); return len(left) / (kcpcore.IKCP_OVERHEAD + 4) }
	if n := count(push(3, 2, 4)); n != 3 {
		t.Errorf("%d of 3 new segments pass", n)
	}
	if n := count(push(3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 5)); n != maxRepeated+1 {
		t.Errorf("%d of 10 repeated ones and a new one pass", n)
	}
	if n := count(push(0, 1, 0, 1, 2, 3, 6)); n != 7 || r.expected != 7 {
		t.Errorf("%d of 7 pass, %d is expected", n, r.expected)
	}
	if n := count(push(0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6)); n != 14 {
		t.Errorf("%d of 14 old ones pass: their acknowledgements may be lost", n)
	}
	if n := count(push(7+kcpWindow, 7)); n != 2 || r.expected != 8 {
		t.Errorf("%d of 2 pass, %d is expected", n, r.expected)
	}
}
