package swarm

import (
	"testing"
	"time"

	"github.com/realmwire/realmwire/client"
)

func TestOriginIsTheLeastDelayedArrival(t *testing.T) {
	o := newOrigin(20, 0)
	const p = 50 * time.Millisecond
	start := 3 * time.Second // tick 0, on our clock
	at := func(tick uint32, delay time.Duration) time.Duration { return start + time.Duration(tick)*p + delay }
	for i, c := range []struct {
		tick        uint32
		delay, want time.Duration
	}{
		{10, 4 * time.Millisecond, 0}, // the first is its own measure
		{11, 9 * time.Millisecond, 5 * time.Millisecond},
		{12, time.Millisecond, 0}, // less delayed: a better measure
		{13, 9 * time.Millisecond, 8 * time.Millisecond},
		{9, 200 * time.Millisecond, 199 * time.Millisecond},
	} {
		if got := o.arrived(at(c.tick, c.delay), c.tick); got != c.want {
			t.Errorf("%d: delivery %s, want %s", i, got, c.want)
		}
	}
	if got := o.age(at(20, time.Millisecond), 13); got != 7*p {
		t.Errorf("age %s, want %s", got, 7*p)
	}
	if got := o.age(at(12, 0), 13); got != 0 {
		t.Errorf("age of a state from the future %s", got)
	}
}

func TestOriginFollowsAScheduleThatMoved(t *testing.T) {
	o := newOrigin(20, 0)
	arrive := func(from, to uint32, start time.Duration) {
		for tick := from; tick < to; tick++ {
			o.arrived(start+time.Duration(tick)*o.period, tick)
		}
	}
	arrive(1, 100, time.Second)
	if o.check() {
		t.Error("moved without a reason")
	}
	// Jitter of less than a period is none.
	arrive(100, 200, time.Second+40*time.Millisecond)
	if o.check() {
		t.Error("moved by less than a period")
	}
	arrive(200, 300, 2*time.Second)
	if !o.check() {
		t.Fatal("the schedule is a second later now")
	}
	if got := o.age(2*time.Second+300*o.period, 300); got != 0 {
		t.Errorf("age %s after the move", got)
	}
	if o.check() {
		t.Error("moved although nothing came")
	}
}

func TestOriginsKeepZonesAndProcessesApart(t *testing.T) {
	var all origins
	a, i := all.find(client.Zone{Name: "a", Incarnation: 1, TickHz: 20})
	b, j := all.find(client.Zone{Name: "a", Incarnation: 2, TickHz: 20})
	if a == b || i == j {
		t.Error("a restarted zone shares its predecessor's clock")
	}
	if again, k := all.find(client.Zone{Name: "a", Incarnation: 1, TickHz: 20}); again != a || k != i || all.all()[i] != a {
		t.Error("the zone was not found again")
	}
	for n := range 2 * maxOrigins {
		all.find(client.Zone{Name: "x", Incarnation: uint64(n), TickHz: 20})
	}
	if n := len(all.all()); n != maxOrigins {
		t.Errorf("%d origins are kept", n)
	}
	if o, _ := all.find(client.Zone{Name: "one too many", TickHz: 20}); o != nil {
		t.Error("the limit does not hold")
	}
}

func TestKnownDelayIsPartOfTheAge(t *testing.T) {
	o := newOrigin(20, 50*time.Millisecond)
	if age := o.arrived(time.Second, 10); age != 50*time.Millisecond {
		t.Errorf("the fastest arrival is %v old", age)
	}
	if age := o.arrived(time.Second+60*time.Millisecond, 11); age != 60*time.Millisecond {
		t.Errorf("one that took ten milliseconds more is %v old", age)
	}
}
