package zone

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
	limit   float64 // bytes; 0 before the first snapshot
	used    float64 // bytes of a snapshot, lately
	sent    uint64  // bit i: a snapshot left i ticks before tick
	tick    uint32
	sentAt  [64]time.Duration
	decided time.Duration
	floor   float64 // bytes of a snapshot: paceRate
	queued  int     // decisions in a row that saw a queue

	smallest [2]time.Duration // delay of an acknowledgement in this memory and the one before; 0: none
	since    time.Duration    // this memory began
	fastest  time.Duration    // since the last decision; 0: none
	lost     float64          // share, smoothed
}

// allow is the budget for a snapshot.
func (p *pace) allow(full int) int {
	if p.limit == 0 {
		p.limit = float64(full)
	}
	p.limit = min(p.limit, float64(full))
	return int(p.limit)
}

// leaves notes that a tick's snapshot of size bytes is sent now.
func (p *pace) leaves(tick uint32, size int, now time.Duration) {
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
	base := p.smallest[0]
	if q := p.smallest[1]; q != 0 && q < base {
		base = q
	}
	queue := p.fastest - base
	heard := p.fastest != 0
	p.fastest = 0
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
