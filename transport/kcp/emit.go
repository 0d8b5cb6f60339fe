package kcp

import (
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/transport"
)

// emit appends the next datagram that should leave to b, which is empty and has room for transport.MaxDatagram bytes, and
// returns it with the address that it goes to. ok is false when nothing should leave. Call it until then.
func (s *session) emit(now time.Time, b []byte) (datagram []byte, to netip.AddrPort, ok bool) {
	if s.end.dead {
		return nil, netip.AddrPort{}, false
	}
	if d, ok := s.emitChallenge(now, b); ok {
		return d, s.path.Candidate, true
	}
	if !s.wants(now) {
		return nil, netip.AddrPort{}, false
	}
	b = appendSealedHeader(b, s.cfg.id, s.counter+1)
	b = s.fill(now, b)
	return s.seal(now, b), s.path.Remote, true
}

// emitChallenge makes the datagram that proves a new path, within what the path has paid for.
func (s *session) emitChallenge(now time.Time, b []byte) ([]byte, bool) {
	if !s.path.Spend(now, sealedHeaderSize+pathFrameSize+s.cfg.out.overhead()) {
		return nil, false
	}
	b = appendSealedHeader(b, s.cfg.id, s.counter+1)
	b = append(b, framePathChallenge)
	b = append(b, s.path.Token[:]...)
	return s.seal(now, b), true
}

// wants reports whether there is a reason for a datagram.
func (s *session) wants(now time.Time) bool {
	return s.ping || s.answering || s.end.tellNow || len(s.latest) > 0 ||
		s.reliable != nil && s.reliable.wants(now) ||
		!s.acks.due.IsZero() && !now.Before(s.acks.due)
}

// fill appends frames to the header in b: first the small ones, then the latest message, then as much of the reliable lane
// as fits.
func (s *session) fill(now time.Time, b []byte) []byte {
	if !s.acks.due.IsZero() {
		b = appendAckFrame(b, s.replay.Highest, s.replay.Mask(), s.acks.delay(now))
		s.acks.due = time.Time{}
	}
	if s.end.tellNow {
		b = appendCloseFrame(b, s.end.code, s.end.text)
		s.end.sent(now)
		return b
	}
	if s.answering {
		b = append(b, framePathResponse)
		b = append(b, s.answer[:]...)
		s.answering = false
	}
	if s.ping {
		b = append(b, framePing)
		s.ping = false
	}
	if n := len(s.latest); n > 0 && s.room(b) >= n {
		b = appendDataFrame(b, frameLatest, s.latest)
		s.latest = s.latest[:0]
	}
	for s.reliable != nil {
		bunch := s.reliable.bunch()
		if bunch == nil || s.room(b) < len(bunch) {
			break
		}
		b = appendDataFrame(b, frameReliable, bunch)
		s.reliable.take()
	}
	if s.reliable != nil {
		b = s.reliable.repeats.appendTo(now, b, s.room(b))
	}
	return b
}

// room is the largest payload of a data frame that still fits b.
func (s *session) room(b []byte) int {
	return transport.MaxDatagram - len(b) - s.cfg.out.overhead() - dataFrameSize
}

// seal finishes a datagram whose header holds the next counter.
func (s *session) seal(now time.Time, b []byte) []byte {
	s.counter++
	b = s.cfg.out.seal(b, s.counter)
	s.acks.sentAt[s.counter%sentSpan] = s.acks.stamp(now)
	s.lastSent = now
	s.stats.DatagramsOut++
	s.stats.BytesOut += uint64(len(b))
	return b
}
