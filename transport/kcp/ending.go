package kcp

import (
	"time"

	"github.com/realmwire/realmwire/transport"
)

// How a session ends.
const (
	// lingerFor is how long accepted reliable messages are given to arrive before the peer is told of the end.
	lingerFor = 500 * time.Millisecond
	// closeRepeats and closeEvery: the end is told so often, at growing distances, since one datagram may be lost.
	closeRepeats = 4
	closeEvery   = 40 * time.Millisecond
)

// ending is the state of a session's end: open, then lingering, then telling the peer, then dead. A peer that tells us is
// told once in return, so that it can stop.
type ending struct {
	ended bool // no message goes in or out any more; code and text say why
	code  transport.CloseCode
	text  string

	byPeer   bool
	giveUp   time.Time // end of lingering; zero when not lingering
	tellAt   time.Time // when a close frame leaves next; zero while none should
	tellings int       // close frames sent
	tellNow  bool
	dead     bool
	notified bool // the handler was told; kept here for the owner
}

// open reports whether messages may still pass.
func (e *ending) open() bool { return !e.ended }

// begin ends the session from this side; it reports false when it has already ended.
func (e *ending) begin(now time.Time, code transport.CloseCode, text string) bool {
	if e.ended {
		return false
	}
	e.ended, e.code, e.text, e.giveUp = true, code, text, now.Add(lingerFor)
	return true
}

// told ends the session because the peer says so.
func (e *ending) told(now time.Time, code transport.CloseCode, text string) {
	if e.byPeer {
		return
	}
	if e.ended {
		e.dead = true // both ended it: the peer knows
		return
	}
	e.ended, e.byPeer, e.code, e.text = true, true, code, transport.ClipText(text)
	e.tellAt = now
}

// vanish ends the session without a word to the peer.
func (e *ending) vanish(code transport.CloseCode, text string) {
	if !e.ended {
		e.ended, e.code, e.text = true, code, text
	}
	e.dead = true
}

// advance moves on at now. drained says that nothing reliable is under way.
func (e *ending) advance(now time.Time, drained bool) {
	if !e.ended || e.dead {
		return
	}
	if !e.giveUp.IsZero() {
		if !drained && now.Before(e.giveUp) {
			return
		}
		e.giveUp, e.tellAt = time.Time{}, now
	}
	if !e.tellAt.IsZero() && !now.Before(e.tellAt) {
		e.tellNow = true
	}
}

// sent notes that a close frame left at now.
func (e *ending) sent(now time.Time) {
	e.tellNow = false
	e.tellings++
	if e.byPeer || e.tellings == closeRepeats {
		e.tellAt = time.Time{}
		e.dead = true
		return
	}
	e.tellAt = now.Add(time.Duration(e.tellings) * closeEvery)
}

// wake is when advance is due; zero means never.
func (e *ending) wake() time.Time {
	if !e.ended || e.dead {
		return time.Time{}
	}
	if e.tellAt.IsZero() {
		return e.giveUp
	}
	return e.tellAt
}
