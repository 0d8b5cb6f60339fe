package core

import (
	"fmt"
	"runtime/debug"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/zone/rules"
)

// A panic in the work for one session, be it ours or the game's, ends that session: its character is saved as the game has it, for to go
// back to the last save would undo what others have kept, and leaves the world. A panic in the work for all, such as the game's Step,
// (unless it said for whom it worked), leaves a world that cannot be believed: the core is broken, and whoever runs it drains it and makes another.

// fault is a panic that was caught.
type fault struct {
	value any
	stack []byte
}

// try runs f, and returns its panic; nil: there was none.
func try(f func()) (caught *fault) {
	defer func() {
		if p := recover(); p != nil {
			caught = &fault{p, debug.Stack()}
		}
	}()
	f()
	return nil
}

// attempt does work for one session, whose panic ends it.
func (c *Core) attempt(s *session, f func()) {
	if caught := try(f); caught != nil {
		c.expel(s, caught)
	}
}

// attemptAll does work for all; its panic breaks the core. It reports whether all is well.
func (c *Core) attemptAll(f func()) bool {
	if caught := try(f); caught != nil {
		c.breakOff(caught)
	}
	return !c.broken
}

// simulate is the rules' part of a tick. Where they say for whom they worked, a panic is that player's. It reports whether all is well.
func (c *Core) simulate() bool {
	c.acting = 0
	caught := try(func() { c.sim.Step(c.tick) })
	if caught == nil {
		return true
	}
	if s := c.players[c.acting]; s != nil {
		c.expel(s, caught)
	} else {
		c.breakOff(caught)
	}
	return !c.broken
}

// Broken reports whether the world cannot be believed any more. A broken core takes [EventDrain], which saves whom it can; it simulates
// nothing.
func (c *Core) Broken() bool { return c.broken }

func (c *Core) breakOff(caught *fault) {
	c.broken = true
	c.out.Notices = append(c.out.Notices, Notice{Kind: WorldBroken, Text: fmt.Sprint(caught.value), Stack: caught.stack})
}

// expel ends a session for which work panicked; nil: there is none (any more).
func (c *Core) expel(s *session, caught *fault) {
	c.noteFault(s, caught)
	if s == nil || s.phase == phaseClosing {
		return
	}
	// Between two sessions of a character: the one before is gone, and this one had not begun.
	if owner := c.players[s.character]; owner != nil && owner != s && owner.phase == phaseClosing {
		c.players[s.character] = s
		s.phase = phasePlay
	}
	entering := c.players[s.character] == nil && (s.phase == phaseAttach || s.phase == phasePlay)
	c.end(s, message.AttachRefused, fmt.Sprintf("Something went wrong in %s. Please enter again.", c.cfg.Zone.Title), !entering)
	if entering {
		_ = try(func() { c.sim.Leave(s.character) }) // the game may have half of it; one that has nothing may say so as it likes
	}
}

// savedState appends what the game saves of a character to the arena. Where the game panics over it, what was stored last stands.
func (c *Core) savedState(p rules.PlayerID) ([]byte, *fault) {
	from := len(c.out.arena)
	if caught := try(func() { c.out.arena = c.sim.Save(p, c.out.arena) }); caught != nil {
		return nil, caught
	}
	return c.out.tail(from), nil
}

// noteFault counts a panic and tells of it; s may be nil.
func (c *Core) noteFault(s *session, caught *fault) {
	c.count.Panicked++
	if s == nil {
		s = &session{}
	}
	c.notice(SessionFailed, s, Notice{Text: fmt.Sprint(caught.value), Stack: caught.stack})
}
