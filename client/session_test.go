package client

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
)

func TestWhatIsWorthAnotherTry(t *testing.T) {
	goodbye := func(r message.Reason) error {
		return &EndError{Zone: "z", Goodbye: &message.Goodbye{Reason: r, Text: "…"}}
	}
	closed := func(c transport.CloseCode) error { return &EndError{Zone: "z", Code: c} }
	for _, c := range []struct {
		err    error
		final  bool
		reason string
	}{
		{goodbye(message.ServerShutdown), false, "goodbye: server-shutdown"},
		{goodbye(message.ZoneFull), false, "goodbye: zone-full"},
		{goodbye(message.MapMismatch), false, "goodbye: map-mismatch"},
		{goodbye(message.RealmDown), false, "goodbye: realm-down"},
		{goodbye(message.AttachRefused), false, "goodbye: attach-refused"},
		{goodbye(message.HandedOver), false, "goodbye: handed-over"},
		{goodbye(message.TakenOver), true, "goodbye: taken-over"},
		{goodbye(message.Kicked), true, "goodbye: kicked"},
		{goodbye(message.SchemaMismatch), true, "goodbye: schema-mismatch"},
		{goodbye(message.ProtocolError), true, "goodbye: protocol-error"},
		{goodbye(99), false, "goodbye: reason-99"},
		{closed(transport.Timeout), false, "connection: timeout"},
		{closed(transport.Network), false, "connection: network"},
		{closed(transport.TakenOver), true, "connection: taken-over"},
		{closed(transport.Kicked), true, "connection: kicked"},
		{fmt.Errorf("dial: %w", &transport.CloseError{Code: transport.Refused}), false, "connection: refused"},
		{&Error{Status: 401, Title: "signed-out"}, true, "realm: signed-out (401)"},
		{&Error{Status: 409, Title: "client-outdated"}, true, "realm: client-outdated (409)"},
		{&Error{Status: 429, Title: "rate-limited"}, false, "realm: rate-limited (429)"},
		{&Error{Status: 503, Title: "zone-down"}, false, "realm: zone-down (503)"},
		{&ResumeError{goodbye(message.AttachRefused)}, false, "resumption: goodbye: attach-refused"},
		{&ResumeError{fmt.Errorf("dial: %w (%w)", errors.New("port 1234"), transport.ErrUnspent)}, false, "resumption: no connection"},
		{errors.New("the network is unreachable"), false, "the network is unreachable"},
		{wayError{&Error{Op: "POST /v1/rtc/1", Status: 403, Title: "signal-refused"}}, false, "realm: signal-refused (403)"},
		{wayError{&Error{Op: "GET /v1/maps/1", Status: 404, Title: "not-found"}}, false, "realm: not-found (404)"},
		{wayError{goodbye(message.Kicked)}, true, "goodbye: kicked"},
	} {
		if got := final(fmt.Errorf("wrapped: %w", c.err)); got != c.final {
			t.Errorf("%v: final %t", c.err, got)
		}
		if got := Reason(c.err); got != c.reason {
			t.Errorf("%v: reason %q, want %q", c.err, got, c.reason)
		}
	}
}

func TestBackoffDoublesUpToALimit(t *testing.T) {
	for attempt, most := range []time.Duration{firstBackoff, 2 * firstBackoff, 4 * firstBackoff} {
		if low, high := backoff(attempt, 0), backoff(attempt, 0.999); low != most/2 || high > most || high < most*9/10 {
			t.Errorf("attempt %d waits %s to %s, want %s to %s", attempt, low, high, most/2, most)
		}
	}
	if got := backoff(1<<30, 0.999); got > maxBackoff {
		t.Errorf("waits %s after many attempts", got)
	}
}

func TestNewSessionWantsWhatItNeeds(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("an empty config was taken")
	}
}

func TestSayNeedsAConnection(t *testing.T) {
	s := &Session{}
	if err := s.Say("hello"); !errors.Is(err, ErrNotPlaying) {
		t.Errorf("%v", err)
	}
	if st := s.Stats(); st != (Stats{}) {
		t.Errorf("%+v", st)
	}
}
