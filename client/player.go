package client

import (
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// Player decides the inputs of a session and predicts their results. A game's rules.Bot is one. A session calls it under
// its own lock, one call at a time.
type Player interface {
	// Step decides the input for a tick and predicts with it. Ticks rise by one, but jump when the clock is set again.
	Step(tick uint32, view *snapshot.Replica)
	// Inputs appends a packet with the newest inputs. The player sets h.Newest. h.View comes set to the newest state, the
	// one that Step was given; a player that shows an earlier state (because it interpolates) sets h.View to that.
	Inputs(dst []byte, h snapshot.InputHeader) []byte
	// Reconcile compares the player's newest state from the server with the prediction for that tick, continues from the
	// server's, and reports whether they differed.
	Reconcile(view *snapshot.Replica) (corrected bool)
}

// Zone is where a session plays.
type Zone struct {
	Name        string
	Incarnation uint64 // of the zone's process: its ticks count from the process's start
	Title       string
	TickHz      int
	Entity      snapshot.ID // the player's own
	Ordered     bool        // snapshots ride the reliable lane
	Players     int         // in the zone, as far as told
	Map         *tilemap.Map
}

// Events are called as they happen, where set. They run under the session's lock: they must not block, nor call the session.
type Events struct {
	// Entered a zone: the player's own entity is in view. Also after a transfer or a reconnection.
	Entered func(now time.Time, z Zone)
	// Snapshot was applied, in a zone whose Welcome has come.
	Snapshot func(now time.Time, h snapshot.Header, view *snapshot.Replica)
	// Undecodable: a snapshot was refused. snapshot.ErrStale never comes here.
	Undecodable func(err error)
	// Stepped a tick, this much later than it was due.
	Stepped func(late time.Duration)
	// Acked: a snapshot was applied whose state includes an input, this long after the input was first sent. Ticks that
	// the server simulated without the input do not count.
	Acked func(took time.Duration)
	// Corrected: a prediction was wrong.
	Corrected func()
	// Heard a line of chat.
	Heard func(m message.Heard)
	// Message of the game, its id first; valid during the call.
	Message func(msg []byte)
	// Dropped: the connection was lost; the session tries to reconnect.
	Dropped func(err error)
	// Waiting: an attempt to reconnect failed. The session tries again unless the refusal is final.
	Waiting func(err error)
}
