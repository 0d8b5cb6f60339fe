package kcp

import (
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/budget"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/internal/replay"
)

// Timing of a session.
const (
	// updateEvery is how often a reliable lane is advanced that has something to emit: kcp-go's core emits no more often.
	updateEvery = 10 * time.Millisecond
	// watchEvery is how often one is that waits for acknowledgements only, to repeat what has none.
	watchEvery = 25 * time.Millisecond
	// maxKeepAlive is the longest silence towards the peer; shorter timeouts shorten it.
	maxKeepAlive = 2 * time.Second
)

// sessionConfig is what the handshake and the server or client give a session.
type sessionConfig struct {
	id         uint32
	out, in    sealer
	remote     netip.AddrPort
	timeout    time.Duration
	newToken   func() [pathTokenSize]byte // random
	transcript transcript                 // of the handshake, so that the server knows a repeated one
}

// session is one end of an association: a pure core. Time is an argument; datagrams go in through receive and come out of
// emit. Whoever owns it calls, in any order but one at a time: receive, send, close, advance, and then emit until it has
// no more, and advance again no later than wake.
type session struct {
	cfg       sessionConfig
	keepAlive time.Duration

	counter uint64 // last sent
	replay  replay.Window
	acks    ackState
	path    driver.Path
	end     ending

	lastHeard time.Time
	lastSent  time.Time
	ping      bool                // wants to leave
	confirmed bool                // the peer has proven to hold the keys
	answer    [pathTokenSize]byte // to the peer's path challenge
	answering bool

	latest    []byte // waits to leave when not empty
	reliable  *reliable
	nextTick  time.Time // of the reliable lane; zero when idle
	delivered []delivery

	work  budget.Budget // of the peer; servers keep to it
	stats transport.Stats
}

// delivery is one message received; msg is valid until the next receive.
type delivery struct {
	lane transport.Lane
	msg  []byte
}

func newSession(cfg sessionConfig, now time.Time) *session {
	return &session{
		cfg: cfg, keepAlive: min(maxKeepAlive, cfg.timeout/5),
		path: driver.Path{Remote: cfg.remote}, lastHeard: now, lastSent: now,
	}
}

// receive opens a sealed datagram, whose header is read, in place, and returns the messages in it. It reports false for one that is
// not authentic or was seen before, which must have no further effect.
func (s *session) receive(now time.Time, from netip.AddrPort, h header, datagram []byte) ([]delivery, bool) {
	if h.typ != typeSealed || h.id != s.cfg.id || s.end.dead {
		return nil, false
	}
	counter := expandCounter(s.replay.Highest, h.low)
	if !s.replay.Fresh(counter) {
		return nil, false
	}
	frames, ok := s.cfg.in.open(datagram, counter)
	if !ok {
		return nil, false
	}
	newest := counter > s.replay.Highest
	s.replay.Mark(counter)
	if newest {
		s.acks.largestAt = now
	}
	s.lastHeard, s.confirmed = now, true
	s.stats.DatagramsIn++
	s.stats.BytesIn += uint64(len(datagram))
	s.work.Spend(budget.Packet)
	s.path.Heard(now, from, len(datagram), newest, s.cfg.newToken)
	s.delivered = s.delivered[:0]
	if s.reliable != nil {
		s.reliable.compact()
	}
	if !s.frames(now, from, frames) {
		s.close(now, transport.ProtocolError, "malformed frame")
		return nil, true
	}
	return s.delivered, true
}

// frames handles the frames of an authentic datagram. It reports false when the peer breaks the protocol.
func (s *session) frames(now time.Time, from netip.AddrPort, b []byte) bool {
	for range maxFrameCount {
		for len(b) > 0 && b[0] == framePadding {
			b = b[1:]
		}
		if len(b) == 0 {
			return true
		}
		f, rest, ok := nextFrame(b)
		if !ok || !s.frame(now, from, f) {
			return false
		}
		s.work.Spend(1)
		b = rest
	}
	return true
}

// maxFrameCount bounds the frames of a datagram that are looked at, padding aside. Peers send a handful; a thousand fit.
const maxFrameCount = 32

