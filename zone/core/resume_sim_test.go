package core

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/rules"
)

// A zone on a bad network whose players are cut off at random, noticed or not, and come back, in time or not: what everybody sees is
// what is there, nobody is there twice, and when the network heals everybody has everything.
func TestPlayersComeAndGoOnABadNetwork(t *testing.T) {
	for seed := range uint64(4) {
		w := newTable(t, Config{Keep: testKeep}, seed)
		w.net.loss, w.net.duplicate, w.net.delay, w.net.jitter = 0.1, 0.05, 40*time.Millisecond, 60*time.Millisecond
		rng := rand.New(rand.NewPCG(seed, 7))
		live := make([]*player, 8)
		for i := range live {
			live[i] = w.add()
			w.run(5, w.checkSeen)
		}
		late := 0
		for range 40 {
			w.run(10+rng.IntN(20), w.checkSeen)
			i := rng.IntN(len(live))
			claims := w.ticket(live[i])
			if live[i].closed = true; rng.IntN(3) > 0 { // else the old session is half-open
				w.cut(live[i], transport.Network)
				w.run(rng.IntN(2*int(testKeep/w.core.dt)), w.checkSeen)
			}
			kept := w.core.players[rules.PlayerID(claims.Character)] != nil
			b := w.back(claims)
			w.run(10, w.checkSeen)
			if kept != b.inZone {
				t.Fatalf("seed %d: kept %t, back %t: %+v", seed, kept, b.inZone, b.goodbye)
			}
			if !kept { // the realm grants it anew
				claims.Serial, claims.Epoch, late = 0, claims.Epoch+1, late+1
				b = w.back(claims)
				w.run(10, w.checkSeen)
			}
			if live[i] = b; !b.inZone || w.core.Players() != len(live) {
				t.Fatalf("seed %d: in the zone %t, %d players, %d are live", seed, b.inZone, w.core.Players(), len(live))
			}
		}
		w.net.loss, w.net.duplicate, w.net.jitter = 0, 0, 0
		w.run(100, w.checkSeen)
		for _, p := range live {
			w.checkConverged(p)
			if p.view.Desyncs != 0 {
				t.Errorf("seed %d: client %d: %d desyncs", seed, p.id, p.view.Desyncs)
			}
		}
		if resumed := w.core.Count().Resumed; resumed+uint64(late) != 40 || resumed < 10 || late < 4 {
			t.Errorf("seed %d: %d came back in time and %d too late; the test shows nothing", seed, resumed, late)
		}
	}
}
