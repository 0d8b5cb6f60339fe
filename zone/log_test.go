package zone

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/internal/loglimit"
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/games/rpg"
)

// lines is a log that tests read.
type lines struct{ harness.Log }

func (l *lines) has(words ...string) bool {
	for line := range strings.Lines(l.String()) {
		all := true
		for _, w := range words {
			all = all && strings.Contains(line, w)
		}
		if all {
			return true
		}
	}
	return false
}

// What becomes of sessions can be followed at Debug; kicks are seen by every operator, with the reason that the game gave.
func TestSessionsAreLogged(t *testing.T) {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo} {
		log := &lines{}
		r := runWith(t, Config{
			Log:  slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level})),
			Core: core.Config{Game: &rpg.Game, TickHz: 100},
		}, "overworld")
		a := r.connect(t, "overworld", 7, 1)
		a.handler.Message(a, transport.Reliable, []byte{1})
		for range 31 {
			a.handler.Message(a, transport.Reliable, []byte{200, 1})
		}
		if g := goodbye(t, a); g.Reason != message.Kicked {
			t.Fatalf("goodbye %+v", g)
		}
		b := r.connect(t, "overworld", 8, 1)
		b.Close(transport.Normal, "")
		if _, err := r.Accept(&pipe{}, ticket.Claims{Zone: "moon", Character: 9}); err == nil {
			t.Fatal("a zone that does not run takes a connection")
		}
		eventually(t, "a kick in the log", func() bool {
			return log.has("level=INFO", `msg="player kicked"`, "zone=overworld", "character=0000000000000007", "name=Bea",
				`reason="too many offences, the last: message 200 is unknown"`)
		})
		eventually(t, "an end of both sessions", func() bool { return r.Stats()[0].Sessions == 0 })
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		debug := level == slog.LevelDebug
		for _, words := range [][]string{
			{"level=DEBUG", `msg="player joined"`, "character=0000000000000008"},
			{"level=DEBUG", `msg="session closed"`, "reason=left", "session=0000000000000008"},
			{"level=DEBUG", `msg="connection refused"`, "character=0000000000000009", `text="zone \"moon\" does not run here"`},
		} {
			if log.has(words...) != debug {
				t.Errorf("level %v: a line with %q is there: %t", level, words, !debug)
			}
		}
	}
}

// Players who have themselves kicked over and over do not fill the log; the realm has a record of each.
func TestKicksDoNotFillTheLog(t *testing.T) {
	log := &lines{}
	r := runWith(t, Config{
		Log:  slog.New(slog.NewTextHandler(log, nil)),
		Core: core.Config{Game: &rpg.Game, TickHz: 100},
	}, "overworld")
	const kicked = 20
	for i := range uint64(kicked) {
		a := r.connect(t, "overworld", 100+i, 1)
		for range 31 {
			a.handler.Message(a, transport.Reliable, []byte{200, 1})
		}
		if g := goodbye(t, a); g.Reason != message.Kicked {
			t.Fatalf("goodbye %+v", g)
		}
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(log.String(), "player kicked"); n != loglimit.Burst {
		t.Errorf("%d kicks wrote %d lines, want %d", kicked, n, loglimit.Burst)
	}
}
