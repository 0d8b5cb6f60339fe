package kcp

import (
	"math"
	"time"
)

const (
	ackDelayUnit = 100 * time.Microsecond
	// maxAckDelay is how long an acknowledgement waits for a datagram to ride on.
	maxAckDelay = 100 * time.Millisecond
	// sentSpan is how many sent datagrams are remembered to time their acknowledgements.
	sentSpan = 128
	// ackMaskBits is how many datagrams before the largest an acknowledgement covers, and settledAfter how far behind the
	// largest one is counted as lost if it is not among them: later than reordering usually comes.
	ackMaskBits  = 32
	settledAfter = 8
)

// ackState is what a session knows of the datagrams that it sent, and what it owes its peer about those received.
type ackState struct {
	// Received.
	largestAt time.Time // when the highest counter came
	due       time.Time // when an acknowledgement must leave at last; zero when none is owed

	// Sent.
	sentAt  [sentSpan]uint32 // by counter % sentSpan, as stamp gives it
	epoch   time.Time        // of stamps
	largest uint64           // highest counter acknowledged
	settled uint64           // counters up to here are counted as arrived or lost
	rtt     time.Duration    // smoothed; 0 until measured
	loss    float64          // moving share of datagrams lost
}

// stamp is now in acknowledgements' units, since some time or other; it wraps.
func (a *ackState) stamp(now time.Time) uint32 {
	if a.epoch.IsZero() {
		a.epoch = now
	}
	return uint32(now.Sub(a.epoch) / ackDelayUnit)
}

// owe notes that the peer wants an acknowledgement within delay.
func (a *ackState) owe(now time.Time, delay time.Duration) {
	if due := now.Add(delay); a.due.IsZero() || due.Before(a.due) {
		a.due = due
	}
}

// delay is how long ago the highest counter came, as it stands in an acknowledgement.
func (a *ackState) delay(now time.Time) uint16 {
	units := now.Sub(a.largestAt) / ackDelayUnit
	return uint16(max(0, min(units, math.MaxUint16)))
}

// acked takes an acknowledgement: f.largest is the low half of a counter below next, the next that we send.
func (a *ackState) acked(now time.Time, next uint64, f frame) {
	back := uint64(uint32(next) - f.largest)
	if back == 0 || back > sentSpan || back >= next {
		return // never sent, or too long ago to matter
	}
	largest := next - back
	if largest <= a.largest {
		return
	}
	a.largest = largest
	took := int32(a.stamp(now)-a.sentAt[largest%sentSpan]) - int32(f.delay)
	if sample := time.Duration(took) * ackDelayUnit; sample >= 0 {
		if a.rtt == 0 {
			a.rtt = max(sample, 1)
		} else {
			a.rtt += (sample - a.rtt) / 8
		}
	}
	a.settle(largest, f.mask)
}

// settle counts those covered by the mask that are old enough.
func (a *ackState) settle(largest uint64, mask uint32) {
	if largest <= settledAfter {
		return
	}
	from := a.settled + 1
	if largest > ackMaskBits && from < largest-ackMaskBits {
		from = largest - ackMaskBits // a gap that no acknowledgement spoke of
	}
	for c := from; c <= largest-settledAfter; c++ {
		lost := 1.0
		if mask>>(largest-1-c)&1 == 1 {
			lost = 0
		}
		a.loss += (lost - a.loss) / 64
		a.settled = c
	}
}
