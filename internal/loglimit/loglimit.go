// Package loglimit bounds what strangers can write into a log. Whoever may cause a line with each packet or request causes a few, and
// then a count.
package loglimit

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
)

const (
	// Burst is how many records of one message pass in a Window; the others are counted.
	Burst = 5
	// Window is the time after which a message passes again, with the number of those that did not.
	Window = time.Minute
	// maxMessages bounds the messages that are told apart. Messages are constants in code; text that a peer sends belongs into attributes.
	maxMessages = 256
)

// Suppressed is the attribute that says how many records like this one were left out before it.
const Suppressed = "suppressed"

// New is a logger that writes as log does, but of each message at a level no more than Burst in a Window. What is left out is not lost
// from sight: at the window's end the last of it is written, with how many there were. Debug is for who looks for something, and
// is not limited.
//
// Two loggers made by New count apart; loggers made from one by With or WithGroup count together.
func New(log *slog.Logger) *slog.Logger {
	return slog.New(&handler{to: log.Handler(), counts: &counts{messages: make(map[key]*count)}})
}

type handler struct {
	to     slog.Handler
	counts *counts
}

// counts are the messages of one logger. Safe for concurrent use.
type counts struct {
	mu       sync.Mutex
	messages map[key]*count // guarded by mu; at most maxMessages, and one for all others
}

type key struct {
	level   slog.Level
	message string
}

// count is what became of one message in the present window.
type count struct {
	passed     int
	suppressed int
	last       slog.Record  // the newest of the suppressed
	to         slog.Handler // where last would have gone
}

// Enabled implements [slog.Handler].
func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.to.Enabled(ctx, level)
}

// WithAttrs implements [slog.Handler].
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{to: h.to.WithAttrs(attrs), counts: h.counts}
}

// WithGroup implements [slog.Handler].
func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{to: h.to.WithGroup(name), counts: h.counts}
}

// Handle implements [slog.Handler].
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelInfo && !h.counts.pass(r, h.to) {
		return nil
	}
	return h.to.Handle(ctx, r)
}

// pass counts a record, and says whether it is written now.
func (c *counts) pass(r slog.Record, to slog.Handler) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := key{r.Level, r.Message}
	n := c.messages[k]
	if n == nil {
		if len(c.messages) >= maxMessages {
			k = key{level: r.Level}
			n = c.messages[k]
		}
		if n == nil {
			n = &count{}
			c.messages[k] = n
			c.endLater(k)
		}
	}
	if n.passed < Burst {
		n.passed++
		return true
	}
	n.suppressed++
	n.last, n.to = r.Clone(), to
	return false
}

func (c *counts) endLater(k key) {
	time.AfterFunc(Window, guard.Func("log", func() { c.end(k) }, nil))
}

// end closes a message's window. One in which something was left out is followed by another, so that a flood writes one line a window.
func (c *counts) end(k key) {
	c.mu.Lock()
	n := c.messages[k]
	if n.suppressed == 0 {
		delete(c.messages, k)
		c.mu.Unlock()
		return
	}
	last, to := n.last, n.to
	last.AddAttrs(slog.Int(Suppressed, n.suppressed-1))
	*n = count{passed: Burst}
	c.endLater(k)
	c.mu.Unlock()
	_ = to.Handle(context.Background(), last) // a log that cannot be written has nobody to tell
}
