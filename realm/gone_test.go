package realm

import (
	"encoding/json"
	"testing"
)

// A process that was killed a moment ago still has a fresh heartbeat. Nobody is sent there all the same: their clients would meet silence.
func TestNobodyIsSentToADeadProcess(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.zone("overworld"), w.zone("dungeon-entrance")
	player, newcomer := w.player("Yvain"), w.player("Lunete")
	h := a.enter(w.play(player))
	b.kill()
	req := HandoverRequest{Character: h.ID, Epoch: h.epoch, Session: h.session, State: json.RawMessage(`{"x":1}`), ToZone: "dungeon-entrance", ToPoint: "gate"}
	_, err := a.Handover(t.Context(), req)
	wantCode(t, err, CodeZoneDown)
	must(t, a.save(h, `{"x":2}`, false)) // the lease is still a's: the player stays where it is
	if zones, _, _ := w.realm.dir.status(w.clock.Now()); len(zones) != 1 || zones[0].Name != "overworld" {
		t.Errorf("zones after one was found dead: %+v", zones)
	}

	next := w.zone("dungeon-entrance")
	g, err := a.Handover(t.Context(), req)
	must(t, err)
	if there := next.enter(g); there.Arrive != "gate" || there.epoch != h.epoch+1 {
		t.Errorf("arrived as %+v", there)
	}

	a.kill()
	_, err = w.tryPlay(newcomer) // whose lease nobody has
	wantCode(t, err, CodeZoneDown)
	w.zone("overworld").enter(w.play(newcomer))
}
