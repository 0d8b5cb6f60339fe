package kcp

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	kcpcore "github.com/xtaci/kcp-go/v5"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

func TestFrames(t *testing.T) {
	var b []byte
	b = append(b, framePadding, framePing)
	b = appendAckFrame(b, 0x1_8000_0001, 0xF0F0F0F0, 513)
	b = append(append(b, framePathChallenge), 1, 2, 3, 4, 5, 6, 7, 8)
	b = append(append(b, framePathResponse), 8, 7, 6, 5, 4, 3, 2, 1)
	b = appendDataFrame(b, frameLatest, []byte("state"))
	b = appendDataFrame(b, frameReliable, []byte("segments"))
	b = appendCloseFrame(b, transport.Kicked, "bye")
	want := []frame{
		{typ: framePadding},
		{typ: framePing},
		{typ: frameAck, largest: 0x8000_0001, mask: 0xF0F0F0F0, delay: 513},
		{typ: framePathChallenge, payload: []byte{1, 2, 3, 4, 5, 6, 7, 8}},
		{typ: framePathResponse, payload: []byte{8, 7, 6, 5, 4, 3, 2, 1}},
		{typ: frameLatest, payload: []byte("state")},
		{typ: frameReliable, payload: []byte("segments")},
		{typ: frameClose, code: transport.Kicked, payload: []byte("bye")},
	}
	rest := b
	for i, w := range want {
		f, next, ok := nextFrame(rest)
		if !ok || f.typ != w.typ || !bytes.Equal(f.payload, w.payload) || f.largest != w.largest || f.mask != w.mask || f.delay != w.delay || f.code != w.code {
			t.Fatalf("frame %d is %+v (%v), want %+v", i, f, ok, w)
		}
		rest = next
	}
	if len(rest) != 0 {
		t.Fatalf("%d bytes are left", len(rest))
	}
}

