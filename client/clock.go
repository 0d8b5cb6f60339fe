package client

import (
	"time"

	"github.com/realmwire/realmwire/protocol/snapshot"
)

// How the clock is steered. docs/wire.md#inputs says what the server reports.
const (
	leadUnit     = 16 // parts of a tick in which a snapshot reports the lead
	smoothing    = 16 // samples over which the uplink is averaged
	maxSlew      = 32 // the schedule moves by at most 1/32 of the time that passes: nobody sees a speed 3 % off
	outlierTicks = 4  // a sample this far off is not averaged in …
	outliers     = 8  // … unless so many come in a row: then the server's schedule has moved, and we begin anew
	maxCatchUp   = 4  // ticks that are made up for when the loop ran late; further ones are passed over
	starvedStep  = 4  // a tick starved of input adds 1/4 tick to the margin
	maxExtra     = 2  // ticks that starvation may add
	extraDecay   = 512
	sentPackets  = 64 // input packets that wait for their echo: 3 s at 20 Hz
)

// clock decides when a client steps which tick, so that each input reaches the server just before the server simulates its
// tick: a margin of one tick, and what the uplink's jitter asks for.
//
// Each input packet carries the client's time; the next snapshot echoes it and says how long before its tick the packet's
// newest input came (the lead). So for a packet sent at s with tick T, the server's tick time at arrival was T·P − lead, and
//
//	uplink = T·P − lead − s
//
// is the distance between the two clocks plus the way up, whatever the schedule was at that moment: steering by it is no
// feedback loop and cannot oscillate. Its mean u and mean deviation d are kept as TCP keeps its round-trip time. Tick T is
// stepped at
//
//	T·P − (u + 2d + margin + extra)
//
// where extra grows by 1/4 tick when the server reports a tick that starved, and fades by 1/512 of the time that passes. The
// schedule slews towards that by at most 1/32 of real time; it jumps when it is measured for the first time, and when
// outliers show that the server's own schedule has moved. Ticks never repeat: when the schedule moves back, the client waits.
//
// All times are durations since the link's own start, on the client's clock. The link owns the clock.
type clock struct {
	period  time.Duration
	margin  time.Duration
	since   uint32        // the tick from which on ticks are that long: 0, until the zone changes its rate
	sinceAt time.Duration // its tick time

	origin  time.Duration // when tick 0 would be stepped: what is steered
	steered time.Duration // when that was adjusted last
	next    uint32        // the tick to step next
	first   uint32        // the first one that was

	sent  [sentPackets]sentPacket
	sends int

	measured  bool
	uplink    time.Duration // u
	deviation time.Duration // d
	extra     time.Duration
	odd       int // outliers in a row

	rtt      time.Duration // smoothed; 0: not measured yet
	skipped  uint64        // ticks passed over because the loop ran late, or the schedule jumped
	restarts uint64        // times that the server's schedule had moved
}

type sentPacket struct {
	clientTime uint16
	tick       uint32
	at         time.Duration
	used       bool
}

// start begins from a Welcome that came now, written in the server's tick. rtt is a guess; zero will do.
func (c *clock) start(now time.Duration, tickHz int, margin float64, tick uint32, rtt time.Duration) {
	*c = clock{period: time.Second / time.Duration(tickHz)}
	c.margin = time.Duration(margin * float64(c.period))
	// Sent now, a packet arrives a round trip after the Welcome was written; half a tick had passed then, on average.
	c.uplink = c.tickTime(tick) + c.period/2 + rtt - now
	c.origin, c.steered = c.want(), now
	c.next = c.dueTick(now) + 1
	c.first = c.next
}

// tickTime is when the server simulates a tick, on the server's clock, whose zero is that of tick 0.
func (c *clock) tickTime(tick uint32) time.Duration {
	return c.sinceAt + time.Duration(int64(tick)-int64(c.since))*c.period
}

