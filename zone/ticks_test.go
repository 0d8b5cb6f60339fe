package zone

import "testing"

func TestTicksAreCountedUnderTheFirstBoundThatHoldsThem(t *testing.T) {
	for i := range tickBounds {
		bound := tickBound(i)
		if i > 0 && (bound <= tickBound(i-1) || bound*8 > tickBound(i-1)*9) {
			t.Fatalf("bound %d is %d µs, the one before %d", i, bound, tickBound(i-1))
		}
		if at := tickBucket(bound); at != i {
			t.Errorf("%d µs is under bound %d, not %d", bound, at, i)
		}
		if at := tickBucket(bound + 1); at != i+1 {
			t.Errorf("%d µs is under bound %d, not %d", bound+1, at, i+1)
		}
	}
	var c TickCounts
	for _, micros := range []uint64{0, 1, 64, 65, 1000, 1 << 40} {
		c.record(micros)
	}
	n, _ := c.Total()
	all := c.Cumulative()
	if n != 6 || all[64e-6] != 3 || all[72e-6] != 4 || all[1024e-6] != 5 || all[float64(tickBound(tickBounds-1))/1e6] != 5 {
		t.Errorf("%d ticks: %v", n, all)
	}
}
