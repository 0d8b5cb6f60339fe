package sctp

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"
)

var epoch = time.Unix(1_700_000_000, 0)

// initPacket is a client's INIT made by hand.
func initPacket(tag, tsn, window uint32, params []byte) []byte {
	b := appendHeader(nil, header{5000, 5000, 0})
	body := binary.BigEndian.AppendUint32(nil, tag)
	body = binary.BigEndian.AppendUint32(body, window)
	body = append(body, 0xFF, 0xFF, 0xFF, 0xFF)
	body = binary.BigEndian.AppendUint32(body, tsn)
	return packetOf(b, appendChunk(nil, chunkInit, 0, append(body, params...)))
}

// packetOf seals a packet of a header and chunks.
func packetOf(header []byte, chunks ...[]byte) []byte {
	b := bytes.Clone(header)
	for _, c := range chunks {
		b = append(b, c...)
	}
	seal(b)
	return b
}

// chunksOf takes a packet apart.
func chunksOf(t testing.TB, packet []byte) (h header, list []chunk) {
	t.Helper()
	h, b, ok := open(packet)
	if !ok {
		t.Fatalf("a packet that does not open: %x", packet)
	}
	for len(b) > 0 {
		c, rest, ok := nextChunk(b)
		if !ok {
			t.Fatalf("a broken chunk in %x", packet)
		}
		list, b = append(list, c), rest
	}
	return h, list
}

var knowsForward = appendParam(nil, paramForward, nil)

// emit returns the one packet that leaves.
func emit(t testing.TB, a *Association, now time.Time) []byte {
	t.Helper()
	b, ok := a.Emit(now, nil)
	if !ok {
		t.Fatal("nothing leaves")
	}
	return b
}

// connect joins an association to another one that plays the client: the test makes its INIT and COOKIE ECHO.
func connect(t testing.TB, now time.Time, server, client Config) (*Association, *Association) {
	t.Helper()
	s, c := New(server), New(client)
	if _, err := s.Receive(now, initPacket(c.cfg.Tag, c.cfg.TSN, uint32(c.cfg.ReceiveWindow), knowsForward)); err != nil {
		t.Fatal(err)
	}
	h, list := chunksOf(t, emit(t, s, now))
	if h.tag != c.cfg.Tag || len(list) != 1 || list[0].kind != chunkInitAck {
		t.Fatalf("INIT is answered with %v", list)
	}
	body := list[0].body
	c.adopt(h, binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[12:]), binary.BigEndian.Uint32(body[4:]))
	c.state = established
	kind, cookie, _, ok := nextParam(body[initSize:])
	if !ok || kind != paramCookie {
		t.Fatalf("INIT ACK carries %d first", kind)
	}
	echo := packetOf(appendHeader(nil, header{c.local, c.remote, c.peerTag}), appendChunk(nil, chunkCookieEcho, 0, cookie))
	if _, err := s.Receive(now, echo); err != nil || !s.Established() {
		t.Fatalf("established %v, error %v", s.Established(), err)
	}
	if _, list := chunksOf(t, emit(t, s, now)); len(list) != 1 || list[0].kind != chunkCookieAck {
		t.Fatalf("COOKIE ECHO is answered with %v", list)
	}
	return s, c
}

// network is a simulated path in both directions.
type network struct {
	rng           *rand.Rand
	delay, jitter time.Duration
	loss, twice   float64
	packets       [2][]flight // by destination
	sent          [2]int
	bytes         [2]int
}

type flight struct {
	at     time.Time
	packet []byte
}

func (n *network) send(to int, now time.Time, packet []byte) {
	n.sent[to]++
	n.bytes[to] += len(packet)
	if n.rng.Float64() < n.loss {
		return
	}
	times := 1
	if n.rng.Float64() < n.twice {
		times = 2
	}
	for range times {
		at := now.Add(n.delay)
		if n.jitter > 0 {
			at = at.Add(time.Duration(n.rng.Int64N(int64(n.jitter))))
		}
		n.packets[to] = append(n.packets[to], flight{at, bytes.Clone(packet)})
	}
}

// due takes out the packets that arrive by now, in the order of their arrival.
func (n *network) due(to int, now time.Time) (list [][]byte) {
	for {
		best := -1
		for i, f := range n.packets[to] {
			if !f.at.After(now) && (best < 0 || f.at.Before(n.packets[to][best].at)) {
				best = i
			}
		}
		if best < 0 {
			return list
		}
		list = append(list, n.packets[to][best].packet)
		n.packets[to] = append(n.packets[to][:best], n.packets[to][best+1:]...)
	}
}

// world is two ends and the network between them.
type world struct {
	t    testing.TB
	now  time.Time
	net  network
	ends [2]*Association // the server, the client
	got  func(end int, m Message)
}

func newWorld(t testing.TB, seed uint64, server, client Config) *world {
	w := &world{t: t, now: epoch, got: func(int, Message) {}}
	w.net.rng = rand.New(rand.NewPCG(seed, 1))
	w.net.delay = 20 * time.Millisecond
	w.ends[0], w.ends[1] = connect(t, w.now, server, client)
	return w
}

// flush lets an end send all that it may.
func (w *world) flush(end int) {
	for {
		b, ok := w.ends[end].Emit(w.now, nil)
		if !ok {
			return
		}
		if len(b) > w.ends[end].cfg.MTU {
			w.t.Fatalf("a packet of %d bytes", len(b))
		}
		w.net.send(1-end, w.now, b)
	}
}

// step moves time on by a millisecond.
func (w *world) step() {
	w.now = w.now.Add(time.Millisecond)
	for end, a := range w.ends {
		for _, p := range w.net.due(end, w.now) {
			messages, err := a.Receive(w.now, p)
			if err != nil {
				w.t.Fatalf("end %d: %v", end, err)
			}
			for _, m := range messages {
				w.got(end, m)
			}
			w.flush(end)
		}
		if at := a.Wake(); !at.IsZero() && !at.After(w.now) {
			a.Advance(w.now)
		}
		w.flush(end)
		if at := a.Wake(); !at.IsZero() && !at.After(w.now) {
			w.t.Fatal("what was due has been done, and is due again")
		}
		w.check(a)
	}
}

// check holds what must be true of an end at any time.
func (w *world) check(a *Association) {
	o, in := &a.out, &a.in
	bytes, lostCount, small := 0, 0, 0
	for i := range o.out.len() {
		r := o.out.at(i)
		if r.fate == flying {
			bytes += int(r.size)
		}
		if r.fate == lost || r.fate == unsent {
			lostCount++
		}
		if r.repeatable() {
			small++
		}
	}
	switch {
	case bytes != o.flight || lostCount != o.waiting || small != o.small:
		w.t.Fatalf("flight %d of %d, waiting %d of %d, small %d of %d", o.flight, bytes, o.waiting, lostCount, o.small, small)
	case o.out.len() > maxOutstanding || o.queue.len() > maxQueued || o.backlog > o.backlogMax:
		w.t.Fatalf("%d outstanding, %d queued, backlog %d", o.out.len(), o.queue.len(), o.backlog)
	case in.heldChunks > maxHeld+maxFragments || len(in.spans) > maxSpans || in.heldBytes > in.window+in.maxMessage:
		w.t.Fatalf("%d held with %d bytes, %d spans", in.heldChunks, in.heldBytes, len(in.spans))
	}
}
