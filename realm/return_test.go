package realm

import (
	"encoding/json"
	"testing"
	"time"
)

// ask is /v1/play by one of a player's clients.
func (w *world) ask(p player, client ID, returning bool) (Grant, error) {
	r := playRequest(p.character.ID)
	r.Client, r.Returning = client, returning
	return w.realm.Play(w.t.Context(), p.Caller, r)
}

const (
	laptop ID = 0xa1
	phone  ID = 0xb2
)

// A client that returns by itself takes the character from nobody: the laptop slept while the phone took it.
func TestReturnTakesFromNobody(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(w *world, z *zoneProcess, p player)
		refused   bool
	}{
		"nothing": {func(*world, *zoneProcess, player) {}, false},
		"the phone plays": {func(w *world, z *zoneProcess, p player) {
			z.enter(w.playOn(p, phone))
		}, true},
		"the phone has its grant and has not connected": {func(w *world, _ *zoneProcess, p player) {
			w.playOn(p, phone)
		}, true},
		"the phone played, and its zone was killed": {func(w *world, z *zoneProcess, p player) {
			must(t, z.save(z.enter(w.playOn(p, phone)), `{"x":1}`, false))
			z.kill()
			w.zone("overworld")
		}, true},
		"the phone played, took a portal, and plays on": {func(w *world, z *zoneProcess, p player) {
			h := z.enter(w.playOn(p, phone))
			cave := w.zone("cave")
			g, err := z.Handover(t.Context(), HandoverRequest{
				Character: h.ID, Epoch: h.epoch, Session: h.session, State: json.RawMessage(`{"x":5}`), ToZone: "cave", ToPoint: "door",
			})
			must(t, err)
			cave.enter(g)
		}, true},
		"the phone plays, and the realm was restarted": {func(w *world, z *zoneProcess, p player) {
			z.enter(w.playOn(p, phone))
			w.restart()
			must(t, z.Register(t.Context(), z.process))
		}, true},
		"a client plays that does not say which it is": {func(w *world, z *zoneProcess, p player) {
			z.enter(w.play(p))
		}, true},
		"the phone played, and left": {func(w *world, z *zoneProcess, p player) {
			must(t, z.save(z.enter(w.playOn(p, phone)), `{"x":1}`, true))
		}, false},
		"the phone played, and the laptop's player took it back": {func(w *world, z *zoneProcess, p player) {
			z.enter(w.playOn(p, phone))
			z.enter(w.playOn(p, laptop))
		}, false},
		"an own grant, whose answer was lost": {func(w *world, _ *zoneProcess, p player) {
			_, err := w.ask(p, laptop, true)
			must(t, err)
		}, false},
		"the character was renamed, which puts it out": {func(w *world, z *zoneProcess, p player) {
			z.enter(w.playOn(p, phone))
			_, err := w.realm.RenameCharacter(t.Context(), p.Caller, NewName{Character: p.character.ID, Name: "Sir Pelleas"})
			must(t, err)
		}, false},
		"a day": {func(w *world, z *zoneProcess, p player) {
			z.enter(w.playOn(p, phone))
			w.clock.advance(24 * time.Hour)
			must(t, z.beat())
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			z := w.zone("overworld")
			p := w.player("Pelleas")
			z.enter(w.playOn(p, laptop))
			c.meanwhile(w, z, p)
			before := len(z.told)
			_, err := w.ask(p, laptop, true)
			if !c.refused {
				must(t, err)
				return
			}
			wantCode(t, err, CodePlayedElsewhere)
			if len(z.told) != before {
				t.Errorf("whoever plays was told %q", z.told[before:])
			}
			// Its player may decide otherwise.
			_, err = w.ask(p, laptop, false)
			must(t, err)
		})
	}
}

func (w *world) playOn(p player, client ID) Grant {
	w.t.Helper()
	g, err := w.ask(p, client, false)
	must(w.t, err)
	return g
}

func TestReturnSaysWhoReturns(t *testing.T) {
	w := newWorld(t, nil)
	w.zone("overworld")
	_, err := w.ask(w.player("Nobody"), 0, true)
	wantCode(t, err, CodeInvalid)
}
