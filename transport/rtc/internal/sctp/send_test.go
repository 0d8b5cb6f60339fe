package sctp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// ack makes a SACK of the peer; TSNs count from our first. Gaps are pairs of TSNs.
func (p *peer) ack(cum int, window uint32, gaps ...int) []byte {
	b := binary.BigEndian.AppendUint32(nil, p.a.cfg.TSN+uint32(cum))
	b = binary.BigEndian.AppendUint32(b, window)
	b = binary.BigEndian.AppendUint16(b, uint16(len(gaps)/2))
	b = append(b, 0, 0)
	for _, g := range gaps {
		b = binary.BigEndian.AppendUint16(b, uint16(g-cum))
	}
	return appendChunk(nil, chunkSack, 0, b)
}

// at hands chunks over at a time.
func (p *peer) at(now time.Time, chunks ...[]byte) {
	p.t.Helper()
	if _, err := p.a.Receive(now, packetOf(p.header(), chunks...)); err != nil {
		p.t.Fatal(err)
	}
}

// leaves describes all that leaves at a time: packets parted by |, DATA by its TSN from our first (u for unordered, ! for
// immediate) and the others by their names.
func (p *peer) leaves(now time.Time) string {
	p.t.Helper()
	var packets []string
	for {
		b, ok := p.a.Emit(now, nil)
		if !ok {
			return strings.Join(packets, " | ")
		}
		if len(b) > p.a.cfg.MTU {
			p.t.Errorf("a packet of %d bytes", len(b))
		}
		_, list := chunksOf(p.t, b)
		var words []string
		for _, c := range list {
			words = append(words, p.word(c))
		}
		packets = append(packets, strings.Join(words, " "))
	}
}

func (p *peer) word(c chunk) string {
	switch c.kind {
	case chunkData:
		d, _ := parseData(c)
		text := fmt.Sprint(int32(d.tsn - p.a.cfg.TSN))
		if d.unordered() {
			text += "u"
		}
		if d.flags&flagImmediate != 0 {
			text += "!"
		}
		return text
	case chunkForward:
		return fmt.Sprintf("forward %d", int32(binary.BigEndian.Uint32(c.body)-p.a.cfg.TSN))
	}
	return map[byte]string{chunkSack: "sack", chunkAbort: "abort", chunkShutdownAck: "shutdown-ack", chunkReconfig: "reconfig", chunkHeartbeatAck: "heartbeat-ack"}[c.kind]
}

