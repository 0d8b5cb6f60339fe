// Package guard keeps a panic in the work for one peer from ending the process, and everybody in it. Goroutines of packages that serve
// peers are started here, or say why not: a law in the root's tests holds that. What a panic does is the caller's to decide; here it is
// logged with its stack, and counted. docs/security.md lists what ends where.
//
// What the runtime ends a process for (memory that is used up, a map written by two at once, a stack without end) is no panic, and
// nothing catches it.
package guard

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"sync"
	"time"
)

const (
	maxStacks   = 10 // that are logged in a period: peers may cause as many panics as they like
	stackPeriod = time.Minute
)

// ErrPanic is the error of what panicked; the log says more.
var ErrPanic = errors.New("internal error; the log says more")

// noted is what became of the panics of this process.
var noted struct {
	mu     sync.Mutex // guards what follows
	log    *slog.Logger
	counts map[string]uint64 // by where
	since  time.Time         // when the period began
	logged int               // stacks in the period
	silent int               // panics that were not logged
}

// LogTo says where panics are logged; slog.Default() before.
func LogTo(log *slog.Logger) {
	noted.mu.Lock()
	defer noted.mu.Unlock()
	noted.log = log
}

// Counts are the panics so far, by where they were.
func Counts() map[string]uint64 {
	noted.mu.Lock()
	defer noted.mu.Unlock()
	return maps.Clone(noted.counts)
}

// Note logs and counts what recover returned. Called by the deferred function itself, it logs the stack of the panic.
func Note(where string, p any) { NoteStack(where, p, debug.Stack()) }

// NoteStack is Note for who has the stack from elsewhere; attrs are more for the log.
func NoteStack(where string, p any, stack []byte, attrs ...any) {
	log, loud, missed := count(where)
	if !loud {
		return
	}
	attrs = append([]any{"where", where, "panic", fmt.Sprint(p)}, attrs...)
	if missed > 0 {
		attrs = append(attrs, "not_logged_before", missed)
	}
	log.Error("panic", append(attrs, "stack", string(stack))...)
}

// count counts a panic, and says whether to log it, and how many were not logged since the last that was.
func count(where string) (log *slog.Logger, loud bool, missed int) {
	noted.mu.Lock()
	defer noted.mu.Unlock()
	if noted.counts == nil {
		noted.counts = map[string]uint64{}
	}
	noted.counts[where]++
	if now := time.Now(); now.Sub(noted.since) >= stackPeriod {
		noted.since, noted.logged = now, 0
	}
	if log = noted.log; log == nil {
		log = slog.Default()
	}
	if noted.logged >= maxStacks {
		noted.silent++
		return log, false, 0
	}
	noted.logged++
	missed, noted.silent = noted.silent, 0
	return log, true, missed
}

// Run runs f. It reports false where f panicked, which is noted.
func Run(where string, f func()) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			Note(where, p)
		}
	}()
	f()
	return true
}

// Go runs f on a goroutine of its own, as Func has it. What must happen in any case f defers.
func Go(where string, f, failed func()) { go Func(where, f, failed)() }

// Func is f for a goroutine that something else starts, such as a timer or a wait group. Where f panics, that is noted, and failed is
// called, unless it is nil.
func Func(where string, f, failed func()) func() {
	return func() {
		if !Run(where, f) && failed != nil {
			Run(where+": after a panic", failed)
		}
	}
}

// Handler is f for a library that calls it on a goroutine of its own, one message after another. A message on which f panics is dropped.
func Handler[T any](where string, f func(T)) func(T) {
	return func(msg T) { Run(where, func() { f(msg) }) }
}

// Fallible is f, whose panic is an error.
func Fallible(where string, f func() error) func() error {
	return func() (err error) {
		if !Run(where, func() { err = f() }) {
			err = fmt.Errorf("%s: %w", where, ErrPanic)
		}
		return err
	}
}
