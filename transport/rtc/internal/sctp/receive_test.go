package sctp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// piece makes a DATA chunk of the peer; n counts from its first TSN.
func (p *peer) data(n uint32, flags byte, stream, ssn uint16, payload string) []byte {
	return appendData(nil, &data{tsn: p.tsn + n, flags: flags, stream: stream, ssn: ssn, payload: []byte(payload)})
}

func forwardTo(cum uint32, list ...uint16) []byte {
	b := binary.BigEndian.AppendUint32(nil, cum)
	for _, v := range list {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return appendChunk(nil, chunkForward, 0, b)
}

// sackOf describes the acknowledgement in the packet that leaves at a time: the cumulative TSN from the peer's first, gaps, duplicates.
func (p *peer) sackOf(now time.Time) string {
	p.t.Helper()
	b, ok := p.a.Emit(now, nil)
	if !ok {
		return "none"
	}
	_, list := chunksOf(p.t, b)
	if list[0].kind != chunkSack {
		return fmt.Sprint(kinds(list))
	}
	s, ok := parseSack(list[0])
	if !ok {
		p.t.Fatal("our SACK does not parse")
	}
	text := fmt.Sprint(int32(s.cum - p.tsn))
	for g := s.gaps; len(g) > 0; g = g[4:] {
		text += fmt.Sprintf(" %d-%d", binary.BigEndian.Uint16(g), binary.BigEndian.Uint16(g[2:]))
	}
	for d := list[0].body[12+len(s.gaps):]; len(d) > 0; d = d[4:] {
		text += fmt.Sprintf(" twice %d", int32(binary.BigEndian.Uint32(d)-p.tsn))
	}
	return text
}

func texts(list []Message) (s []string) {
	for _, m := range list {
		s = append(s, fmt.Sprintf("%d:%s", m.Stream, m.Data))
	}
	return s
}

// TestReceive reads as scenarios: what comes, what is handed out, how it is acknowledged at once.
func TestReceive(t *testing.T) {
	const u = flagUnordered
	type step struct {
		chunks [][]byte
		want   []string
		sack   string
	}
	p := func() *peer { return &peer{tsn: theirTSN} }()
	for name, steps := range map[string][]step{
		"in order": {
			{[][]byte{p.data(0, flagWhole, 1, 0, "a"), p.data(1, flagWhole, 1, 1, "b")}, []string{"1:a", "1:b"}, "none"},
		},
		"immediate": {
			{[][]byte{p.data(0, flagWhole|flagImmediate, 1, 0, "a")}, []string{"1:a"}, "0"},
		},
		"a gap holds its stream alone": {
			{[][]byte{p.data(1, flagWhole, 1, 1, "b")}, nil, "-1 2-2"},
			{[][]byte{p.data(2, flagWhole, 2, 0, "x")}, []string{"2:x"}, "-1 2-3"},
			{[][]byte{p.data(4, flagWhole|u, 1, 0, "u")}, []string{"1:u"}, "-1 2-3 5-5"},
			{[][]byte{p.data(0, flagWhole, 1, 0, "a")}, []string{"1:a", "1:b"}, "2 2-2"},
		},
		"duplicates": {
			{[][]byte{p.data(0, flagWhole, 1, 0, "a"), p.data(0, flagWhole, 1, 0, "a")}, []string{"1:a"}, "0 twice 0"},
			{[][]byte{p.data(2, flagWhole, 1, 2, "c"), p.data(2, flagWhole, 1, 2, "c")}, nil, "0 2-2 twice 2"},
		},
		"fragments": {
			{[][]byte{p.data(0, flagBegin, 1, 0, "ab"), p.data(1, 0, 1, 0, "cd")}, nil, "none"},
			{[][]byte{p.data(2, flagEnd, 1, 0, "e")}, []string{"1:abcde"}, "none"},
			{[][]byte{p.data(5, flagEnd|u, 2, 0, "3"), p.data(3, flagBegin|u, 2, 0, "1")}, nil, "3 2-2"},
			{[][]byte{p.data(4, u, 2, 0, "2")}, []string{"2:123"}, "5"},
		},
		"a latest message between the fragments of another": {
			{[][]byte{p.data(0, flagBegin, 1, 0, "a"), p.data(2, flagWhole|u, 2, 0, "new")}, []string{"2:new"}, "0 2-2"},
			{[][]byte{p.data(1, flagEnd, 1, 0, "b")}, []string{"1:ab"}, "2"},
		},
		"given up": {
			{[][]byte{p.data(1, flagWhole|u, 2, 0, "late")}, []string{"2:late"}, "-1 2-2"},
			{[][]byte{p.data(3, flagWhole, 1, 1, "b")}, nil, "-1 2-2 4-4"},
			{[][]byte{forwardTo(theirTSN)}, nil, "1 2-2"},
			{[][]byte{forwardTo(theirTSN+2, 1, 0)}, []string{"1:b"}, "3"},
			{[][]byte{forwardTo(theirTSN + 1)}, nil, "none"},
			{[][]byte{p.data(2, flagWhole, 1, 0, "a")}, nil, "3 twice 2"},
		},
		"given up in the middle of a message": {
			{[][]byte{p.data(0, flagBegin, 1, 0, "a"), p.data(2, flagEnd, 1, 0, "c")}, nil, "0 2-2"},
			{[][]byte{forwardTo(theirTSN+2, 1, 0)}, nil, "2"},
			{[][]byte{p.data(3, flagWhole, 1, 1, "next")}, []string{"1:next"}, "none"},
		},
		"the list says the order without naming it all": {
			{[][]byte{p.data(1, flagWhole, 1, 5, "f"), p.data(2, flagWhole, 1, 6, "g")}, nil, "-1 2-3"},
			{[][]byte{forwardTo(theirTSN)}, []string{"1:f", "1:g"}, "2"},
		},
		"a message that begins and never ends": {
			{[][]byte{p.data(0, flagBegin, 1, 0, "a"), p.data(1, flagWhole, 1, 1, "b")}, []string{"1:b"}, "none"},
			{[][]byte{p.data(2, flagEnd, 1, 0, "c"), p.data(3, flagWhole, 1, 2, "d")}, []string{"1:d"}, "none"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, Config{})
			for i, s := range steps {
				if got := texts(p.send(s.chunks...)); !slices.Equal(got, s.want) {
					t.Fatalf("step %d: %q, not %q", i, got, s.want)
				}
				if got := p.sackOf(epoch); got != s.sack {
					t.Fatalf("step %d: SACK %q, not %q", i, got, s.sack)
				}
			}
			if n := p.a.in.heldBytes; p.a.in.heldChunks == 0 && n != 0 {
				t.Errorf("%d bytes held of nothing", n)
			}
		})
	}
}

