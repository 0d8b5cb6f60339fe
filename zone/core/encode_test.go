package core

import (
	"bytes"
	"testing"
	"time"
)

// TestClientsAreEncodedAtOnce: what several goroutines encode after a step is what one makes of the same world, on a bad network and with
// clients who come and go. Under the race detector it shows that they touch nothing of each other's.
func TestClientsAreEncodedAtOnce(t *testing.T) {
	run := func(workers int, ordered bool) *table {
		w := newTable(t, Config{Ordered: ordered}, 11)
		w.workers = workers
		w.net.loss, w.net.delay, w.net.jitter = 0.2, 30*time.Millisecond, 40*time.Millisecond
		for i := range 12 {
			p := w.add()
			w.run(6, nil)
			if i%4 == 3 {
				w.core.Handle(Event{Kind: EventClosed, Conn: p.id, At: w.now})
			}
		}
		w.run(80, nil)
		return w
	}
	for _, ordered := range []bool{false, true} {
		one, many := run(0, ordered), run(3, ordered)
		if len(one.sent) < 600 || len(one.sent) != len(many.sent) {
			t.Fatalf("ordered %t: %d snapshots by one, %d by many", ordered, len(one.sent), len(many.sent))
		}
		for i, msg := range one.sent {
			if !bytes.Equal(msg, many.sent[i]) {
				t.Fatalf("ordered %t: snapshot %d is %x by one, %x by many", ordered, i, msg, many.sent[i])
			}
		}
		if a, b := one.core.Count(), many.core.Count(); a != b || a.Snapshot != uint64(len(one.sent)) {
			t.Errorf("ordered %t: counted %+v by one, %+v by many; %d were sent", ordered, a, b, len(one.sent))
		}
	}
}
