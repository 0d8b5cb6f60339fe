package rtc

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/rtc/dtls"
	"github.com/realmwire/realmwire/transport/rtc/sctp"
)

const (
	// maxHandshakes bounds those that run at a time; clients repeat what finds no place.
	maxHandshakes = 64
	// maxEarly bounds the datagrams with data that overtake the end of their handshake.
	maxEarly = 4
	// amplification: until a handshake has shown that its client is where it says, so many times as many bytes go there as came
	// from there, as QUIC allows (RFC 9000, 8.1). It takes a genuine ticket to get so far.
	amplification = 3
)

// handshake is a DTLS handshake under way.
type handshake struct {
	pipe    *dtls.Pipe // nil when none runs
	in, out int        // bytes of the present address
	early   [][]byte
}

// paid notes bytes that came from an address, and makes it the one that is answered.
func (s *session) paid(from netip.AddrPort, size int) {
	if s.path.Remote != from {
		s.path.Remote, s.handshake.in, s.handshake.out = from, 0, 0
	}
	s.handshake.in += size
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
	s.paid(from, len(datagram))
	if h.pipe == nil {
		if datagram[0] != dtls.TypeHandshake || !s.server.beginHandshake() {
			return
		}
		h.pipe = dtls.NewPipe(from, s.writeHandshake)
		s.server.work.Go(func() { s.accept(h.pipe, s.connectBy.Sub(now)) })
	}
	h.pipe.Push(datagram)
}

// writeHandshake sends a datagram of the handshake, if the address has paid for it.
func (s *session) writeHandshake(datagram []byte) {
	s.mu.Lock()
	h, to := &s.handshake, s.path.Remote
	allowed := h.out+len(datagram) <= amplification*h.in
	if allowed {
		h.out += len(datagram)
		s.count(len(datagram))
	}
	s.mu.Unlock()
	if allowed {
		s.server.sock.WriteTo(datagram, to)
	} else {
		s.server.counters.unpaid.Add(1)
	}
}

// accept runs a handshake to its end, within the time that is left.
func (s *session) accept(pipe *dtls.Pipe, left time.Duration) {
	ctx, cancel := context.WithTimeout(s.server.ctx, left)
	records, err := dtls.Accept(ctx, pipe, s.server.identity, s.offer.fingerprint)
	cancel()
	s.server.endHandshake()
	s.mu.Lock()
	defer s.mu.Unlock()
	early := s.handshake.early
	s.handshake = handshake{}
	if s.end.stage != open {
		return
	}
	if err != nil {
		s.server.counters.handshakes.Add(1)
		s.fail(now(), transport.ProtocolError, "the DTLS handshake failed")
		return
	}
	s.establish(now(), records, early)
}

// establish begins the association, with what has come early for it. s is locked.
func (s *session) establish(now time.Time, records *dtls.Records, early [][]byte) {
	var random [8]byte
	rand.Read(random[:])
	s.records = records
	s.assoc = sctp.New(sctp.Config{
		Tag: binary.LittleEndian.Uint32(random[:]) | 1, TSN: binary.LittleEndian.Uint32(random[4:]), MTU: sctpMTU,
		MaxMessage: transport.MaxReliableMessage, MaxBacklog: transport.MaxReliableBacklog,
	})
	s.lastHeard = now
	for _, datagram := range early {
		// All that can have come is a wish to associate; there are no messages before that is granted.
		if rec, _, ok := dtls.Next(datagram); ok {
			s.record(now, s.path.Remote, rec, len(datagram))
		}
	}
	s.server.driver.Changed(s)
}
