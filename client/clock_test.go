package client

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/snapshot"
)

// uplink is a server's clock and a way to it, for one steered clock: no game, no snapshots lost.
type uplink struct {
	t       *testing.T
	rng     *rand.Rand
	hz      int
	oneWay  time.Duration
	jitter  time.Duration // added to each way, 0 … jitter
	serverT time.Duration // the server's tick time at our zero

	clock   clock
	now     time.Duration
	heard   time.Duration // the moment of the server's newest tick
	arrived []arrival
	echoes  []echo
	leads   []float64 // in ticks, of every packet that arrived
	stepped []uint32
}

type arrival struct {
	at         time.Duration
	clientTime uint16
	tick       uint32
}

type echo struct {
	at time.Duration
	h  snapshot.Header
}

func (u *uplink) way() time.Duration {
	if u.jitter == 0 {
		return u.oneWay
	}
	return u.oneWay + time.Duration(u.rng.Int64N(int64(u.jitter)))
}

func (u *uplink) period() time.Duration { return time.Second / time.Duration(u.hz) }

// dueAt is when the server simulates a tick, on our clock.
func (u *uplink) dueAt(tick uint32) time.Duration {
	return time.Duration(tick)*u.period() - u.serverT
}

func (u *uplink) start() {
	tick := uint32((u.now + u.serverT) / u.period())
	u.now += u.way()
	u.clock.start(u.now, u.hz, DefaultMargin, tick, 0)
	u.heard = u.dueAt(tick + 1)
}

// run lets time pass in steps of a quarter millisecond; the client's timer is late by up to late.
func (u *uplink) run(for_, late time.Duration) {
	var newest *arrival
	for end := u.now + for_; u.now < end; u.now += 250 * time.Microsecond {
		for i := 0; i < len(u.arrived); i++ {
			if a := u.arrived[i]; a.at <= u.now {
				u.leads = append(u.leads, float64(u.dueAt(a.tick)-a.at)/float64(u.period()))
				newest = &a
				u.arrived = append(u.arrived[:i], u.arrived[i+1:]...)
				i--
			}
		}
		if u.now >= u.heard {
			h := snapshot.Header{Tick: uint32((u.now + u.serverT) / u.period())}
			if newest != nil {
				lead := (u.dueAt(newest.tick) - newest.at) * leadUnit / u.period()
				h.HasEcho, h.Echo, h.HoldMs = true, newest.clientTime, uint8((u.now-newest.at)/time.Millisecond)
				h.Lead = int16(lead)
				newest = nil
			}
			u.echoes = append(u.echoes, echo{u.now + u.way(), h})
			u.heard += u.period()
		}
		for len(u.echoes) > 0 && u.echoes[0].at <= u.now {
			u.clock.heard(u.now, &u.echoes[0].h)
			u.echoes = u.echoes[1:]
		}
		if late > 0 && u.now < u.clock.at(u.clock.next)+time.Duration(u.rng.Int64N(int64(late))) {
			continue
		}
		stepped := uint32(0)
		for {
			tick, _, ok := u.clock.step(u.now)
			if !ok {
				break
			}
			u.stepped = append(u.stepped, tick)
			stepped = tick
		}
		if stepped != 0 {
			u.arrived = append(u.arrived, arrival{u.now + u.way(), u.clock.stamp(u.now, stepped), stepped})
		}
	}
}

// rising fails when a tick repeats or goes back, and counts those passed over.
func (u *uplink) rising() (skipped int) {
	u.t.Helper()
	for i := 1; i < len(u.stepped); i++ {
		switch d := int64(u.stepped[i]) - int64(u.stepped[i-1]); {
		case d < 1:
			u.t.Fatalf("tick %d was stepped after %d", u.stepped[i], u.stepped[i-1])
		default:
			skipped += int(d - 1)
		}
	}
	return skipped
}

