package realm

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestCreateCharacter(t *testing.T) {
	w := newWorld(t, nil)
	ctx, c := t.Context(), w.guest()
	p, err := w.realm.CreateCharacter(ctx, c, NewCharacter{Name: "Sir O'Neil-2", Class: "wizard", Appearance: []byte(`{ "hat": "pointed" }`)})
	must(t, err)
	if p.Name != "Sir O'Neil-2" || p.Class != "wizard" || string(p.Appearance) != `{"hat":"pointed"}` || p.Zone != "overworld" || !p.LastPlayed.IsZero() {
		t.Errorf("character %+v", p)
	}
	for _, tt := range []struct {
		n    NewCharacter
		want Code
	}{
		{NewCharacter{Name: "sir o'neil-2", Class: "knight"}, CodeNameTaken},
		{NewCharacter{Name: "x", Class: "knight"}, CodeInvalidName},
		{NewCharacter{Name: strings.Repeat("x", 17), Class: "knight"}, CodeInvalidName},
		{NewCharacter{Name: " lead", Class: "knight"}, CodeInvalidName},
		{NewCharacter{Name: "trail ", Class: "knight"}, CodeInvalidName},
		{NewCharacter{Name: "two  spaces", Class: "knight"}, CodeInvalidName},
		{NewCharacter{Name: "1st", Class: "knight"}, CodeInvalidName},
		{NewCharacter{Name: "semi;colon", Class: "knight"}, CodeInvalidName},
		{NewCharacter{Name: "Ünal", Class: "knight"}, CodeInvalidName},
		{NewCharacter{Name: "Fine", Class: "bard"}, CodeInvalid},
		{NewCharacter{Name: "Fine", Class: ""}, CodeInvalid},
		{NewCharacter{Name: "Fine", Class: "knight", Appearance: []byte(`{"wings":2}`)}, CodeInvalid},
		{NewCharacter{Name: "Fine", Class: "knight", Appearance: []byte(`{"hat":`)}, CodeInvalid},
		{NewCharacter{Name: "Fine", Class: "knight", Appearance: []byte(`{"hat":"` + strings.Repeat("x", MaxAppearance) + `"}`)}, CodeInvalid},
	} {
		_, err := w.realm.CreateCharacter(ctx, c, tt.n)
		wantCode(t, err, tt.want)
	}
	for _, none := range []string{"", "null", " null "} {
		p, err := w.realm.CreateCharacter(ctx, w.guest(), NewCharacter{Name: fmt.Sprintf("Bare %d", len(none)), Class: "knight", Appearance: []byte(none)})
		must(t, err)
		if p.Appearance != nil {
			t.Errorf("an appearance of %q is kept as %q", none, p.Appearance)
		}
	}
	_, err = w.realm.CreateCharacter(ctx, Caller{Addr: here}, NewCharacter{Name: "Fine", Class: "knight"})
	wantCode(t, err, CodeSignedOut)
}

// A game that offers nothing gets characters of which nothing was chosen but the name.
func TestCharactersWithoutChoices(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Classes, c.CheckAppearance = nil, nil })
	_, err := w.realm.CreateCharacter(t.Context(), w.guest(), NewCharacter{Name: "Dot"})
	must(t, err)
	for _, n := range []NewCharacter{{Name: "Knight", Class: "knight"}, {Name: "Hatter", Appearance: []byte(`{"hat":"pointed"}`)}} {
		_, err := w.realm.CreateCharacter(t.Context(), w.guest(), n)
		wantCode(t, err, CodeInvalid)
	}
}

func TestCharacterLimit(t *testing.T) {
	w := newWorld(t, nil)
	ctx, c := t.Context(), w.guest()
	for i := range maxCharacters {
		_, err := w.realm.CreateCharacter(ctx, c, NewCharacter{Name: fmt.Sprintf("Clone %d", i), Class: "rogue"})
		must(t, err)
	}
	_, err := w.realm.CreateCharacter(ctx, c, NewCharacter{Name: "One more", Class: "rogue"})
	wantCode(t, err, CodeCharacterLimit)
	roster, err := w.realm.Characters(ctx, c)
	must(t, err)
	if len(roster.Characters) != maxCharacters || roster.Limit != maxCharacters || roster.Characters[7].Name != "Clone 7" {
		t.Errorf("roster %+v", roster)
	}
	// The name that was refused is free.
	_, err = w.realm.CreateCharacter(ctx, w.guest(), NewCharacter{Name: "One more", Class: "rogue"})
	must(t, err)
	empty, err := w.realm.Characters(ctx, w.guest())
	must(t, err)
	if empty.Characters == nil || len(empty.Characters) != 0 {
		t.Errorf("a new account's characters: %+v", empty)
	}
}

func TestIDs(t *testing.T) {
	id := ID(0x00ab)
	data, err := json.Marshal(map[string]ID{"id": id})
	must(t, err)
	if string(data) != `{"id":"00000000000000ab"}` {
		t.Errorf("JSON %s", data)
	}
	if got, err := ParseID("00000000000000ab"); err != nil || got != id {
		t.Errorf("parsed %v, %v", got, err)
	}
	for _, bad := range []string{"", "ab", "00000000000000AB", "0x000000000000ab", "+0000000000000ab", "00000000000000abc", "zzzzzzzzzzzzzzzz"} {
		if _, err := ParseID(bad); err == nil {
			t.Errorf("%q was taken for an ID", bad)
		}
	}
}

func TestRecordVersions(t *testing.T) {
	defer func() { delete(upgrades, 0) }()
	old := []byte(`{"v":0,"epoch":7,"place":"overworld"}`)
	if _, err := decode[leaseRecord]("lease/x", old); err == nil {
		t.Error("a version without an upgrade was read")
	}
	upgrades[0] = func(kind string, record map[string]json.RawMessage) error {
		if kind != "lease" {
			return errors.New("not a lease")
		}
		record["zone"] = record["place"]
		delete(record, "place")
		return nil
	}
	h, err := decode[leaseRecord]("lease/x", old)
	must(t, err)
	if h.Zone != "overworld" || h.Epoch != 7 || h.V != recordVersion {
		t.Errorf("upgraded %+v", h)
	}
	_, err = decode[leaseRecord]("lease/x", []byte(`{"v":99}`))
	if err == nil || !strings.Contains(err.Error(), "newer Realmwire") {
		t.Errorf("a record of a newer program: %v", err)
	}
	if _, err := decode[leaseRecord]("lease/x", []byte(`{"v":1,`)); err == nil {
		t.Error("a broken record was read")
	}
}

// A character of the first version of the data looks as it did, and so do records of kinds that have not changed.
func TestCharactersOfVersionOne(t *testing.T) {
	old := []byte(`{"v":1,"id":"00000000000000ab","account":"00000000000000cd","name":"Ada","class":"rogue",` +
		`"look":{"skin":1,"hair":2,"shirt":3},"created":"2026-11-01T00:00:00Z"}`)
	c, err := decode[characterRecord]("character/00000000000000ab", old)
	must(t, err)
	if c.ID != 0xab || c.Account != 0xcd || c.Class != "rogue" || string(c.Appearance) != `{"skin":1,"hair":2,"shirt":3}` || c.V != recordVersion {
		t.Errorf("%+v", c)
	}
	a, err := decode[accountRecord]("account/00000000000000cd", []byte(`{"v":1,"id":"00000000000000cd","name":"look","role":"player"}`))
	must(t, err)
	if a.Name != "look" || a.V != recordVersion {
		t.Errorf("%+v", a)
	}
}