func (p *peer) reliable(size int) {
	p.t.Helper()
	if err := p.a.SendReliable(0, 53, bytes.Repeat([]byte{'r'}, size)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) latest(size int) (replaced bool) {
	p.t.Helper()
	replaced, err := p.a.SendLatest(1, 53, bytes.Repeat([]byte{'l'}, size))
	if err != nil {
		p.t.Fatal(err)
	}
	return replaced
}

const tick = 33 * time.Millisecond

// want compares what leaves.
func (p *peer) want(now time.Time, want string) {
	p.t.Helper()
	if got := p.leaves(now); got != want {
		p.t.Fatalf("after %v %q leaves, not %q", now.Sub(epoch), got, want)
	}
}

func TestOrderInPacket(t *testing.T) {
	p := newPeer(t, Config{})
	p.latest(500)
	p.reliable(30)
	p.reliable(40)
	p.want(epoch, "0 1! 2u!")
	// A full snapshot goes alone, and an older one that has not left makes way.
	p.reliable(50)
	if p.latest(200) || !p.latest(1152) {
		t.Error("what was replaced is told wrong")
	}
	p.want(epoch.Add(time.Millisecond), "3! | 4u")
	if _, err := p.a.SendLatest(1, 53, make([]byte, 1153)); !errors.Is(err, ErrSize) {
		t.Errorf("a message too large for a packet: %v", err)
	}
}

func TestRepeats(t *testing.T) {
	p := newPeer(t, Config{})
	now := epoch
	p.reliable(100)
	p.reliable(256)
	p.reliable(257)
	p.latest(50)
	p.want(now, "0 1 2! 3u!")
	p.at(now, p.ack(-1, 1<<20, 3, 3))
	p.latest(50)
	p.want(now.Add(5*time.Millisecond), "4u") // too soon for a copy to help
	now = now.Add(tick)
	p.latest(50)
	p.want(now, "5u 0") // 116 + 272 are over the budget of a packet
	p.latest(50)
	p.want(now, "6u 1")
	p.latest(1152)
	p.want(now.Add(tick), "7u")
	p.at(now, p.ack(-1, 1<<20, 2, 8))
	for range 3 {
		p.want(now.Add(time.Millisecond), "")
	}
	p.at(now, p.ack(0, 1<<20, 3, 8))
	now = now.Add(tick)
	p.latest(50)
	p.want(now, "8u 1")
	if n := p.a.Stats().Copies; n != 3 {
		t.Errorf("%d copies counted", n)
	}
	if p.a.out.flight != 256+257+50 {
		t.Errorf("copies count in the flight of %d", p.a.out.flight)
	}

	// Six copies, and no more.
	p = newPeer(t, Config{})
	p.reliable(100)
	p.want(epoch, "0!")
	copies := 0
	for n := range 200 { // nothing is acknowledged, and no timeout is looked at
		p.latest(50)
		if strings.HasSuffix(p.leaves(epoch.Add(time.Duration(n)*tick)), " 0!") {
			copies++
		}
	}
	if copies != repeatCopies {
		t.Errorf("%d copies", copies)
	}
}

func TestFastRetransmit(t *testing.T) {
	p := newPeer(t, Config{})
	for n := range 5 {
		p.reliable(400)
		p.want(epoch.Add(time.Duration(n)*time.Millisecond), fmt.Sprintf("%d!", n))
	}
	now := epoch.Add(50 * time.Millisecond)
	p.at(now, p.ack(-1, 1<<20, 1, 1))
	p.at(now, p.ack(-1, 1<<20, 1, 2))
	p.at(now, p.ack(-1, 1<<20, 1, 2)) // tells nothing new
	p.want(now, "")
	p.at(now, p.ack(-1, 1<<20, 1, 3))
	p.want(now, "0!")
	p.at(now, p.ack(-1, 1<<20, 1, 4)) // sent before the second attempt: says nothing of it
	p.want(now, "")
	if b := p.a.Backlog(); b != 5*400 {
		t.Errorf("backlog %d", b)
	}
	p.at(now.Add(tick), p.ack(4, 1<<20))
	if b, s := p.a.Backlog(), p.a.Stats(); b != 0 || s.Resent != 1 || p.a.out.flight != 0 {
		t.Errorf("backlog %d, flight %d, %+v", b, p.a.out.flight, s)
	}
}

func TestTimeout(t *testing.T) {
	p := newPeer(t, Config{}) // the handshake took no time: the timeout is at its floor
	p.reliable(400)
	p.want(epoch, "0!")
	now := epoch
	for _, wait := range []time.Duration{rtoFloor, 2 * rtoFloor, 4 * rtoFloor, 8 * rtoFloor, rtoCeiling, rtoCeiling} {
		if at := p.a.Wake(); !at.Equal(now.Add(wait)) {
			t.Fatalf("wakes %v after the last, not %v", at.Sub(now), wait)
		}
		p.a.Advance(now.Add(wait - 1))
		p.want(now.Add(wait-1), "")
		now = now.Add(wait)
		p.a.Advance(now)
		p.want(now, "0!")
	}
	p.at(now, p.ack(0, 1<<20))
	if p.a.RTT() > time.Millisecond {
		t.Errorf("a round trip of %v measured on what was sent twice", p.a.RTT())
	}
	if !p.a.Wake().IsZero() {
		t.Error("it wakes for nothing")
	}
}

func TestForward(t *testing.T) {
	p := newPeer(t, Config{})
	now := epoch
	for n := range 5 {
		now = now.Add(time.Millisecond)
		p.latest(300)
		p.leaves(now)
		if n > 1 { // 0 and 1 are lost
			p.at(now, p.ack(-1, 1<<20, 2, n))
		}
	}
	if s := p.a.Stats(); s.Abandoned != 2 || p.a.Loss() == 0 {
		t.Fatalf("%+v, loss %v", s, p.a.Loss())
	}
	if p.a.out.out.len() != 0 {
		t.Errorf("%d records of what is settled", p.a.out.out.len())
	}
	p.want(now.Add(time.Millisecond), "") // it waits for a packet to ride on
	p.latest(300)
	p.want(now.Add(2*time.Millisecond), "forward 4 5u")
	p.latest(300)
	p.want(now.Add(3*time.Millisecond), "6u")
	p.at(now.Add(4*time.Millisecond), p.ack(-1, 1<<20, 2, 6)) // the notice was lost
	at := p.a.Wake()
	if wait := at.Sub(now); wait < rtoFloor || wait > rtoFloor+10*time.Millisecond {
		t.Fatalf("wakes after %v", wait)
	}
	p.want(at.Add(-1), "")
	p.want(at, "forward 6")
	p.at(at, p.ack(6, 1<<20))
	if !p.a.Wake().IsZero() {
		t.Error("it wakes for nothing")
	}
	p.want(at.Add(time.Hour), "")

	// Behind a reliable chunk that is missing, nothing is given up: the peer waits for that one anyway.
	p.reliable(300)
	p.latest(300)
	p.want(at, "7! 8u")
	p.a.Advance(at.Add(rtoFloor + ackDelay))
	p.want(at.Add(rtoFloor+ackDelay), "7!")
	if p.a.Stats().Abandoned != 3 {
		t.Errorf("%+v", p.a.Stats())
	}
	p.at(at.Add(time.Second), p.ack(7, 1<<20))
	p.want(at.Add(time.Second+forwardHold), "forward 8")
}

// TestLatestBesideBulk holds that bulk leaves the latest lane its place, within a message as well.
func TestLatestBesideBulk(t *testing.T) {
	p := newPeer(t, Config{})
	p.reliable(100_000)
	if got := len(strings.Fields(strings.ReplaceAll(p.leaves(epoch), "|", ""))); got != (minCwnd-latestReserve)/1116 {
		t.Errorf("%d chunks in the first flight", got)
	}
	p.latest(1100)
	p.want(epoch, "90u!") // the fragments have the TSNs before
	for range 4 {
		p.latest(1100)
		p.leaves(epoch)
	}
	if !p.a.out.latest.set {
		t.Error("it goes beyond the window")
	}
	if !p.latest(1000) {
		t.Error("what waits is not replaced")
	}
	p.at(epoch.Add(tick), p.ack(24, 1<<20, 90, 90))
	if got := p.leaves(epoch.Add(tick)); !strings.HasPrefix(got, "25 | 26 |") || !strings.HasSuffix(got, "94u") {
		t.Errorf("after news: %s", got)
	}
}

// TestShutWindow holds that a peer without room is asked one chunk at a time.
func TestShutWindow(t *testing.T) {
	p := newPeer(t, Config{})
	p.reliable(300)
	p.want(epoch, "0!")
	p.at(epoch, p.ack(0, 0))
	p.reliable(300)
	p.reliable(300)
	p.want(epoch, "1")
	at := p.a.Wake()
	p.a.Advance(at)
	p.want(at, "1!")
	p.at(at, p.ack(1, 1000))
	p.want(at, "2!")
}

func TestBackpressure(t *testing.T) {
	p := newPeer(t, Config{MaxBacklog: 1000})
	p.reliable(600)
	if err := p.a.SendReliable(0, 53, make([]byte, 401)); !errors.Is(err, ErrBackpressure) {
		t.Errorf("over the backlog: %v", err)
	}
	p.reliable(400)
	for _, size := range []int{0, 1001} {
		if err := p.a.SendReliable(0, 53, make([]byte, size)); !errors.Is(err, ErrSize) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	p.leaves(epoch)
	p.at(epoch, p.ack(0, 1<<20))
	if p.a.Backlog() != 400 {
		t.Errorf("backlog %d", p.a.Backlog())
	}
	p = newPeer(t, Config{})
	n := 0
	for p.a.SendReliable(0, 53, []byte{1}) == nil {
		n++
	}
	if n != maxQueued {
		t.Errorf("%d crumbs are queued", n)
	}
}

// TestStrangeSacks holds what a peer may not, or may, say.
func TestStrangeSacks(t *testing.T) {
	p := newPeer(t, Config{})
	p.reliable(300)
	p.leaves(epoch)
	if err := p.try(p.ack(1, 1<<20)); !errors.Is(err, ErrProtocol) {
		t.Errorf("what was never sent is acknowledged: %v", err)
	}
	p = newPeer(t, Config{})
	for range 4 {
		p.reliable(300)
	}
	p.leaves(epoch)
	p.send(p.ack(-1, 1<<20, 2, 2, 1, 1, 3, 40, 9, 5)) // out of order, beyond the end, upside down
	p.send(p.ack(0, 1<<20, 2, 3))
	if p.a.out.flight != 300 {
		t.Errorf("flight %d", p.a.out.flight)
	}
	p.send(p.ack(0, 1<<20)) // the peer took 2 and 3 back
	if p.a.out.flight != 900 {
		t.Errorf("flight %d after it took chunks back", p.a.out.flight)
	}
	p.send(p.ack(-1, 1<<20, 1, 3)) // overtaken
	now := epoch.Add(rtoFloor + ackDelay)
	p.a.Advance(now)
	p.want(now, "1! 2! 3!")
	p.at(now, p.ack(3, 1<<20))
	if p.a.Backlog() != 0 || p.a.out.flight != 0 {
		t.Errorf("backlog %d, flight %d", p.a.Backlog(), p.a.out.flight)
	}
}

// TestTakenBackIsWaitedFor: an acknowledgement that names less than the one before it, as when two change places on their way,
// has nothing sent again until the chunk's time is up anew. A peer could have the whole window sent with every packet of its own.
func TestTakenBackIsWaitedFor(t *testing.T) {
	p := newPeer(t, Config{})
	for n := range 10 {
		p.reliable(1000)
		p.want(epoch, fmt.Sprintf("%d!", n))
	}
	p.at(epoch.Add(50*time.Millisecond), p.ack(-1, 1<<20, 1, 9))
	now := epoch.Add(time.Minute)
	p.a.Advance(now)
	p.want(now, "0!")
	for range 50 {
		now = now.Add(time.Millisecond)
		p.at(now, p.ack(-1, 1<<20))
		p.a.Advance(now)
		p.want(now, "")
		p.at(now, p.ack(-1, 1<<20, 1, 9))
	}
	p.at(now, p.ack(-1, 1<<20))
	now = now.Add(rtoCeiling)
	p.a.Advance(now)
	if left := p.leaves(now); !strings.Contains(left, "9!") {
		t.Errorf("after its time %q leaves", left)
	}
}