func TestClockMakesInputsArriveJustInTime(t *testing.T) {
	for _, c := range []struct {
		name           string
		hz             int
		oneWay, jitter time.Duration
		most           float64 // ticks of lead
	}{
		{"loopback", 20, 50 * time.Microsecond, 0, 1.5},
		{"loopback at 60 Hz", 60, 50 * time.Microsecond, 0, 1.5},
		{"broadband", 20, 25 * time.Millisecond, 5 * time.Millisecond, 1.6},
		{"far", 20, 120 * time.Millisecond, 10 * time.Millisecond, 1.7},
		{"wifi", 20, 40 * time.Millisecond, 40 * time.Millisecond, 2.6},
		{"far at 60 Hz", 60, 120 * time.Millisecond, 10 * time.Millisecond, 3.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := &uplink{t: t, rng: rand.New(rand.NewPCG(1, 2)), hz: c.hz, oneWay: c.oneWay, jitter: c.jitter, serverT: 1234567 * time.Microsecond}
			u.start()
			u.run(2*time.Second, 0)
			u.leads = nil
			u.run(20*time.Second, time.Millisecond)
			lowest, highest := 100.0, -100.0
			for _, l := range u.leads {
				lowest, highest = min(lowest, l), max(highest, l)
			}
			if want := 19 * c.hz; len(u.leads) < want {
				t.Fatalf("%d packets came in 20 s, want at least %d", len(u.leads), want)
			}
			if lowest < 0.3 || highest > c.most {
				t.Errorf("inputs came %.2f to %.2f ticks early, want 0.3 to %.1f", lowest, highest, c.most)
			}
			if n := u.rising(); n > 3*c.hz {
				t.Errorf("%d ticks were passed over", n)
			}
			rtt := 2*c.oneWay + c.jitter
			if d := u.clock.rtt - rtt; d.Abs() > max(2*time.Millisecond, c.jitter) {
				t.Errorf("round trip measured as %s, want about %s", u.clock.rtt, rtt)
			}
		})
	}
}

func TestClockFollowsAServerThatMovedItsSchedule(t *testing.T) {
	for _, moved := range []time.Duration{-700 * time.Millisecond, 900 * time.Millisecond} {
		u := &uplink{t: t, rng: rand.New(rand.NewPCG(3, 4)), hz: 20, oneWay: 10 * time.Millisecond, serverT: 5 * time.Second}
		u.start()
		u.run(3*time.Second, 0)
		u.serverT += moved
		u.heard = u.dueAt(uint32((u.now+u.serverT)/u.period()) + 1)
		u.run(3*time.Second, 0)
		u.leads = nil
		u.run(2*time.Second, 0)
		for _, l := range u.leads {
			if l < 0.3 || l > 1.7 {
				t.Fatalf("moved by %s: an input came %.2f ticks early 3 s later", moved, l)
			}
		}
		if u.clock.restarts != 1 {
			t.Errorf("moved by %s: began anew %d times", moved, u.clock.restarts)
		}
		u.rising()
	}
}

func TestClockSlewsWithoutJumping(t *testing.T) {
	u := &uplink{t: t, rng: rand.New(rand.NewPCG(5, 6)), hz: 20, oneWay: 10 * time.Millisecond, serverT: 5 * time.Second}
	u.start()
	u.run(2*time.Second, 0)
	u.stepped = nil
	u.oneWay = 60 * time.Millisecond // the path got longer, by less than an outlier
	before := u.clock.origin
	u.run(100*time.Millisecond, 0)
	if moved := (u.clock.origin - before).Abs(); moved > 100*time.Millisecond/maxSlew+time.Millisecond {
		t.Errorf("the schedule moved by %s in 100 ms", moved)
	}
	u.run(6*time.Second, 0)
	u.leads = nil
	u.run(2*time.Second, 0)
	for _, l := range u.leads {
		if l < 0.3 || l > 1.8 {
			t.Fatalf("an input came %.2f ticks early after the path got longer", l)
		}
	}
	if n := u.rising(); n != 0 {
		t.Errorf("%d ticks were passed over", n)
	}
}

