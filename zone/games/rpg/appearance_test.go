package rpg

import (
	"encoding/json"
	"testing"
)

func TestAppearance(t *testing.T) {
	for raw, want := range map[string]Appearance{
		``:                              {},
		`{}`:                            {},
		`{"skin":7,"hair":0,"shirt":3}`: {Skin: 7, Shirt: 3},
		`{"hair": 1}`:                   {Hair: 1},
	} {
		in := json.RawMessage(raw)
		if raw == "" {
			in = nil
		}
		if got, err := readAppearance(in); err != nil || got != want {
			t.Errorf("%s is read as %+v, %v", raw, got, err)
		}
	}
	for _, raw := range []string{`{"skin":8}`, `{"skin":-1}`, `{"wings":1}`, `7`, `"red"`, `[]`, `{"skin":1.5}`} {
		if checkAppearance("knight", []byte(raw)) == nil {
			t.Errorf("%s was accepted", raw)
		}
	}
}

// Every bot's choice is one that the game takes, and a crowd does not look alike.
func TestBotsAppearance(t *testing.T) {
	seen := map[string]bool{}
	for n := range 512 {
		class, raw := Game.Characters.Bot(n)
		if err := checkAppearance(class, raw); err != nil {
			t.Fatalf("bot %d: %v", n, err)
		}
		seen[class+string(raw)] = true
	}
	if len(seen) < 500 {
		t.Errorf("512 bots look %d ways", len(seen))
	}
}
