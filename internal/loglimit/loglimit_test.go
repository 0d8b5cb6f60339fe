package loglimit_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/internal/loglimit"
)

func limited() (*slog.Logger, *harness.Log) {
	b := &harness.Log{}
	return loglimit.New(slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelInfo}))), b
}

// A flood writes Burst lines, then one a window with the number of the others, and nothing once it is over.
func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, out := limited()
		seen := 0
		lines := func() int { // since the last time
			before := seen
			seen = strings.Count(out.String(), "\n")
			return seen - before
		}
		for i := range 1000 {
			log.With("peer", i).Warn("refused", "n", i)
		}
		if n := lines(); n != loglimit.Burst {
			t.Fatalf("a thousand wrote %d lines at once, want %d", n, loglimit.Burst)
		}
		time.Sleep(loglimit.Window + time.Second)
		if text := out.String(); !strings.Contains(text, fmt.Sprintf("peer=999 n=999 suppressed=%d\n", 1000-loglimit.Burst-1)) {
			t.Fatalf("the window's end says %q, want the last one and the number of the others", text)
		}
		lines()
		for range 10 {
			log.Warn("refused")
		}
		if n := lines(); n != 0 {
			t.Fatalf("a flood that goes on wrote %d lines before its window's end", n)
		}
		time.Sleep(loglimit.Window)
		if n := lines(); n != 1 {
			t.Fatalf("a flood that goes on wrote %d lines in a window, want 1", n)
		}
		time.Sleep(3 * loglimit.Window)
		if n := lines(); n != 0 {
			t.Fatalf("silence wrote %d lines", n)
		}
		if log.Warn("refused"); lines() != 1 {
			t.Fatal("after a silence the message does not pass at once")
		}
		time.Sleep(2 * loglimit.Window) // no timer is left
	})
}

// A flood of one message hides no other, nor the same words at another level; what is below the logger's level stays out.
func TestApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, out := limited()
		for range 100 {
			log.Warn("flood")
			log.Debug("quiet")
		}
		log.Error("flood")
		log.Warn("the store is full")
		for _, want := range []string{"level=ERROR msg=flood", "the store is full"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q is not in the log", want)
			}
		}
		if strings.Contains(out.String(), "quiet") {
			t.Error("a message below the level was written")
		}
		time.Sleep(3 * loglimit.Window)
	})
}

// Debug is what somebody has asked for.
func TestDebugIsNotLimited(t *testing.T) {
	var b bytes.Buffer
	log := loglimit.New(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug})))
	for range 100 {
		log.Debug("joined")
	}
	if n := strings.Count(b.String(), "\n"); n != 100 {
		t.Errorf("%d lines of 100", n)
	}
}

// Messages with a peer's text in them are a mistake, but not one that costs memory or lines without end.
func TestManyMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, out := limited()
		for i := range 10_000 {
			log.Warn(fmt.Sprint("from ", i))
		}
		if n := strings.Count(out.String(), "\n"); n > 300 {
			t.Errorf("ten thousand messages wrote %d lines", n)
		}
		time.Sleep(3 * loglimit.Window)
	})
}
