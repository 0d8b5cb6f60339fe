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
	paceQueue   = 40 * time.Millisecond  // of delay beyond the smallest: a queue
	paceMemory  = 10 * time.Second       // after which the smallest delay is forgotten: a path may have become longer
	paceLoss    = 0.25
	paceDown    = 0.7  // of what was sent, when there is a queue
	paceUp      = 0.04 // of the full budget, at each calm decision
	paceFloor   = 160  // bytes: the own entity and a few others
	paceHalf    = 0.5  // of the full budget, below which only every other tick is sent: headers weigh then
	paceWindow  = 16   // snapshots over which loss is counted
	paceSettled = 4    // of the newest that may yet be acknowledged
)

// pace is the budget of one client's snapshots. The core owns it; time comes in.
type pace struct {
	limit   float64 // bytes; 0 before the first snapshot
	used    float64 // bytes of a snapshot, lately
	sent    uint64  // bit i: a snapshot left i ticks before tick
	tick    uint32
	sentAt  [64]time.Duration
	decided time.Duration

	smallest [2]time.Duration // delay of an acknowledgement in this memory and the one before; 0: none
	since    time.Duration    // this memory began
	fastest  time.Duration    // since the last decision; 0: none
	lost     float64          // share, smoothed
}

// allow is the budget for a tick's snapshot, 0 for none.
func (p *pace) allow(tick uint32, full int) int {
	if p.limit == 0 {
		p.limit = float64(full)
	}
	p.limit = min(p.limit, float64(full))
	if p.limit < paceHalf*float64(full) && tick%2 == 1 {
		return 0
	}
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

// decide moves the budget. It is called every tick.
func (p *pace) decide(full int, now time.Duration) {
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
	case heard && queue > paceQueue, heard && p.lost > paceLoss:
		p.limit = max(paceFloor, paceDown*min(p.limit, p.used))
	case heard:
		p.limit = min(float64(full), p.limit+paceUp*float64(full))
	}
}
