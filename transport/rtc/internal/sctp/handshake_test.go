package sctp

import (
	"bytes"
	"errors"
	"testing"
)

// peer makes the packets of the other end of an association by hand.
type peer struct {
	t    testing.TB
	a    *Association
	tsn  uint32
	last []Message
}

var ports = header{5000, 5000, 0}

// theirTSN is a peer's first.
const theirTSN = 100

// newPeer opens an association, or leaves it before the beginning.
func newPeer(t testing.TB, cfg Config) *peer {
	t.Helper()
	if cfg.Tag == 0 {
		cfg.Tag, cfg.TSN = 77, 1000
	}
	p := &peer{t: t, a: New(cfg), tsn: theirTSN}
	if _, err := p.a.Receive(epoch, initPacket(88, theirTSN, 1<<20, knowsForward)); err != nil {
		t.Fatal(err)
	}
	emit(t, p.a, epoch)
	p.send(appendChunk(nil, chunkCookieEcho, 0, p.cookie()))
	emit(t, p.a, epoch)
	if !p.a.Established() {
		t.Fatal("not established")
	}
	return p
}

func (p *peer) cookie() []byte { c := p.a.cookie(); return c[:] }

func (p *peer) header() []byte { h := ports; h.tag = p.a.cfg.Tag; return appendHeader(nil, h) }

// try hands chunks over in one packet.
func (p *peer) try(chunks ...[]byte) error {
	m, err := p.a.Receive(epoch, packetOf(p.header(), chunks...))
	p.last = m
	return err
}

func (p *peer) send(chunks ...[]byte) []Message {
	p.t.Helper()
	if err := p.try(chunks...); err != nil {
		p.t.Fatal(err)
	}
	return p.last
}

// kinds lists the chunks of a packet.
func kinds(list []chunk) (k []byte) {
	for _, c := range list {
		k = append(k, c.kind)
	}
	return k
}

func TestHandshake(t *testing.T) {
	a := New(Config{Tag: 77, TSN: 1000})
	if b, ok := a.Emit(epoch, nil); ok || len(b) > 0 || a.Established() {
		t.Fatal("it speaks first")
	}
	// An unknown parameter to be reported and skipped, one to be skipped, one to stop at.
	params := appendParam(bytes.Clone(knowsForward), 0xC0FF, []byte{1, 2})
	params = appendParam(params, 0x80FF, []byte{3})
	params = appendParam(params, 0x00FF, nil)
	params = appendParam(params, 0xC0FE, nil)
	init := initPacket(88, theirTSN, 5000, params)
	if _, err := a.Receive(epoch, init); err != nil {
		t.Fatal(err)
	}
	ack := emit(t, a, epoch)
	h, list := chunksOf(t, ack)
	if h.tag != 88 || len(list) != 1 || list[0].kind != chunkInitAck {
		t.Fatalf("tag %d, chunks %v", h.tag, kinds(list))
	}
	want := []byte{
		0, 0, 0, 77, 0, 4, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 3, 0xE8,
		0, 7, 0, 12, 0, 0, 0, 77, 0, 0, 3, 0xE8,
		0x80, 8, 0, 6, 0xC0, 0x82, 0, 0,
		0xC0, 0, 0, 4,
		0, 8, 0, 10, 0xC0, 0xFF, 0, 6, 1, 2, 0, 0,
	}
	if !bytes.Equal(list[0].body, want) {
		t.Errorf("INIT ACK % x\nnot      % x", list[0].body, want)
	}
	if _, err := a.Receive(epoch, init); err != nil {
		t.Fatal(err)
	}
	if again := emit(t, a, epoch); !bytes.Equal(again, ack) {
		t.Error("a repeated INIT is answered otherwise")
	}

	p := &peer{t: t, a: a}
	cookie := p.cookie()
	wrong := bytes.Clone(cookie)
	wrong[3]++
	p.send(appendChunk(nil, chunkCookieEcho, 0, wrong))
	foreign := packetOf(appendHeader(nil, header{5000, 5000, 78}), appendChunk(nil, chunkCookieEcho, 0, cookie))
	if _, err := a.Receive(epoch, foreign); err != nil || a.Established() {
		t.Fatal("a wrong cookie or tag opens it")
	}
	data := appendData(nil, &data{tsn: theirTSN, flags: flagWhole, payload: []byte("first")})
	if m := p.send(data); len(m) != 0 {
		t.Error("data before the beginning")
	}
	if m := p.send(appendChunk(nil, chunkCookieEcho, 0, cookie), data); len(m) != 1 || string(m[0].Data) != "first" {
		t.Errorf("data beside the cookie: %v", m)
	}
	if _, list := chunksOf(t, emit(t, a, epoch)); !bytes.Equal(kinds(list), []byte{chunkSack, chunkCookieAck}) {
		t.Errorf("answered with %v", kinds(list))
	}
	// The answers were lost: both are asked for again.
	p.send(appendChunk(nil, chunkCookieEcho, 0, cookie))
	if _, list := chunksOf(t, emit(t, a, epoch)); !bytes.Equal(kinds(list), []byte{chunkCookieAck}) {
		t.Errorf("a repeated cookie is answered with %v", kinds(list))
	}
	if _, err := a.Receive(epoch, init); err != nil {
		t.Fatal(err)
	}
	if _, list := chunksOf(t, emit(t, a, epoch)); !bytes.Equal(kinds(list), []byte{chunkInitAck}) {
		t.Errorf("a repeated INIT is answered with %v", kinds(list))
	}
	if _, err := a.Receive(epoch, initPacket(99, 5, 5000, knowsForward)); err != nil {
		t.Fatal(err)
	}
	if _, ok := a.Emit(epoch, nil); ok || a.peerTag != 88 {
		t.Error("another INIT takes the association over")
	}
}

func TestInitRefused(t *testing.T) {
	good := initPacket(88, 1, 5000, knowsForward)
	noStreams := bytes.Clone(good)
	noStreams[headerSize+chunkHeader+8], noStreams[headerSize+chunkHeader+9] = 0, 0
	seal(noStreams)
	for name, packet := range map[string][]byte{
		"no FORWARD-TSN":     initPacket(88, 1, 5000, nil),
		"no tag":             initPacket(0, 1, 5000, knowsForward),
		"no streams":         noStreams,
		"a broken parameter": initPacket(88, 1, 5000, []byte{0x80, 8, 0, 3}),
		"short":              packetOf(appendHeader(nil, ports), appendChunk(nil, chunkInit, 0, make([]byte, 15))),
	} {
		a := New(Config{Tag: 77})
		if _, err := a.Receive(epoch, packet); !errors.Is(err, ErrProtocol) {
			t.Errorf("%s: %v", name, err)
		}
		if _, ok := a.Emit(epoch, nil); ok {
			t.Errorf("%s is answered", name)
		}
	}
	a := New(Config{Tag: 77})
	if _, err := a.Receive(epoch, initPacket(88, 1, 5000, appendParam(nil, paramExtensions, []byte{chunkReconfig, chunkForward}))); err != nil {
		t.Errorf("FORWARD-TSN among the extensions: %v", err)
	}
}
