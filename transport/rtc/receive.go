package rtc

import (
	"crypto/rand"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
	"github.com/realmwire/realmwire/transport/rtc/internal/sctp"
	"github.com/realmwire/realmwire/transport/udp"
)

// receive handles a datagram of DTLS from one of the client's addresses. It runs on the socket's reading goroutine.
func (s *session) receive(now time.Time, d udp.Datagram) {
	if !s.took(now, d) {
		return
	}
	rest, paid := d.Data, len(d.Data)
	for n := 0; len(rest) > 0 && n < dtls.MaxRecords; n, paid = n+1, 0 {
		var rec dtls.Record
		var ok bool
		if rec, rest, ok = dtls.Next(rest); !ok {
			s.server.counters.Dropped.Add(1)
			break
		}
		for _, m := range s.opened(now, d.Addr, rec, paid) {
			s.message(now, m)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left {
		s.end.byPeer(transport.Normal, peerLeft)
	}
	s.server.driver.Emit(now, s, s.server.readWriter)
}

// took counts a datagram in. It reports false for one of the handshake, which it hands on, and for one too many.
func (s *session) took(now time.Time, d udp.Datagram) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.records == nil {
		if s.end.stage == open {
			s.shake(now, d.Addr, d.Data)
		}
		return false
	}
	s.stats.DatagramsIn++
	s.stats.BytesIn += uint64(len(d.Data))
	if d.Addr == s.path.Remote {
		s.credit.in += len(d.Data)
	}
	if !s.assoc.Left(now) {
		s.server.counters.Dear.Add(1)
		return false
	}
	return true
}

// opened is record for who does not hold the lock.
func (s *session) opened(now time.Time, from netip.AddrPort, rec dtls.Record, paid int) []sctp.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record(now, from, rec, paid)
}

// record handles one record, and returns the messages in it. paid is what it counts for on a new path. s is locked.
func (s *session) record(now time.Time, from netip.AddrPort, rec dtls.Record, paid int) []sctp.Message {
	if !rec.Sealed() || rec.Type == dtls.TypeHandshake || rec.Type == dtls.TypeChangeCipherSpec {
		// Of the handshake, repeated: our last datagram of it was lost.
		if last := s.records.LastFlight(); last != nil && rec.Type == dtls.TypeHandshake && from == s.path.Remote && s.spend(len(last)) {
			s.server.readWriter.Commit(from, len(append(s.server.readWriter.Next(), last...)))
		}
		return nil
	}
	plain, newest, ok := s.records.Open(rec)
	if !ok {
		s.server.counters.Dropped.Add(1)
		return nil
	}
	s.records.Settled()
	s.lastHeard = now
	s.path.Heard(now, from, paid, newest, newToken)
	switch {
	case rec.Type == dtls.TypeAlert && dtls.Ends(plain):
		s.left = true
	case rec.Type == dtls.TypeData:
		return s.packet(now, from, plain)
	}
	return nil
}

// peerLeft is the text of an end for which the peer gave no reason.
const peerLeft = "the peer closed the connection"

// packet gives one SCTP packet to the association. s is locked.
func (s *session) packet(now time.Time, from netip.AddrPort, packet []byte) []sctp.Message {
	messages, err := s.assoc.Receive(now, packet)
	if err != nil {
		s.fail(now, transport.ProtocolError, "malformed SCTP packet")
		return nil
	}
	s.credit.proven = s.credit.proven || s.assoc.Established()
	if token, ok := s.assoc.Echoed(); ok && s.path.Answered(from, token[:]) {
		s.server.counters.Moved.Add(1)
	}
	if s.assoc.Ended() != sctp.NotEnded || s.resets() {
		s.left = true // once what came with it is handed out
	}
	return messages
}

// resets reports whether the peer has closed one of the session's channels. s is locked.
func (s *session) resets() bool {
	return slices.ContainsFunc(s.assoc.ResetStreams(), func(stream uint16) bool {
		_, ours := s.channels.lane(stream)
		return ours
	})
}

