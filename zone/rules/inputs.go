package rules

import "github.com/realmwire/realmwire/protocol/snapshot"

// DefaultRepeat is how many ticks a missing input is bridged by repeating the last one.
const DefaultRepeat = 4

// Inputs buffers one player's inputs and bridges short gaps. The zero value works.
type Inputs[T any, P snapshot.Input[T]] struct {
	snapshot.Inputs[T, P]
	Repeat int // ticks a gap is bridged; 0: DefaultRepeat

	last    T
	missing int
}

// Next returns the input to simulate a tick with: the player's own, the last one again while it is late, or none (the
// zero value) when the gap grows too long. Call it once a tick.
func (q *Inputs[T, P]) Next(tick uint32) T {
	in, ok := q.Take(tick)
	if ok {
		q.last, q.missing = in, 0
		return in
	}
	q.missing++
	repeat := q.Repeat
	if repeat == 0 {
		repeat = DefaultRepeat
	}
	if q.missing > repeat {
		var none T
		q.last = none
	}
	return q.last
}

// Reset implements [InputBuffer].
func (q *Inputs[T, P]) Reset() {
	var none T
	q.Inputs.Reset()
	q.last = none
}

// Starved implements [InputBuffer].
func (q *Inputs[T, P]) Starved() bool { return q.missing > 0 }