func TestMalformedFrames(t *testing.T) {
	long := make([]byte, transport.MaxLatestMessage+1)
	for name, b := range map[string][]byte{
		"unknown type": {0x77}, "short ack": {frameAck, 1, 2, 3}, "short path": {framePathChallenge, 1, 2, 3, 4, 5, 6, 7},
		"no length": {frameLatest, 1}, "empty latest": {frameLatest, 0, 0}, "empty reliable": {frameReliable, 0, 0},
		"short latest": {frameLatest, 5, 0, 1, 2, 3, 4}, "long latest": appendDataFrame(nil, frameLatest, long),
		"short close": {frameClose, 0, 0}, "close text cut": {frameClose, 0, 0, 5, 'a'},
		"close text too long": append([]byte{frameClose, 0, 0, transport.MaxCloseText + 1}, long...),
	} {
		if f, _, ok := nextFrame(b); ok {
			t.Errorf("%s: parsed as %+v", name, f)
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte{framePing})
	f.Add(appendDataFrame(appendAckFrame(nil, 1, 2, 3), frameLatest, []byte("x")))
	f.Add(appendCloseFrame(nil, 1, "text"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for len(b) > 0 {
			fr, rest, ok := nextFrame(b)
			if !ok {
				return
			}
			if len(rest) >= len(b) || len(fr.payload) > transport.MaxLatestMessage {
				t.Fatalf("%d bytes left of %d, payload of %d", len(rest), len(b), len(fr.payload))
			}
			b = rest
		}
	})
}

// FuzzSession feeds frames to a session as if they had been authenticated: a peer with a ticket may still be hostile.
func FuzzSession(f *testing.F) {
	segment := func(cmd, frg byte, size int) []byte {
		b := make([]byte, kcpcore.IKCP_OVERHEAD+size)
		binary.LittleEndian.PutUint32(b, 7)
		b[4], b[5] = cmd, frg
		binary.LittleEndian.PutUint16(b[6:], 32)
		binary.LittleEndian.PutUint32(b[20:], uint32(size))
		return b
	}
	f.Add(appendDataFrame(nil, frameReliable, segment(kcpcore.IKCP_CMD_PUSH, 0, 8)))
	f.Add(appendDataFrame(nil, frameReliable, segment(kcpcore.IKCP_CMD_ACK, 0, 0)))
	f.Add(appendDataFrame(nil, frameReliable, segment(kcpcore.IKCP_CMD_WASK, 0, 0)))
	f.Add(appendDataFrame(nil, frameReliable, segment(kcpcore.IKCP_CMD_PUSH, 255, 1)))
	f.Add(append([]byte{framePing}, appendAckFrame(nil, 1, 2, 3)...))
	f.Fuzz(func(t *testing.T, frames []byte) {
		if len(frames) > maxFrames {
			return
		}
		now := time.Unix(1000, 0)
		out, in := testSealers(t, ticket.SuiteAESGCM)
		s := newSession(sessionConfig{id: 7, out: nullSealer{}, in: in, timeout: time.Second, newToken: randomToken}, now)
		_ = s.send(transport.Reliable, []byte("hello"))
		d := out.seal(append(appendSealedHeader(nil, 7, 1), frames...), 1)
		if len(d) <= sealedHeaderSize {
			return
		}
		msgs, ok := s.hear(now, s.path.Remote, d)
		if !ok && len(frames) > 0 {
			t.Fatal("an authentic datagram was dropped")
		}
		for _, m := range msgs {
			if transport.CheckSize(m.lane, len(m.msg)) != nil {
				t.Fatalf("delivered %d bytes on %s", len(m.msg), m.lane)
			}
		}
		s.advance(now)
		for i := 0; ; i++ {
			if _, _, ok := s.emit(now, nil); !ok {
				break
			}
			if i > 200 {
				t.Fatal("one datagram caused more than 200")
			}
		}
	})
}

// nullSealer seals nothing, to make fuzzing quick.
type nullSealer struct{}

func (nullSealer) overhead() int                          { return 16 }
func (nullSealer) seal(d []byte, _ uint64) []byte         { return d }
func (nullSealer) open(d []byte, _ uint64) ([]byte, bool) { return d[sealedHeaderSize:], true }

// FuzzDatagram feeds raw bytes to everything that reads before anything is proven.
func FuzzDatagram(f *testing.F) {
	raw := testTicket(f, ticket.SuiteAESGCM)
	f.Add(appendRequest(nil, [randomSize]byte{1}, raw))
	f.Add(appendChallenge(nil, make([]byte, 32), transcript{stamp: 5}))
	f.Add(appendResponse(nil, make([]byte, 32), transcript{stamp: 5}, raw))
	f.Add(appendSealedHeader(nil, 1, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, ok := readHeader(b)
		if !ok {
			return
		}
		switch h.typ {
		case typeRequest:
			if random, raw := readRequest(b); len(random) != randomSize || len(raw) != ticket.Size {
				t.Fatal("request parts have the wrong sizes")
			}
		case typeResponse:
			if _, raw := readResponse(b); len(raw) != ticket.Size {
				t.Fatal("response parts have the wrong sizes")
			}
		case typeChallenge:
			if _, ok := readChallenge(b, []byte("an unguessable key"), [randomSize]byte{}); ok {
				t.Fatal("a challenge was proven without the key")
			}
		}
		_, in := testSealers(t, ticket.SuiteAESCTRHMAC)
		s := newSession(sessionConfig{id: 1, out: in, in: in, timeout: time.Second, newToken: randomToken}, time.Unix(1, 0))
		if _, ok := s.receive(time.Unix(1, 0), s.path.Remote, h, b); ok || s.replay.Highest != 0 || s.confirmed {
			t.Fatal("a forged datagram had an effect")
		}
	})
}

// testTicket is a ticket that nobody can open.
func testTicket(tb testing.TB, suite ticket.Suite) []byte {
	tb.Helper()
	raw, err := ticket.Seal(ticket.Key{}, ticket.Claims{Zone: "z", Suite: suite, Expires: time.Unix(2000, 0)})
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

func TestSegmentsThatWouldPanicKCP(t *testing.T) {
	huge := make([]byte, kcpcore.IKCP_OVERHEAD+1501)
	binary.LittleEndian.PutUint32(huge, 7)
	huge[4] = kcpcore.IKCP_CMD_PUSH
	binary.LittleEndian.PutUint32(huge[20:], 1501)
	fragment := bytes.Clone(huge[:kcpcore.IKCP_OVERHEAD+1])
	fragment[5] = 1
	binary.LittleEndian.PutUint32(fragment[20:], 1)
	lying := bytes.Clone(huge[:kcpcore.IKCP_OVERHEAD+1])
	binary.LittleEndian.PutUint32(lying[20:], 0xFFFFFFFF)
	other := bytes.Clone(fragment)
	other[0], other[5] = 8, 0
	for name, b := range map[string][]byte{
		"over 1,400 bytes": huge, "a fragment": fragment, "a length beyond the end": lying, "of another session": other,
		"cut": huge[:20], "an unknown command": append([]byte{7, 0, 0, 0, 99}, make([]byte, 19)...),
	} {
		if _, ok := newReliable(7).input(time.Unix(1000, 0), 7, b); ok {
			t.Errorf("a segment that is %s was taken", name)
		}
	}
}

func TestExpandCounter(t *testing.T) {
	const window = 1 << (8 * counterBytes)
	for _, c := range []struct{ highest, counter uint64 }{
		{0, 1},
		{0, 100},
		{0, window/2 - 1},
		{99, 98},
		{99, 1},
		{window - 1, window},
		{window, window - 1},
		{window + 5, window - 5},
		{5 * window, 5*window + window/2},
		{5 * window, 5*window - window/2 + 2},
		{1<<61 - 7, 1<<61 + 12},
	} {
		if got := expandCounter(c.highest, uint32(c.counter%window)); got != c.counter {
			t.Errorf("after %d, the low bits of %d became %d", c.highest, c.counter, got)
		}
	}
}
