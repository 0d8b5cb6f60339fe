package client

import (
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
)

func TestLinkGivesUpOnAZoneThatFellSilent(t *testing.T) {
	w := newWorld(t, 20, false, 1)
	p := w.add()
	w.run(time.Second)
	w.loss = 1
	w.run(maxSilence - 200*time.Millisecond)
	if p.link.phase != playing {
		t.Fatalf("phase %d, end %v before the silence was long enough", p.link.phase, p.link.end)
	}
	w.loss = 0
	w.run(200 * time.Millisecond)
	w.loss = 1
	w.run(maxSilence - 200*time.Millisecond)
	if p.link.phase != playing {
		t.Fatalf("phase %d, end %v although the zone spoke", p.link.phase, p.link.end)
	}
	w.run(500 * time.Millisecond)
	if p.link.phase != ended || p.link.end.Code != transport.Timeout || p.link.end.Final() {
		t.Errorf("phase %d, end %v", p.link.phase, p.link.end)
	}
}

// A clock that was set back leaves nothing to step for a long time. The silence is looked for all the same.
func TestLinkThatWaitsForItsClockListens(t *testing.T) {
	w := newWorld(t, 20, false, 1)
	p := w.add()
	w.run(time.Second)
	p.link.clock.next += 1000
	if at, ok := p.link.nextStep(); !ok || at.Sub(w.at()) > silenceCheckEvery {
		t.Errorf("the next step is in %v", at.Sub(w.at()))
	}
}

func TestLinkThatSleptBlamesNobody(t *testing.T) {
	w := newWorld(t, 20, false, 1)
	p := w.add()
	w.run(time.Second)
	w.loss = 1
	w.now += 2 * maxSilence // the machine slept: nothing ran
	w.due += 2 * maxSilence
	w.run(time.Second)
	w.loss = 0
	w.run(time.Second)
	if p.link.phase != playing {
		t.Errorf("phase %d, end %v", p.link.phase, p.link.end)
	}
}
