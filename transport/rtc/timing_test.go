package rtc

import (
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/rtc/internal/sctp"
	"github.com/realmwire/realmwire/transport/ticket"
)

// Every timer of a server's session, held to its time without sleeping:
//
//	both channels open in time             TestConnectingEndsOnTime
//	silence                                TestSilenceEndsOnTime
//	lingering, and telling the peer        TestEndingMovesOnTime
//	retransmission, delayed SACKs          sctp: its simulations, whose clock is an argument
//	challenge of a new path                driver.Path, by kcp's TestPathChallengeIsRepeatedOnTime
//	the handshake's repetition             dtls: TestLostFlights, with pion's clock

// sessionOf makes a session of a server on a real socket; the test's clock drives it, the server's sees it never.
func sessionOf(t *testing.T, cfg ServerConfig) *session {
	t.Helper()
	d, err := driver.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Tickets = ticket.NewOpener(ticket.NewKey(), 1, ticket.OpenerConfig{})
	cfg.Accept = func(transport.Conn, ticket.Claims) (transport.Handler, error) { return nil, nil }
	s, err := NewServer(d, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.Close()
		_ = d.Close()
	})
	return &session{server: s, cred: newCredentials()}
}

// wakesAt checks when the session wants to be advanced.
func wakesAt(t *testing.T, s *session, want time.Time) {
	t.Helper()
	if at, ok := s.Wake(); !ok || !at.Equal(want) {
		t.Errorf("wakes %v (%v) from when it should", at.Sub(want), ok)
	}
}

func TestConnectingEndsOnTime(t *testing.T) {
	s := sessionOf(t, ServerConfig{HandshakeTimeout: 3 * time.Second})
	start := time.Unix(1000, 0)
	s.connectBy = start.Add(3 * time.Second)
	s.Advance(s.connectBy.Add(-1))
	if s.end.stage != open {
		t.Fatal("ended before its time")
	}
	wakesAt(t, s, s.connectBy)
	s.Advance(s.connectBy)
	if s.end.stage != dead || s.end.code != transport.Timeout {
		t.Errorf("%+v", s.end)
	}
	if at, ok := s.Wake(); !ok || !at.IsZero() {
		t.Error("does not wake to be forgotten")
	}
	s.AfterTimer()
	if s.server.Counters().Stalled.Load() != 1 {
		t.Errorf("counters %+v", s.server.Counters())
	}
	if _, ok := s.Wake(); ok {
		t.Error("a forgotten session still wakes")
	}
}

func TestSilenceEndsOnTime(t *testing.T) {
	s := sessionOf(t, ServerConfig{Timeout: 7 * time.Second})
	s.lastHeard = time.Unix(1000, 0) // no longer connecting
	end := s.lastHeard.Add(7 * time.Second)
	s.Advance(end.Add(-1))
	if s.end.stage != open {
		t.Fatal("ended before its time")
	}
	wakesAt(t, s, end)
	s.Advance(end)
	if s.end.stage != dead || s.end.code != transport.Timeout || s.end.text != "nothing was heard for 7s" {
		t.Errorf("%+v", s.end)
	}
}

func TestEndingMovesOnTime(t *testing.T) {
	start := time.Unix(1000, 0)
	var e ending
	e.begin(start, transport.Kicked, "why")
	e.begin(start.Add(time.Second), transport.Normal, "second") // does nothing
	linger := start.Add(lingerFor)
	if e.advance(linger.Add(-1), false) || e.stage != draining {
		t.Fatalf("told before its time: %+v", e)
	}
	if !e.advance(linger, false) || e.stage != telling || e.code != transport.Kicked {
		t.Fatalf("not told in time: %+v", e)
	}
	over := linger.Add(lingerFor)
	if e.advance(over.Add(-1), false) || e.stage != telling {
		t.Fatalf("left before its time: %+v", e)
	}
	if e.advance(over, false) || e.stage != leaving {
		t.Fatalf("did not leave in time: %+v", e)
	}
	// Where everything has arrived, the peer is told at once, and has its time to read that.
	e = ending{}
	e.begin(start, transport.Kicked, "why")
	if !e.advance(start, true) || e.advance(linger.Add(-1), true) || e.stage != telling {
		t.Errorf("%+v", e)
	}
	if e.advance(linger, true) || e.stage != leaving {
		t.Errorf("%+v", e)
	}
	// The peer's end skips what is left of ours, and keeps the first reason.
	e = ending{}
	e.begin(start, transport.Kicked, "why")
	e.byPeer(transport.Normal, peerLeft)
	if e.stage != leaving || e.code != transport.Kicked {
		t.Errorf("%+v", e)
	}
}

// TestLingeringWakesOnTime: an ending session asks to be woken for its next stage.
func TestLingeringWakesOnTime(t *testing.T) {
	s := sessionOf(t, ServerConfig{Timeout: time.Minute})
	start := time.Unix(1000, 0)
	s.lastHeard, s.assoc = start, sctp.New(sctp.Config{Tag: 1})
	s.end.begin(start, transport.Kicked, "why")
	if at, ok := s.Wake(); !ok || !at.IsZero() {
		t.Error("does not wake to tell its handler")
	}
	s.end.notified = true
	wakesAt(t, s, time.Time{}) // nothing is on its way, so that it goes on at once
	s.end.stage = telling
	wakesAt(t, s, start.Add(lingerFor))
}
