package core

import (
	"testing"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/games/rpg"
)

const olderHash = 0x0123456789abcdef

// olderTable is a zone whose schema accepts clients that know some of its kinds.
func olderTable(t *testing.T, kinds ...uint8) *table {
	t.Helper()
	s := rpg.Schema
	s.Older = []snapshot.Older{{Hash: olderHash, Kinds: kinds, Retired: []uint8{99}}}
	game := rpg.Game
	game.Schema = &s
	return newTable(t, Config{Game: &game}, 3)
}

func olderJoin(w *table) []byte {
	return message.Append(nil, &message.Join{Protocol: message.Version, Schema: olderHash, MapHash: w.core.cfg.Ground.Map.Hash(), Verify: true})
}

// An older client plays beside newer ones, and sees all but the kinds that came after it.
func TestOlderClientSeesWhatItKnows(t *testing.T) {
	w := olderTable(t, (*rpg.Player)(nil).Kind())
	p := w.add()
	w.net.packets = nil // its Join; it sends another
	p.view = snapshot.NewReplica(&snapshot.Schema{Kinds: rpg.Schema.Kinds[:1]})
	w.up(p, transport.Reliable, olderJoin(w))
	newer := w.add()
	players, npcs := 0, 0
	w.run(200, func() {
		w.checkSeen()
		for e := range p.view.All {
			if e.State.Kind() == (*rpg.Player)(nil).Kind() {
				players++
			}
		}
		for e := range newer.view.All {
			if e.State.Kind() == (*rpg.NPC)(nil).Kind() {
				npcs++
			}
		}
	})
	if !p.inZone || p.applied < 150 || players < 300 || npcs == 0 {
		t.Fatalf("in the zone: %t, %d snapshots, %d sights of players; the newer client saw %d of NPCs", p.inZone, p.applied, players, npcs)
	}
	offences := w.core.Count().Offence
	w.up(p, transport.Reliable, []byte{99, 1, 2})
	w.run(3, nil)
	if w.core.Count().Offence != offences {
		t.Error("a message that its version had counts as an offence")
	}
	w.up(newer, transport.Reliable, []byte{99, 1, 2})
	w.run(3, nil)
	if w.core.Count().Offence == offences {
		t.Error("a newer client may send it too")
	}
}

// A client that could not see itself is told so, and the character is let go.
func TestOlderClientOfAnotherKind(t *testing.T) {
	w := olderTable(t, (*rpg.NPC)(nil).Kind())
	p := w.greet(olderJoin(w))
	w.run(3, nil)
	if p.goodbye == nil || p.goodbye.Reason != message.SchemaMismatch || !p.closed || !w.core.Idle() || w.core.joining != 0 {
		t.Fatalf("goodbye is %+v, %d sessions, %d joining", p.goodbye, w.core.Sessions(), w.core.joining)
	}
	if n := w.realm.released[w.characterOf(p.id)]; n != 1 {
		t.Errorf("the character was released %d times", n)
	}
	players := 0
	for id := range w.core.world.All {
		if w.core.world.Kind(id) == (*rpg.Player)(nil).Kind() {
			players++
		}
	}
	if players != 0 {
		t.Errorf("%d players were left in the world", players)
	}
}

// A client of a version whose rows were others is given the fast tier, whatever it asks for.
func TestOlderClientOfOtherRows(t *testing.T) {
	for _, c := range []struct {
		older *snapshot.Older
		want  snapshot.Tier
	}{{nil, snapshot.Best}, {&snapshot.Older{}, snapshot.Best}, {&snapshot.Older{Fast: true}, snapshot.Fast}} {
		s := &session{}
		s.ask(&message.Join{Best: true}, c.older, true)
		if s.tier != c.want {
			t.Errorf("a client of version %+v gets tier %d, not %d", c.older, s.tier, c.want)
		}
	}
}