// setRate says how many ticks a second come after a tick. What was measured of the way to the server holds on.
func (c *clock) setRate(tickHz int, tick uint32) {
	period := time.Second / time.Duration(tickHz)
	c.sinceAt, c.since = c.tickTime(tick), tick
	ratio := float64(period) / float64(c.period)
	c.margin, c.extra = time.Duration(float64(c.margin)*ratio), time.Duration(float64(c.extra)*ratio)
	c.period = period
}

// want is where the origin should be.
func (c *clock) want() time.Duration { return -(c.uplink + 2*c.deviation + c.margin + c.extra) }

// at is when a tick is stepped.
func (c *clock) at(tick uint32) time.Duration { return c.origin + c.tickTime(tick) }

// dueTick is the newest tick whose time has come.
func (c *clock) dueTick(now time.Duration) uint32 {
	passed := now - c.origin - c.sinceAt
	ticks := int64(passed / c.period)
	if passed%c.period < 0 {
		ticks-- // the division rounds towards zero
	}
	return uint32(max(0, int64(c.since)+ticks))
}

// step returns the tick to step now, and how late that is; false: none is due before at(next).
func (c *clock) step(now time.Duration) (tick uint32, late time.Duration, ok bool) {
	if now < c.at(c.next) {
		return 0, 0, false
	}
	if due := c.dueTick(now); due-c.next > maxCatchUp {
		c.skipped += uint64(due - c.next)
		late = now - c.at(c.next)
		c.next = due
	} else {
		late = now - c.at(c.next)
	}
	c.next++
	return c.next - 1, late, true
}

// stamp notes a packet that is sent now, and returns the client time that it carries.
func (c *clock) stamp(now time.Duration, tick uint32) uint16 {
	ms := uint16(now / time.Millisecond)
	c.sent[c.sends%sentPackets] = sentPacket{clientTime: ms, tick: tick, at: now, used: true}
	c.sends++
	return ms
}

func (c *clock) echoed(clientTime uint16) (sentPacket, bool) {
	for i := c.sends - 1; i >= 0 && i >= c.sends-sentPackets; i-- {
		if p := c.sent[i%sentPackets]; p.used && p.clientTime == clientTime {
			return p, true
		}
	}
	return sentPacket{}, false
}

// heard takes what a snapshot, applied now, says of our inputs.
func (c *clock) heard(now time.Duration, h *snapshot.Header) {
	if h.Starved && c.measured && h.Tick > c.first {
		c.extra = min(c.extra+c.period/starvedStep, maxExtra*c.period)
	}
	if h.HasEcho {
		if p, ok := c.echoed(h.Echo); ok {
			c.roundTrip(now - p.at - time.Duration(h.HoldMs)*time.Millisecond)
			c.sample(c.tickTime(p.tick) - time.Duration(h.Lead)*c.period/leadUnit - p.at)
		}
	}
	c.steer(now)
}

func (c *clock) roundTrip(rtt time.Duration) {
	rtt = max(rtt, 1)
	if c.rtt == 0 {
		c.rtt = rtt
		return
	}
	c.rtt += (rtt - c.rtt) / 8
}

func (c *clock) sample(uplink time.Duration) {
	diff := uplink - c.uplink
	switch {
	case !c.measured:
		c.measure(uplink)
	case diff.Abs() > outlierTicks*c.period:
		if c.odd++; c.odd >= outliers {
			c.restarts++
			c.measure(uplink)
		}
	default:
		c.odd = 0
		c.uplink += diff / smoothing
		c.deviation += (diff.Abs() - c.deviation) / smoothing
	}
}

// measure takes one sample for the truth, and jumps there.
func (c *clock) measure(uplink time.Duration) {
	c.measured, c.odd = true, 0
	c.uplink, c.deviation = uplink, c.period/leadUnit
	c.origin = c.want()
}

func (c *clock) steer(now time.Duration) {
	passed := max(0, now-c.steered)
	c.steered = now
	c.extra = max(0, c.extra-passed/extraDecay)
	limit := passed / maxSlew
	c.origin += min(max(c.want()-c.origin, -limit), limit)
}