// TestDelayedSack holds when an acknowledgement without news leaves by itself.
func TestDelayedSack(t *testing.T) {
	p := newPeer(t, Config{})
	p.send(p.data(0, flagWhole, 1, 0, "a"))
	if at := p.a.Wake(); !at.Equal(epoch.Add(ackHold)) {
		t.Errorf("wakes after %v", at.Sub(epoch))
	}
	if got := p.sackOf(epoch.Add(ackHold - 1)); got != "none" {
		t.Errorf("it leaves early: %s", got)
	}
	if got := p.sackOf(epoch.Add(ackHold)); got != "0" {
		t.Errorf("SACK %q", got)
	}
	if at := p.a.Wake(); !at.IsZero() {
		t.Errorf("wakes at %v for nothing", at)
	}
	// A gap is reported a few times at once, then like anything; its end at once.
	for n := range uint32(gapReports + 2) {
		p.send(p.data(2+n, flagWhole|flagUnordered, 2, 0, "u"))
		want := "none"
		if n < gapReports {
			want = fmt.Sprintf("0 2-%d", 2+n)
		}
		if got := p.sackOf(epoch); got != want {
			t.Errorf("report %d of a gap: %q", n, got)
		}
	}
	p.send(p.data(1, flagWhole, 1, 1, "b"))
	if got := p.sackOf(epoch); got != fmt.Sprint(gapReports+3) {
		t.Errorf("the end of a gap: %q", got)
	}
	p.tsn += gapReports + 2
	bulk := string(make([]byte, ackBytes/2))
	p.send(p.data(2, flagWhole, 1, 2, bulk))
	if got := p.sackOf(epoch); got != "none" {
		t.Errorf("one large packet: %s", got)
	}
	p.send(p.data(3, flagWhole, 1, 3, bulk))
	if got := p.sackOf(epoch); got != "3" {
		t.Errorf("two large packets: %s", got)
	}
	// It rides on what leaves anyway, but not where it would push a full message into another packet.
	p.send(p.data(4, flagWhole, 1, 4, "a"))
	if _, err := p.a.SendLatest(1, 53, make([]byte, 1150)); err != nil {
		t.Fatal(err)
	}
	if _, list := chunksOf(t, emit(t, p.a, epoch)); !bytes.Equal(kinds(list), []byte{chunkData}) {
		t.Errorf("a full packet holds %v", kinds(list))
	}
	if _, err := p.a.SendLatest(1, 53, make([]byte, 1100)); err != nil {
		t.Fatal(err)
	}
	if _, list := chunksOf(t, emit(t, p.a, epoch)); !bytes.Equal(kinds(list), []byte{chunkSack, chunkData}) {
		t.Errorf("a packet with room holds %v", kinds(list))
	}
}

