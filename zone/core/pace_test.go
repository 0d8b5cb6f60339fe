package core

import (
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport/netsim"
)

const ms = time.Millisecond

// ride sends snapshots over a path for a while, each as large as the pace allows up to wanted, and returns the mean delay
// and the share that was lost in the last third, with the pace's last limit. paced false: whatever the pace says.
func ride(t *testing.T, down netsim.Profile, wanted int, lasts time.Duration, paced bool, change func(at time.Duration, l *netsim.Link) *netsim.Link) (delay time.Duration, lost, limit float64) {
	t.Helper()
	const tickEvery, full = 50 * ms, 1150
	var p pace
	link := netsim.NewLink(down, 1)
	up := netsim.NewLink(netsim.Profile{Latency: 30 * ms}, 2)
	start := time.Unix(0, 0)
	type event struct {
		at          time.Duration
		tick, older uint32
	}
	var arriving, acks []event
	var newest, older uint32
	sent, got, sum := 0, 0, time.Duration(0)
	for at := time.Duration(0); at < lasts; at += ms {
		if change != nil {
			link = change(at, link)
		}
		for len(arriving) > 0 && arriving[0].at <= at {
			e := arriving[0]
			arriving = arriving[1:]
			if e.tick > newest {
				older = older<<(e.tick-newest) | 1<<(e.tick-newest-1)
				newest = e.tick
			}
			if at > lasts*2/3 {
				got++
				sum += at - time.Duration(e.tick)*tickEvery
			}
		}
		if at%tickEvery == 25*ms { // the client's input
			if arrivals, n := up.Plan(start.Add(at), 60); n > 0 {
				acks = append(acks, event{arrivals[0].Sub(start), newest, older})
			}
		}
		for len(acks) > 0 && acks[0].at <= at {
			p.acked(acks[0].tick, acks[0].older, at)
			acks = acks[1:]
		}
		if at%tickEvery != 0 || at == 0 {
			continue
		}
		tick := uint32(at / tickEvery)
		p.decide(full, 20, at)
		size := min(p.budget(full), wanted)
		if !paced {
			size = wanted
		}
		p.noteSent(tick, size, at)
		arrivals, n := link.Plan(start.Add(at), size)
		if n > 0 {
			arriving = append(arriving, event{arrivals[0].Sub(start), tick, 0})
		}
		if at > lasts*2/3 {
			sent++
		}
	}
	return sum / time.Duration(max(got, 1)), 1 - float64(got)/float64(max(sent, 1)), p.limit
}

func TestPaceEmptiesTheQueueOfABottleneck(t *testing.T) {
	narrow := netsim.Profile{Latency: 30 * ms, Rate: 8000, MaxQueue: 400 * ms}
	before, lostBefore, _ := ride(t, narrow, 900, 30*time.Second, false, nil)
	after, lost, limit := ride(t, narrow, 900, 30*time.Second, true, nil)
	t.Logf("delay %v → %v, lost %.2f → %.2f, limit %.0f bytes", before, after, lostBefore, lost, limit)
	if before < 400*ms || lostBefore < 0.4 {
		t.Fatalf("the path is no bottleneck: %v, %.2f lost", before, lostBefore)
	}
	if after > 200*ms || lost > 0.05 {
		t.Errorf("delay %v, %.2f lost", after, lost)
	}
}

func TestPaceLeavesGoodPathsAlone(t *testing.T) {
	for name, p := range map[string]netsim.Profile{
		"quiet":      {Latency: 80 * ms},
		"wireless":   {Latency: 30 * ms, Jitter: 25 * ms, Loss: 0.1, Reorder: 0.02},
		"wide":       {Latency: 30 * ms, Rate: 100_000},
		"with burst": {Latency: 30 * ms, Burst: netsim.Burst{Enter: 0.01, Leave: 0.3, Loss: 1}},
	} {
		if _, _, limit := ride(t, p, 900, 20*time.Second, true, nil); limit < 1100 {
			t.Errorf("%s: the limit is %.0f bytes", name, limit)
		}
	}
}

func TestPaceGetsUsedToALongerPath(t *testing.T) {
	longer := func(at time.Duration, l *netsim.Link) *netsim.Link {
		if at == 10*time.Second {
			return netsim.NewLink(netsim.Profile{Latency: 150 * ms}, 3)
		}
		return l
	}
	if _, _, limit := ride(t, netsim.Profile{Latency: 30 * ms}, 900, 60*time.Second, true, longer); limit < 1100 {
		t.Errorf("the limit is still %.0f bytes", limit)
	}
}

func TestPaceFloorAndSilence(t *testing.T) {
	p := pace{limit: 10, used: 1}
	for tick := uint32(1); tick < 200; tick++ {
		at := time.Duration(tick) * 50 * ms
		p.decide(1150, 20, at)
		p.noteSent(tick, 300, at)
		delay := 20 * ms
		if tick > 20 {
			delay = 500 * ms
		}
		p.acked(tick-min(tick-1, 10), 1<<32-1, p.sentAt[(tick-min(tick-1, 10))%64]+delay)
	}
	if p.limit < paceRate/20 {
		t.Errorf("the limit fell to %.0f bytes", p.limit)
	}
	p.acked(0, 0, 0)
	p.acked(1<<31, 0, 0) // never sent
}

// TestOutstandingIsWhatThePathHolds: two more than the ticks in the shortest time that an acknowledgement takes, reached one by one,
// and two alone when there is a queue.
func TestOutstandingIsWhatThePathHolds(t *testing.T) {
	for _, c := range []struct {
		delay time.Duration
		hz    int
		want  int
	}{
		{1, 20, 3}, {50 * ms, 20, 3}, {50*ms + 1, 20, 4}, {100 * ms, 60, 8}, {10 * time.Second, 20, 16},
	} {
		p := pace{smallest: [2]time.Duration{c.delay, 0}}
		for step := range 20 {
			if got, want := p.outstanding(), min(2+step, c.want); got != want {
				t.Fatalf("acknowledgements within %v at %d Hz, decision %d: %d, want %d", c.delay, c.hz, step, got, want)
			}
			p.widen(time.Second/time.Duration(c.hz), c.hz)
		}
		p.widen(2*time.Second/time.Duration(c.hz), c.hz)
		if got := p.outstanding(); got != leastOutstanding {
			t.Errorf("behind a queue of two ticks: %d", got)
		}
		backoff := 0
		for ; p.outstanding() == leastOutstanding; backoff++ {
			p.widen(0, c.hz)
		}
		p.widen(2*time.Second/time.Duration(c.hz), c.hz)
		again := 0
		for ; p.outstanding() == leastOutstanding; again++ {
			p.widen(0, c.hz)
		}
		if backoff != firstBackoff+1 || again <= backoff {
			t.Errorf("more was tried after %d decisions, and after the next queue after %d", backoff, again)
		}
	}
}
