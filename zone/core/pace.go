package core

import (
	"math/bits"
	"time"
)

// How a client's snapshots are kept to what its path carries. A queue in front of a bottleneck shows as acknowledgements that
// take longer than they did; a full one as loss. Loss alone is what wireless does, and is no reason to send less until it is
// heavy.
const (
	paceEvery   = 400 * time.Millisecond // between decisions
	paceQueue   = 50 * time.Millisecond  // of delay beyond the smallest: a queue
	paceSure    = 3                      // decisions in a row that see one before less is sent: a busy machine is late too
	paceMemory  = 10 * time.Second       // after which the smallest delay is forgotten: a path may have become longer
	paceLoss    = 0.25
	paceDown    = 0.5   // of what was sent, when there is a queue
	paceUp      = 0.015 // of the full budget, at each calm decision
	paceRate    = 4000  // bytes a second that every path carries: no client is sent less
	paceWindow  = 16    // snapshots over which loss is counted
	paceSettled = 4     // of the newest that may yet be acknowledged
)

// pace is the budget of one client's snapshots. The core owns it; time comes in.
type pace struct {
	limit       float64 // bytes; 0 before the first snapshot
	used        float64 // bytes of a snapshot, lately
	sent        uint64  // bit i: a snapshot left i ticks before tick
	tick        uint32
	sentAt      [64]time.Duration
	decided     time.Duration
	floor       float64 // bytes of a snapshot: paceRate
	queued      int     // decisions in a row that saw a queue
	more        int     // ordered snapshots that may be on their way beyond the least
	backoff     int     // decisions until more is tried
	nextBackoff int     // how long the next one will be

	smallest [2]time.Duration // delay of an acknowledgement in this memory and the one before; 0: none
	since    time.Duration    // this memory began
	fastest  time.Duration    // since the last decision; 0: none
	lost     float64          // share, smoothed
}

// budget is how many bytes the next snapshot may have.
func (p *pace) budget(full int) int {
	if p.limit == 0 {
		p.limit, p.backoff = float64(full), 2*firstBackoff // what comes first, all that is in view, makes a queue of its own
	}
	p.limit = min(p.limit, float64(full))
	return int(p.limit)
}

// noteSent notes that a tick's snapshot of size bytes is sent now.
func (p *pace) noteSent(tick uint32, size int, now time.Duration) {
	p.sent = p.sent<<min(tick-p.tick, 64) | 1
	p.tick = tick
	p.sentAt[tick%64] = now
	p.used += (float64(size) - p.used) / 8
}

// acked takes an acknowledgement that came now: of a tick, and of tick-1-i for each bit i of older.
func (p *pace) acked(tick uint32, older uint32, now time.Duration) {
	back := p.tick - tick
	if tick == 0 || back >= 64-paceWindow || p.sent>>back&1 == 0 {
		return
	}
	delay := max(now-p.sentAt[tick%64], 1)
	if p.fastest == 0 || delay < p.fastest {
		p.fastest = delay
	}
	if p.smallest[0] == 0 || delay < p.smallest[0] {
		p.smallest[0] = delay
	}
	const window = (1<<paceWindow - 1) &^ (1<<paceSettled - 1)
	sent := uint32(p.sent>>(back+1)) & window
	if n := bits.OnesCount32(sent); n > 0 {
		p.lost += (float64(bits.OnesCount32(sent&^older))/float64(n) - p.lost) / 16
	}
}

// Ordered snapshots on their way to one client at once: what the path itself holds, so that none is skipped while nothing waits,
// and two for what comes late. Behind a lost one the newest state of the tick in which there is room goes next. Where
// acknowledgements take a tick and a half longer than they did, the path is full: two must do, and each time for longer before
// more is tried again. See docs/decisions/0011-ordered-snapshots.md.
const (
	leastOutstanding = 2
	mostOutstanding  = 16
	firstBackoff     = 4   // decisions
	longestBackoff   = 128 // of which one is forgotten with each decision that finds the path well used
)

// outstanding is how many ordered snapshots may be on their way.
func (p *pace) outstanding() int { return leastOutstanding + p.more }

// widen moves outstanding by one towards what the path holds, or back when there is a queue.
func (p *pace) widen(queue time.Duration, hz int) {
	holds := int((p.shortest()*time.Duration(hz) + time.Second - 1) / time.Second)
	if 2*queue*time.Duration(hz) > 3*time.Second {
		if p.more > 0 {
			p.nextBackoff = min(2*p.nextBackoff+firstBackoff, longestBackoff)
		}
		p.more, p.backoff = 0, p.nextBackoff
		return
	}
	if p.backoff > 0 {
		p.backoff--
		return
	}
	if p.more == holds {
		p.nextBackoff = max(p.nextBackoff-1, 0)
	}
	p.more = min(p.more+1, holds, mostOutstanding-leastOutstanding)
}

// shortest is the smallest delay of an acknowledgement in memory; 0: none is known.
func (p *pace) shortest() time.Duration {
	if q := p.smallest[1]; q != 0 && (q < p.smallest[0] || p.smallest[0] == 0) {
		return q
	}
	return p.smallest[0]
}

// decide moves the budget. It is called every tick, of hz a second.
func (p *pace) decide(full, hz int, now time.Duration) {
	p.floor = paceRate / float64(hz)
	if now-p.decided < paceEvery {
		return
	}
	p.decided = now
	if now-p.since > paceMemory {
		p.smallest[0], p.smallest[1], p.since = p.fastest, p.smallest[0], now
	}
	queue := p.fastest - p.shortest()
	heard := p.fastest != 0
	p.fastest = 0
	if heard {
		p.widen(queue, hz)
	}
	switch {
	case heard && (queue > paceQueue || p.lost > paceLoss):
		if p.queued++; p.queued >= paceSure {
			p.limit = max(p.floor, paceDown*min(p.limit, max(p.floor, p.used)))
		}
	case heard:
		p.queued = 0
		p.limit = min(float64(full), p.limit+paceUp*float64(full))
	}
}
