package sctp

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// TestChecksum holds the CRC32c of a packet against the polynomial's definition, bit by bit.
func TestChecksum(t *testing.T) {
	p := packetOf(appendHeader(nil, header{5000, 5001, 0xDEADBEEF}), appendChunk(nil, chunkCookieAck, 0, nil))
	want := ^uint32(0)
	for i, b := range p {
		if i >= checksumOffset && i < headerSize {
			b = 0
		}
		want ^= uint32(b)
		for range 8 {
			want = want>>1 ^ 0x82F63B78*(want&1)
		}
	}
	if got := binary.LittleEndian.Uint32(p[checksumOffset:]); got != ^want {
		t.Errorf("%08x, not %08x", got, ^want)
	}
	for i := range p {
		q := bytes.Clone(p)
		q[i] ^= 0x10
		if _, _, ok := open(q); ok {
			t.Errorf("a changed byte %d goes unseen", i)
		}
		if _, _, ok := open(p[:i]); ok {
			t.Errorf("%d of %d bytes open", i, len(p))
		}
	}
}

// TestBrokenChunks holds what is refused.
func TestBrokenChunks(t *testing.T) {
	for name, b := range map[string][]byte{
		"half a header":        {0, 0, 0},
		"no room for itself":   {0, 0, 0, 3},
		"longer than there is": {0, 0, 0, 9, 1, 2, 3, 4},
	} {
		if _, _, ok := nextChunk(b); ok {
			t.Errorf("chunk: %s", name)
		}
		if _, _, _, ok := nextParam(b); ok {
			t.Errorf("parameter: %s", name)
		}
	}
	c, rest, ok := nextChunk([]byte{0x40, 1, 0, 6, 8, 9, 0, 0, 0x41, 0, 0, 4})
	if !ok || c.kind != 0x40 || c.flags != 1 || !bytes.Equal(c.body, []byte{8, 9}) || len(c.raw) != 6 || len(rest) != 4 {
		t.Errorf("%+v, %x", c, rest)
	}
	if _, rest, ok := nextChunk([]byte{0, 0, 0, 5, 7}); !ok || len(rest) != 0 {
		t.Error("the last chunk's padding may be missing")
	}
	if _, ok := parseData(chunk{body: make([]byte, 12)}); ok {
		t.Error("DATA without data")
	}
	for _, counts := range [][2]uint16{{1, 0}, {0, 1}, {0xFFFF, 0xFFFF}} {
		body := make([]byte, 12)
		binary.BigEndian.PutUint16(body[8:], counts[0])
		binary.BigEndian.PutUint16(body[10:], counts[1])
		if _, ok := parseSack(chunk{body: body}); ok {
			t.Errorf("a SACK of %v in 12 bytes", counts)
		}
	}
}

// TestData holds the bytes of a DATA chunk.
func TestData(t *testing.T) {
	d := data{tsn: 0x01020304, stream: 5, ssn: 6, ppid: 53, flags: flagWhole, payload: []byte("hello")}
	b := appendData(nil, &d)
	want := []byte{0, 3, 0, 21, 1, 2, 3, 4, 0, 5, 0, 6, 0, 0, 0, 53, 'h', 'e', 'l', 'l', 'o', 0, 0, 0}
	if !bytes.Equal(b, want) {
		t.Fatalf("% x", b)
	}
	c, rest, _ := nextChunk(b)
	got, ok := parseData(c)
	if !ok || len(rest) != 0 || got.tsn != d.tsn || got.stream != 5 || got.ssn != 6 || got.ppid != 53 || !got.whole() || got.unordered() || string(got.payload) != "hello" {
		t.Errorf("%+v", got)
	}
}

// TestTracker holds the bookkeeping of TSNs against a set, around the wrap.
func TestTracker(t *testing.T) {
	start := uint32(0xFFFFFFF8)
	tr := tracker{cum: start}
	seen := map[uint32]bool{}
	for _, offset := range []uint32{3, 5, 4, 9, 1, 7, 12, 2, 20, 6, 8, 10, 11} {
		tsn := start + offset
		if tr.has(tsn) {
			t.Fatalf("%d is said to have come", offset)
		}
		if !tr.add(tsn) {
			t.Fatalf("%d is refused", offset)
		}
		seen[tsn] = true
		for o := range uint32(25) {
			if tr.has(start+1+o) != seen[start+1+o] {
				t.Fatalf("after %d: %d %v", offset, o+1, tr.spans)
			}
		}
	}
	if tr.cum != start+12 || len(tr.spans) != 1 {
		t.Errorf("cum %d, spans %v", tr.cum-start, tr.spans)
	}
	tr.skip(start + 19)
	if tr.cum != start+20 || len(tr.spans) != 0 {
		t.Errorf("after a skip: cum %d, spans %v", tr.cum-start, tr.spans)
	}
	for i := range uint32(maxSpans) {
		if !tr.add(tr.cum + 2 + 2*i) {
			t.Fatalf("span %d is refused", i)
		}
	}
	if tr.add(tr.cum + 2 + 2*maxSpans) {
		t.Error("one gap more than the maximum")
	}
	if !tr.add(tr.cum+3) || !tr.add(tr.cum+1) {
		t.Error("what closes a gap is refused")
	}
}

// TestDeque holds the ring against a slice.
func TestDeque(t *testing.T) {
	var q deque[int]
	var list []int
	next := 0
	for round := range 400 {
		n := round % 90
		for q.len() < n {
			q.push(next)
			list = append(list, next)
			next++
		}
		for q.len() > n/3 {
			if *q.at(0) != list[0] || *q.at(q.len() - 1) != list[len(list)-1] {
				t.Fatalf("round %d: %d … %d, not %d … %d", round, *q.at(0), *q.at(q.len() - 1), list[0], list[len(list)-1])
			}
			q.pop()
			list = list[1:]
		}
	}
}