func (s *session) frame(now time.Time, from netip.AddrPort, f frame) bool {
	switch f.typ {
	case framePing:
		s.acks.owe(now, 0)
	case frameAck:
		s.acks.acked(now, s.counter+1, f)
	case frameClose:
		s.end.told(now, f.code, string(f.payload))
	case framePathChallenge:
		copy(s.answer[:], f.payload)
		s.answering = true
	case framePathResponse:
		if s.path.Answered(from, f.payload) {
			s.ping = true // over the new path, so that its round trip is known
		}
	case frameLatest:
		s.acks.owe(now, maxAckDelay)
		if s.end.open() {
			s.delivered = append(s.delivered, delivery{transport.Latest, f.payload})
		}
	case frameReliable:
		if s.nextTick.IsZero() {
			s.nextTick = now.Add(updateEvery)
		}
		return s.segments(now, f.payload)
	}
	return true
}

// segments gives the reliable lane its segments and takes the messages that they complete.
func (s *session) segments(now time.Time, b []byte) bool {
	if s.reliable == nil {
		s.reliable = newReliable(s.cfg.id)
	}
	work, ok := s.reliable.input(now, s.cfg.id, b)
	s.work.Spend(work)
	if !ok {
		return false
	}
	for {
		msg, ok := s.reliable.next()
		if !ok {
			return false
		}
		if msg == nil {
			return true
		}
		s.work.Spend(1)
		if s.end.open() {
			s.delivered = append(s.delivered, delivery{transport.Reliable, msg})
		}
	}
}

// send takes a copy of msg for a lane. It leaves with the next advance and emit.
func (s *session) send(lane transport.Lane, msg []byte) error {
	if err := transport.CheckSize(lane, len(msg)); err != nil {
		return err
	}
	if !s.end.open() {
		return transport.ErrClosed
	}
	if lane == transport.Latest {
		if len(s.latest) > 0 {
			s.stats.Replaced++
		}
		s.latest = append(s.latest[:0], msg...)
		return nil
	}
	if s.reliable == nil {
		s.reliable = newReliable(s.cfg.id)
	}
	return s.reliable.send(msg)
}

// close ends the session from this side.
func (s *session) close(now time.Time, code transport.CloseCode, text string) {
	if !code.Valid() {
		code = transport.Normal
	}
	if s.end.begin(now, code, transport.ClipText(text)) {
		s.latest = s.latest[:0]
	}
}

// advance does what has fallen due at now: timeouts, keep-alives, the reliable lane.
func (s *session) advance(now time.Time) {
	if s.end.dead {
		return
	}
	if now.Sub(s.lastHeard) >= s.cfg.timeout {
		s.end.vanish(transport.Timeout, "nothing was heard for "+s.cfg.timeout.String())
		return
	}
	if now.Sub(s.lastSent) >= s.keepAlive {
		s.ping = true
	}
	if s.reliable != nil {
		s.reliable.advance(now)
		s.nextTick = time.Time{}
		if s.reliable.hurried() {
			s.nextTick = now.Add(updateEvery)
		} else if s.reliable.busy() {
			s.nextTick = now.Add(watchEvery)
		}
	}
	s.end.advance(now, s.backlog() == 0)
}

// wake is when advance must be called next, if nothing else happens before. It is in the past when something is due.
func (s *session) wake() time.Time {
	if s.end.dead {
		return time.Time{}
	}
	wake := s.lastHeard.Add(s.cfg.timeout)
	wake = driver.Earlier(wake, s.lastSent.Add(s.keepAlive))
	wake = driver.Earlier(wake, s.acks.due)
	wake = driver.Earlier(wake, s.nextTick)
	if s.reliable != nil {
		wake = driver.Earlier(wake, s.reliable.wake())
	}
	return driver.Earlier(wake, s.end.wake())
}

func (s *session) backlog() int {
	if s.reliable == nil {
		return 0
	}
	return s.reliable.backlog()
}

func (s *session) snapshotStats() transport.Stats {
	st := s.stats
	st.RTT, st.Loss, st.Queue = s.acks.rtt, s.acks.loss, s.backlog()
	return st
}
