package sctp

import (
	"slices"
	"testing"
	"time"
)

// TestRepeatsSpareTheWait holds that at 5 % loss a small event of a session with 30 snapshots a second comes within two
// ticks of its time: a copy comes with a snapshot, where the report of a gap would take a round trip and three of them.
func TestRepeatsSpareTheWait(t *testing.T) {
	const oneWay = 50 * time.Millisecond
	w := newWorld(t, 5, Config{Tag: 7}, Config{Tag: 9})
	w.net.delay, w.net.loss = oneWay, 0.05
	var sent []time.Time
	var delays []time.Duration
	w.got = func(_ int, m Message) {
		if m.Stream == 0 {
			delays = append(delays, w.now.Sub(sent[len(delays)]))
		}
	}
	for ms := range 300_000 {
		if ms%33 == 0 {
			for _, a := range w.ends {
				if _, err := a.SendLatest(1, 53, make([]byte, 300)); err != nil {
					t.Fatal(err)
				}
			}
			if w.net.rng.IntN(6) == 0 {
				if err := w.ends[0].SendReliable(0, 53, make([]byte, 60)); err != nil {
					t.Fatal(err)
				}
				sent = append(sent, w.now)
			}
			w.flush(0)
			w.flush(1)
		}
		w.step()
	}
	w.drain()
	slices.Sort(delays)
	share := func(x float64) time.Duration { return delays[int(x*float64(len(delays)-1))] }
	t.Logf("%d events: half within %v, 95%% %v, 99%% %v, 99.9%% %v, all %v; %d packets to the client, %d back; %+v", len(delays), share(0.5), share(0.95), share(0.99),
		share(0.999), share(1), w.net.sent[1], w.net.sent[0], w.ends[0].Stats())
	if len(delays) != len(sent) || len(sent) < 1000 {
		t.Fatalf("%d of %d events came", len(delays), len(sent))
	}
	if late := share(0.999) - oneWay; late > 2*tick+2*time.Millisecond {
		t.Errorf("one in a thousand is more than %v late", late)
	}
}

// TestSmallPackets holds that all works within the smallest packets, which every step of a world checks.
func TestSmallPackets(t *testing.T) {
	w := newWorld(t, 6, Config{Tag: 7, MTU: 1}, Config{Tag: 9, MTU: 1})
	w.net.loss, w.net.jitter = 0.1, 20*time.Millisecond
	got := [2]int{}
	w.got = func(end int, m Message) { got[end] += len(m.Data) }
	for end, a := range w.ends {
		for _, size := range []int{30_000, 1, 200, 5000} {
			if err := a.SendReliable(0, 53, make([]byte, size)); err != nil {
				t.Fatal(err)
			}
		}
		w.flush(end)
	}
	w.drain()
	if got != [2]int{35_201, 35_201} {
		t.Errorf("%d bytes came", got)
	}
}
