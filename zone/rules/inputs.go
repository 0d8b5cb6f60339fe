package rules

import "github.com/realmwire/realmwire/protocol/snapshot"

// The defaults of [Inputs].
const (
	DefaultRepeat     = 4  // ticks for which the last input is repeated when none arrives
	DefaultMaxViewAge = 32 // how many ticks a view may be older than its input's tick
)

// Inputs buffers one player's inputs and bridges short gaps. The zero value works.
type Inputs[T any, P snapshot.Input[T]] struct {
	snapshot.Inputs[T, P]
	Repeat     int // ticks for which the last input is repeated; 0: DefaultRepeat
	MaxViewAge int // most ticks that [Inputs.View] goes back; 0: DefaultMaxViewAge

	OldViews uint64 // inputs whose view was older than MaxViewAge

	last    T
	view    snapshot.ViewTick
	missing int
}

// Next returns the input to simulate a tick with: the player's own, the last one again while it is late, or none (the
// zero value) when the gap grows too long. Call it once a tick.
func (q *Inputs[T, P]) Next(tick uint32) T {
	in, view, ok := q.Take(tick)
	if ok {
		q.last, q.view, q.missing = in, q.limit(view, tick), 0
		return in
	}
	q.missing++
	q.view = q.limit(q.view.Later(1), tick)
	repeat := q.Repeat
	if repeat == 0 {
		repeat = DefaultRepeat
	}
	if q.missing > repeat {
		var none T
		q.last, q.view = none, q.limit(snapshot.ViewTick{}, tick)
	}
	return q.last
}

// View is the tick that the player's screen showed when it gave the input that Next returned last; lag compensation aims
// there. The client's word is not trusted: the view is never newer than the state before the input's tick, and never more
// than MaxViewAge ticks older than that tick. A client that sends no view counts as having seen the state before the tick.
// While an input is repeated, its view advances by one each tick.
func (q *Inputs[T, P]) View() snapshot.ViewTick { return q.view }

func (q *Inputs[T, P]) limit(v snapshot.ViewTick, tick uint32) snapshot.ViewTick {
	age := uint32(DefaultMaxViewAge)
	if q.MaxViewAge != 0 {
		age = uint32(q.MaxViewAge)
	}
	earliest := tick - min(age, tick)
	if v.Tick != 0 && v.Tick < earliest {
		q.OldViews++
	}
	return v.Clamp(earliest, tick-1)
}

// Reset implements [InputBuffer].
func (q *Inputs[T, P]) Reset() {
	var none T
	q.Inputs.Reset()
	q.last, q.view = none, snapshot.ViewTick{}
}

// Starved implements [InputBuffer].
func (q *Inputs[T, P]) Starved() bool { return q.missing > 0 }