func TestClockWidensTheMarginWhenTicksStarve(t *testing.T) {
	var c clock
	c.start(0, 20, DefaultMargin, 100, 0)
	c.measure(c.uplink)
	for tick := c.first + 1; tick < c.first+100; tick++ {
		c.heard(time.Duration(tick-c.first)*time.Millisecond, &snapshot.Header{Tick: tick, Starved: true})
	}
	if c.extra < c.period || c.extra > maxExtra*c.period {
		t.Errorf("extra margin %s, want at most %d ticks", c.extra, maxExtra)
	}
	c.heard(10*time.Minute, &snapshot.Header{Tick: c.first + 1000})
	if c.extra != 0 {
		t.Errorf("extra margin %s is left after ten minutes", c.extra)
	}
}

func TestClockPassesOverTicksAfterASuspension(t *testing.T) {
	var c clock
	c.start(0, 20, DefaultMargin, 100, 0)
	first, _, ok := c.step(c.at(c.next))
	if !ok {
		t.Fatal("no tick at its own time")
	}
	if _, _, ok := c.step(c.at(first)); ok {
		t.Fatal("a tick came twice")
	}
	now := c.at(first + 3)
	for want := first + 1; want <= first+3; want++ { // a short delay is made up for
		if got, _, ok := c.step(now); !ok || got != want {
			t.Fatalf("got tick %d, %t, want %d", got, ok, want)
		}
	}
	now = c.at(first + 500)
	got, late, ok := c.step(now)
	if !ok || got != first+500 || c.skipped != 496 || late < 400*c.period {
		t.Errorf("after a long delay: tick %d (%t), %d passed over, %s late", got-first, ok, c.skipped, late)
	}
}

// When the zone's ticks come at another rate, the tick that says so stays where it is, and inputs arrive just in time again.
func TestClockTakesAnotherRate(t *testing.T) {
	for _, hz := range []int{10, 60} {
		u := &uplink{t: t, rng: rand.New(rand.NewPCG(6, 6)), hz: 20, oneWay: 40 * time.Millisecond, serverT: 77 * time.Second}
		u.start()
		u.run(5*time.Second, 0)
		tick := uint32((u.now + u.serverT) / u.period())
		was := u.clock.at(tick)
		u.clock.setRate(hz, tick)
		if got := u.clock.at(tick); got != was {
			t.Errorf("%d Hz: tick %d moved by %v", hz, tick, got-was)
		}
		if got := u.clock.at(tick+10) - was; got != 10*(time.Second/time.Duration(hz)) {
			t.Errorf("%d Hz: ten ticks take %v", hz, got)
		}
		if got := u.clock.dueTick(was - 1); got != tick-1 {
			t.Errorf("%d Hz: %d is due just before %d", hz, got, tick)
		}
		u.serverT = time.Duration(tick)*time.Second/time.Duration(hz) - u.dueAt(tick)
		u.hz = hz
		u.heard = u.dueAt(tick + 1)
		u.arrived, u.echoes = nil, nil // they measure by the old rate
		u.run(5*time.Second, 0)
		u.leads = nil
		u.run(2*time.Second, 0)
		for _, lead := range u.leads {
			if lead < 0.3 || lead > 1.5 {
				t.Fatalf("%d Hz: an input comes %.2f ticks before its tick", hz, lead)
			}
		}
		if len(u.leads) < hz {
			t.Errorf("%d Hz: %d inputs in two seconds", hz, len(u.leads))
		}
	}
}

func TestClientTimeWraps(t *testing.T) {
	var c clock
	c.start(0, 20, DefaultMargin, 100, 0)
	at := 65_530 * time.Millisecond
	for i := range 10 {
		c.stamp(at, uint32(1000+i))
		at += 50 * time.Millisecond
	}
	p, ok := c.echoed(uint16((65_530 + 50) & 0xffff))
	if !ok || p.tick != 1001 {
		t.Errorf("echo across the wrap: tick %d, %t", p.tick, ok)
	}
	if _, ok := c.echoed(12345); ok {
		t.Error("an echo of nothing sent was taken")
	}
}
