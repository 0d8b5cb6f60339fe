package rtc

import (
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
)

// Lock implements driver.Session, as do the methods below.
func (s *session) Lock()                { s.mu.Lock() }
func (s *session) Unlock()              { s.mu.Unlock() }
func (s *session) Place() *driver.Place { return &s.place }
func (s *session) Break()               { s.end.vanish(transport.Network, transport.Broke) }

// Advance ends a session that has been silent, or that has not come about in time, and drives its association.
func (s *session) Advance(now time.Time) {
	switch {
	case s.end.stage == dead:
		return
	case s.end.stage == open && !s.connectBy.IsZero() && !now.Before(s.connectBy):
		s.end.vanish(transport.Timeout, "the data channels did not open in time")
		return
	case s.connectBy.IsZero() && now.Sub(s.lastHeard) >= s.server.cfg.Timeout:
		s.end.vanish(transport.Timeout, "nothing was heard for "+s.server.cfg.Timeout.String())
		return
	case s.assoc == nil:
		return
	}
	s.assoc.Advance(now)
	if s.end.advance(now, s.assoc.Backlog() == 0) && !s.tell() {
		s.end.stage = leaving
	}
}

// tell sends the word that it is over. It reports false where there is no channel for it, or the backlog is full: then the peer did
// not listen anyway.
func (s *session) tell() bool {
	text := closeText(s.end.code, s.end.text)
	return s.channels.open[transport.Reliable] && s.assoc.SendReliable(s.channels.stream[transport.Reliable], ppidText, []byte(text)) == nil
}

// Wake implements driver.Session.
func (s *session) Wake() (time.Time, bool) {
	if s.end.stage != open && !s.end.notified {
		return time.Time{}, true // the handler must be told
	}
	if s.end.stage == dead {
		return time.Time{}, false
	}
	wake := s.connectBy
	switch {
	case s.end.stage == draining && s.assoc.Backlog() == 0:
		return time.Time{}, true // all has arrived
	case s.end.stage != open:
		wake = s.end.giveUp
	case wake.IsZero():
		wake = s.lastHeard.Add(s.server.cfg.Timeout)
	}
	if s.assoc != nil {
		wake = driver.Earlier(wake, s.assoc.Wake())
	}
	return wake, true
}

// Emit implements driver.Session.
func (s *session) Emit(now time.Time, b []byte) ([]byte, netip.AddrPort, bool) {
	if s.assoc == nil || s.end.stage == dead {
		return nil, netip.AddrPort{}, false
	}
	if s.assoc.Established() && s.path.Spend(now, probeSize) {
		return s.seal(s.assoc.AppendProbe(front(b), s.path.Token)), s.path.Candidate, true
	}
	if s.end.stage == leaving {
		s.assoc.Close()
	}
	// What is not paid for is lost, as on a bad network: it belongs to the beginning of the association, which both ends repeat.
	if packet, ok := s.assoc.Emit(now, front(b)); ok && s.spend(dtls.Overhead-dtls.Front+len(packet)) {
		return s.seal(packet), s.path.Remote, true
	}
	if s.end.stage != leaving {
		return nil, netip.AddrPort{}, false
	}
	s.end.stage = dead
	b = s.records.AppendClose(b)
	if !s.spend(len(b)) {
		return nil, netip.AddrPort{}, false
	}
	s.count(len(b))
	return b, s.path.Remote, true
}

// probeSize is that of a datagram with a HEARTBEAT that proves a path: record, common header, chunk, parameter, token.
const probeSize = dtls.Overhead + 12 + 4 + 4 + driver.TokenSize

// front leaves room for what precedes a record's plaintext.
func front(b []byte) []byte { return append(b, make([]byte, dtls.Front)...) }

// seal makes the datagram of a packet that stands behind its front.
func (s *session) seal(b []byte) []byte {
	b = s.records.Seal(dtls.TypeData, b)
	s.count(len(b))
	return b
}

func (s *session) count(size int) {
	s.stats.DatagramsOut++
	s.stats.BytesOut += uint64(size)
}

// AfterTimer implements driver.Session.
func (s *session) AfterTimer() {
	s.mu.Lock()
	ended := s.end.stage != open
	tell := ended && !s.end.notified
	s.end.notified = ended
	code, text, gone, asked := s.end.code, s.end.text, s.end.stage == dead, s.asked
	s.mu.Unlock() // nothing above can panic
	if tell {
		s.server.tally(code, asked)
		s.calls.Closed(s, code, text)
	}
	if gone {
		s.server.forget(s)
	}
}
