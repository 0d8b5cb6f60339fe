// Package budget bounds the work that one session's peer can cause: docs/security.md#dear-packets.
package budget

import "time"

// Work is counted in units of about a tenth of a microsecond: one for each small part of a packet, more for what costs more. What the
// units of a kind are worth was measured; that they are counted, and not the time, keeps the cores pure.
const (
	// Packet is what an authentic packet counts for, whatever is in it, and Answer one that leaves because of it.
	Packet = 8
	Answer = 16
	// perSecond is how much a session may cause in a second, about a hundredth of a processor: thousands of packets of an honest peer.
	perSecond = 120_000
	// burst is how much it may cause at once.
	burst = 20_000
)

// Budget is one session's. What comes when nothing is left is not looked at, as if the path had lost it: a peer sends again what is
// reliable. The zero value is full.
type Budget struct {
	spent int
	at    time.Time
}

// Left tells whether a packet that comes now is looked at.
func (b *Budget) Left(now time.Time) bool {
	switch since := now.Sub(b.at); {
	case since >= time.Second:
		b.spent, b.at = 0, now
	case since > 0:
		back := perSecond * int64(since) / int64(time.Second)
		b.spent = max(0, b.spent-int(back))
		b.at = b.at.Add(time.Duration(back * int64(time.Second) / perSecond)) // what is less than a unit counts the next time
	}
	return b.spent < burst
}

// Spend notes units of work. A packet that was begun is finished, so that it may be the last's debt.
func (b *Budget) Spend(units int) { b.spent += units }