// TestReceiveBounds holds what a hostile peer can make us keep.
func TestReceiveBounds(t *testing.T) {
	t.Run("bytes", func(t *testing.T) {
		p := newPeer(t, Config{ReceiveWindow: 8 << 10})
		kilobyte := string(make([]byte, 1024))
		for i := range uint32(20) {
			p.send(p.data(1+i, flagWhole, 1, uint16(1+i), kilobyte))
		}
		if p.a.in.heldBytes != 8<<10 || p.a.Stats().Refused != 12 {
			t.Errorf("%d bytes held, %d chunks refused", p.a.in.heldBytes, p.a.Stats().Refused)
		}
		if m := p.send(p.data(0, flagWhole, 1, 0, "first")); len(m) != 9 {
			t.Errorf("%d messages once the gap is closed", len(m))
		}
	})
	t.Run("chunks", func(t *testing.T) {
		p := newPeer(t, Config{})
		for i := range uint32(2 * maxHeld) {
			p.send(p.data(1+i, flagWhole, 1, uint16(1+i), "x"))
		}
		if p.a.in.heldChunks != maxHeld {
			t.Errorf("%d held", p.a.in.heldChunks)
		}
	})
	t.Run("gaps", func(t *testing.T) {
		p := newPeer(t, Config{})
		for i := range uint32(2 * maxSpans) {
			p.send(p.data(1+2*i, flagWhole|flagUnordered, 1, 0, "x"))
		}
		if len(p.a.in.spans) != maxSpans || p.a.Stats().Refused != maxSpans {
			t.Errorf("%d spans, %d refused", len(p.a.in.spans), p.a.Stats().Refused)
		}
		p.send(p.data(maxAhead, flagWhole|flagUnordered, 1, 0, "x"))
		if p.a.Stats().Refused != maxSpans+1 {
			t.Error("a TSN too far ahead is taken")
		}
		for {
			b, ok := p.a.Emit(epoch, nil)
			if !ok {
				break
			}
			if len(b) > 1180 {
				t.Errorf("a packet of %d bytes", len(b))
			}
		}
	})
	for name, f := range map[string]func(p *peer) error{
		"streams": func(p *peer) (err error) {
			for i := range uint32(maxStreams + 1) {
				if err != nil {
					return errors.New("too early")
				}
				err = p.try(p.data(i, flagWhole, uint16(i), 0, "x"))
			}
			return err
		},
		"a large message": func(p *peer) (err error) {
			kilobyte := string(make([]byte, 1024))
			flags := byte(flagBegin)
			for i := range uint32(65) {
				if err != nil {
					return errors.New("too early")
				}
				err = p.try(p.data(i, flags, 1, 0, kilobyte))
				flags = 0
			}
			return err
		},
		"a message in crumbs": func(p *peer) (err error) {
			flags := byte(flagBegin)
			for i := uint32(0); err == nil && i < 2000; i++ {
				err = p.try(p.data(i, flags, 1, 0, "x"))
				flags = 0
			}
			if n := p.a.in.heldChunks; n > maxHeld+maxFragments {
				return fmt.Errorf("%d held", n)
			}
			return err
		},
		"no data":         func(p *peer) error { return p.try(p.data(0, flagWhole, 1, 0, "")) },
		"a short forward": func(p *peer) error { return p.try(appendChunk(nil, chunkForward, 0, []byte{1, 2, 3})) },
		"a short SACK":    func(p *peer) error { return p.try(appendChunk(nil, chunkSack, 0, []byte{1, 2, 3})) },
		"a broken chunk":  func(p *peer) error { return p.try([]byte{0, 0, 0, 3}) },
		"a broken reset":  func(p *peer) error { return p.try(appendChunk(nil, chunkReconfig, 0, []byte{0, 13, 0, 40})) },
		"a short reset": func(p *peer) error {
			return p.try(appendChunk(nil, chunkReconfig, 0, appendParam(nil, 13, make([]byte, 11))))
		},
		"an empty request": func(p *peer) error { return p.try(appendChunk(nil, chunkReconfig, 0, appendParam(nil, 17, nil))) },
	} {
		t.Run(name, func(t *testing.T) {
			if err := f(newPeer(t, Config{})); !errors.Is(err, ErrProtocol) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestUnknownChunks holds what the high bits of a type say.
func TestUnknownChunks(t *testing.T) {
	for _, c := range []struct {
		kind     byte
		reported bool
		goesOn   bool
	}{{0x3F, false, false}, {0x7F, true, false}, {0xBF, false, true}, {0xFF, true, true}} {
		p := newPeer(t, Config{})
		m := p.send(appendChunk(nil, c.kind, 0, []byte{1, 2, 3}), p.data(0, flagWhole, 1, 0, "x"))
		if (len(m) == 1) != c.goesOn {
			t.Errorf("%02x: %d messages", c.kind, len(m))
		}
		b, ok := p.a.Emit(epoch, nil)
		if ok != c.reported {
			t.Errorf("%02x: reported %v", c.kind, ok)
		}
		if ok {
			_, list := chunksOf(t, b)
			want := []byte{0, 6, 0, 11, c.kind, 0, 0, 7, 1, 2, 3, 0}
			if last := list[len(list)-1]; last.kind != chunkError || !bytes.Equal(last.body, want) {
				t.Errorf("%02x: reported as % x", c.kind, last.raw)
			}
		}
	}
}

// TestStrangers holds that packets which are not the peer's change nothing.
func TestStrangers(t *testing.T) {
	p := newPeer(t, Config{})
	d := p.data(0, flagWhole, 1, 0, "x")
	for name, h := range map[string]header{
		"tag":  {5000, 5000, 78},
		"port": {5001, 5000, 77},
	} {
		if m, err := p.a.Receive(epoch, packetOf(appendHeader(nil, h), d)); err != nil || len(m) != 0 {
			t.Errorf("another %s: %v, %v", name, m, err)
		}
	}
	broken := packetOf(p.header(), d)
	broken[len(broken)-1] ^= 1
	if m, err := p.a.Receive(epoch, broken); err != nil || len(m) != 0 {
		t.Errorf("a wrong checksum: %v, %v", m, err)
	}
	if _, ok := p.a.Emit(epoch, nil); ok {
		t.Error("a stranger is answered")
	}
}
