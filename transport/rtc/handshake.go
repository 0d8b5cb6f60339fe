package rtc

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
	"github.com/realmwire/realmwire/transport/rtc/internal/sctp"
)

const (
	// maxHandshakes bounds those that run at a time, one for each account; clients repeat what finds no place.
	maxHandshakes = 64
	// maxEarly bounds the datagrams with data that overtake the end of their handshake.
	maxEarly = 4
	// amplification: until the client has shown that it is where it says, so many times as many bytes go there as came from
	// there, as QUIC allows (RFC 9000, 8.1). It takes a genuine ticket to get so far.
	amplification = 3
	// stay is how long an address that a handshake's datagrams came from is answered, whatever comes from others meanwhile:
	// copies with a forged sender would follow each of them.
	stay = time.Second
)

// handshake is a DTLS handshake under way.
type handshake struct {
	pipe  *dtls.Pipe // nil when none runs
	slot  *slot      // its place
	early [][]byte
}

// credit limits what goes to an address that is not proven. The end of a DTLS handshake proves none: its last flight may bear
// another sender than those before it. SCTP's does, since the peer's last word repeats a tag or a cookie that went to the address that
// stands by then.
type credit struct {
	in, out int       // bytes that came from there and went there
	heard   time.Time // when the handshake's last datagram came from there
	proven  bool
}

// spend reports whether size bytes may go to the session's address, and accounts for them.
func (s *session) spend(size int) bool {
	c := &s.credit
	if !c.proven && c.out+size > amplification*c.in {
		s.server.counters.Unpaid.Add(1)
		return false
	}
	c.out += size
	return true
}

// paid notes a datagram of the handshake that came from an address, and makes it the one that is answered, unless that stays.
func (s *session) paid(now time.Time, from netip.AddrPort, size int) {
	if s.path.Remote != from {
		if now.Sub(s.credit.heard) < stay {
			return
		}
		s.path.Remote, s.credit = from, credit{}
	}
	s.credit.in += size
	s.credit.heard = now
}

// shake gives a datagram to the handshake, which it may begin. s is locked.
func (s *session) shake(now time.Time, from netip.AddrPort, datagram []byte) {
	h := &s.handshake
	if datagram[0] == dtls.TypeData {
		if len(h.early) < maxEarly {
			h.early = append(h.early, append([]byte(nil), datagram...))
		}
		return
	}
	s.paid(now, from, len(datagram))
	if h.pipe == nil {
		if datagram[0] != dtls.TypeHandshake {
			return
		}
		ctx, cancel := context.WithTimeout(s.server.ctx, s.connectBy.Sub(now))
		place := &slot{account: s.claims.Account, from: from.Addr(), begun: now, heard: now, cancel: cancel}
		if !s.server.beginHandshake(place) {
			cancel()
			return
		}
		h.slot, h.pipe = place, dtls.NewPipe(from, s.writeHandshake)
		pipe := h.pipe
		guard.Go("rtc: handshake", func() { s.accept(ctx, pipe, place) }, s.broken)
	}
	s.server.heard(h.slot, now, datagram)
	h.pipe.Push(datagram)
}

// writeHandshake sends a datagram of the handshake, if the address has paid for it.
func (s *session) writeHandshake(datagram []byte) {
	if to, allowed := s.pay(len(datagram)); allowed {
		s.server.driver.Socket().WriteTo(datagram, to)
	}
}

// pay is spend for who does not hold the lock; the datagram goes to the address that it returns.
func (s *session) pay(size int) (to netip.AddrPort, allowed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if allowed = s.spend(size); allowed {
		s.count(size)
	}
	return s.path.Remote, allowed
}

// accept runs a handshake to its end.
func (s *session) accept(ctx context.Context, pipe *dtls.Pipe, place *slot) {
	defer s.server.work.Done()
	records, err := s.handshakes(ctx, pipe, place)
	s.mu.Lock()
	defer s.mu.Unlock()
	early := s.handshake.early
	s.handshake = handshake{}
	if s.end.stage != open {
		return
	}
	if err != nil {
		s.server.counters.Handshakes.Add(1)
		s.fail(now(), transport.Network, "the DTLS handshake failed")
		return
	}
	s.establish(now(), records, early)
}

// handshakes has pion make the handshake, and gives its place back.
func (s *session) handshakes(ctx context.Context, pipe *dtls.Pipe, place *slot) (*dtls.Records, error) {
	defer s.server.endHandshake(place)
	defer place.cancel()
	return dtls.Accept(ctx, pipe, s.server.identity, s.offer.fingerprint)
}

// establish begins the association, with what has come early for it. s is locked.
func (s *session) establish(now time.Time, records *dtls.Records, early [][]byte) {
	var random [8]byte
	rand.Read(random[:])
	s.server.settled(s)
	s.records = records
	s.assoc = sctp.New(sctp.Config{
		Tag: binary.LittleEndian.Uint32(random[:]) | 1, TSN: binary.LittleEndian.Uint32(random[4:]), MTU: sctpMTU,
		MaxMessage: transport.MaxReliableMessage, MaxBacklog: transport.MaxReliableBacklog,
	})
	s.assoc.Open(sctpPort, s.offer.sctpPort)
	s.lastHeard = now
	for _, datagram := range early {
		// All that can have come is a wish to associate; there are no messages before that is granted.
		if rec, _, ok := dtls.Next(datagram); ok {
			s.record(now, s.path.Remote, rec, len(datagram))
		}
	}
	s.server.driver.Changed(s)
}
