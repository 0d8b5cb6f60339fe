package budget

import (
	"testing"
	"time"
)

// TestBudget holds what a peer can cause, whatever the steps in which time goes on.
func TestBudget(t *testing.T) {
	for _, step := range []time.Duration{time.Nanosecond, time.Microsecond, 125 * time.Microsecond, 33 * time.Millisecond, time.Second} {
		var b Budget
		now := time.Unix(1_700_000_000, 0)
		const cost = 100
		taken, steps := 0, min(200_000, int(5*time.Second/step))
		for range steps {
			for i := 0; i < 10_000 && b.Left(now); i++ {
				b.Spend(cost)
				taken += cost
			}
			now = now.Add(step)
		}
		passed := time.Duration(steps) * step
		most := burst + int(perSecond*passed/time.Second)
		last := int(perSecond * step / time.Second) // what came back after the last look
		if taken > most+cost || taken < min(most, burst*steps)-last-cost {
			t.Errorf("steps of %v: %d units in %v, not %d", step, taken, passed, most)
		}
	}
}

// TestHonest holds that a busy honest peer never comes to the end: inputs at 128 Hz, acknowledgements, and a burst of what was reliable.
func TestHonest(t *testing.T) {
	var b Budget
	now := time.Unix(1_700_000_000, 0)
	for tick := range 1280 {
		packets := 4
		if tick%128 == 0 {
			packets = 600
		}
		for range packets {
			if !b.Left(now) {
				t.Fatalf("nothing is left in tick %d", tick)
			}
			b.Spend(Packet + 3)
		}
		now = now.Add(time.Second / 128)
	}
}