// message handles one message of the peer.
func (s *session) message(now time.Time, m sctp.Message) {
	if m.PPID == ppidControl {
		s.control(now, m)
		return
	}
	s.mu.Lock()
	lane, known := s.channels.lane(m.Stream)
	live, asked := s.end.stage == open, s.asked
	s.mu.Unlock()
	switch {
	case !live:
	case !known:
		s.breach("a message on a stream that is no data channel")
	case m.PPID == ppidText && lane == transport.Reliable:
		if code, text, ok := parseClose(string(m.Data)); ok {
			s.closedByPeer(code, text)
			return
		}
		s.breach("unknown text message")
	case m.PPID != ppidBinary || transport.CheckSize(lane, len(m.Data)) != nil:
		s.breach("message of a wrong kind or size")
	case asked:
		s.calls.Message(s, lane, m.Data)
	case lane == transport.Reliable:
		s.hold(m.Data)
	}
}

// hold keeps a reliable message until the session is accepted: the client may use a channel while the other is still opening.
func (s *session) hold(msg []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.held) == maxHeld || s.heldBytes+len(msg) > maxHeldBytes {
		s.fail(now(), transport.ProtocolError, "too much was sent before both data channels were open")
		return
	}
	s.held, s.heldBytes = append(s.held, append([]byte(nil), msg...)), s.heldBytes+len(msg)
}

// breach ends the session because its peer broke the protocol.
func (s *session) breach(what string) { s.finish(transport.ProtocolError, what) }

// closedByPeer ends the session with the peer's words.
func (s *session) closedByPeer(code transport.CloseCode, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end.byPeer(code, text)
	s.server.driver.Changed(s)
}

// control handles a message of the channels' own protocol.
func (s *session) control(now time.Time, m sctp.Message) {
	if len(m.Data) > 0 && m.Data[0] == channelAck {
		return // we open none, so that this answers nothing; it does no harm
	}
	if s.opens(now, m) {
		s.ask(now)
	}
}

// opens gives a lane the channel that the peer opens for it. It reports whether the session is ready for its handler.
func (s *session) opens(now time.Time, m sctp.Message) (ready bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lane, err := openedLane(m.Data)
	_, taken := s.channels.lane(m.Stream)
	if err == nil && (taken || s.channels.open[lane]) {
		err = errors.New("a data channel was opened twice")
	}
	if err == nil {
		s.channels.stream[lane], s.channels.open[lane] = m.Stream, true
		err = s.assoc.SendReliable(m.Stream, ppidControl, []byte{channelAck})
	}
	if err != nil {
		s.fail(now, transport.ProtocolError, transport.ClipText(err.Error()))
		return false
	}
	return s.channels.both() && !s.asked && s.end.stage == open
}

// ask gets the session's handler, and gives it what has waited. Like all messages it runs on the socket's reading goroutine, so that
// nothing overtakes that.
func (s *session) ask(now time.Time) {
	if s.over() {
		return
	}
	err := s.calls.Ask(s.server.cfg.Accept, s, s.claims)
	held := s.answered(now, err)
	if err != nil {
		s.server.counters.Refused.Add(1)
		return
	}
	s.server.counters.Accepted.Add(1)
	for _, msg := range held {
		s.calls.Message(s, transport.Reliable, msg)
	}
}

// answered notes what the acceptor said, and returns what has waited for that.
func (s *session) answered(now time.Time, err error) (held [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held = s.held
	s.held, s.asked, s.connectBy = nil, true, time.Time{}
	if err != nil {
		code, text := transport.Refusal(err)
		s.fail(now, code, text)
	}
	return held
}

// over reports whether the session has ended.
func (s *session) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end.stage != open
}

// newToken makes the challenge of a new path.
func newToken() (t [driver.TokenSize]byte) {
	rand.Read(t[:])
	return t
}
