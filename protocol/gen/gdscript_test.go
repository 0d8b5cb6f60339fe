package gen_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen"
)

func TestCommittedGDScriptIsFresh(t *testing.T) {
	for name, c := range map[string]gen.Config{
		"message": {Dir: "../message", GDScript: "../../godot/addons/realmwire/gen/message.gd", FirstMessageID: 1},
		"demo":    {Dir: "../internal/demo", GDScript: "../../godot/test/gen/demo.gd"},
		"rpg":     {Dir: "../../zone/games/rpg", GDScript: "../../godot/demo/gen/rpg.gd"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := gen.Check(c); err != nil {
				t.Error(err)
			}
		})
	}
}

const named = `package game

// Mood has its own name in its values; [Way] has not.
type Mood uint8

const (
	MoodCalm Mood = iota
	MoodVeryAngry
)

type Way uint8

const (
	North Way = iota
	South
)

// Timer is a class of Godot's.
//
//realmwire:component position
type Timer struct {
	X, Y    int32
	HPMax   uint8
	Class   uint8  // a keyword
	TickHz  uint8
	Queue   string ` + "`rw:\"max=3\"`" + `
	Mood    Mood
	Way     Way
}

//realmwire:entity id=1
type Thing struct {
	Owner Timer // entities have a parameter of that name
}

//realmwire:input
type Input struct{ R, Up bool }

//realmwire:message id=64
type Mail struct {
	Encode uint64
	Names []Line ` + "`rw:\"max=4\"`" + `
}

type Line struct {
	Text string ` + "`rw:\"max=9\"`" + `
}
`

// Names must be as GDScript spells them, and free: an inner class named like one of Godot's is an error there.
func TestGDScriptNames(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "game.go"), []byte(named), 0o644); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "game.gd")
	_, files, err := gen.Render(gen.Config{Dir: dir, GDScript: path})
	if err != nil {
		t.Fatal(err)
	}
	text := string(files[path])
	for _, want := range []string{
		"class_name GameSchema\n",
		"## Mood has its own name in its values; [code]Way[/code] has not.\nenum Mood {\n\tCALM = 0,\n\tVERY_ANGRY = 1,\n}",
		"enum Way {\n\tNORTH = 0,",
		"class GameTimer:\n\textends RefCounted",
		"\tvar hp_max: int = 0\n\t## a keyword\n\tvar class_: int = 0\n\tvar tick_hz: int = 0\n\tvar queue: String = \"\"\n\tvar mood: Mood = Mood.CALM",
		"\tvar owner_: GameTimer\n",
		"class GameInput:\n\textends RealmwireInput\n\tvar r_: bool = false\n\tvar up: bool = false",
		"class Mail:\n\textends RealmwireMessage\n",
		"\tvar encode_: int = 0\n\tvar names: Array[Line] = []",
		"_shared.kinds[1] = Thing\n\t\t_shared.messages[64] = Mail\n\t\t_shared.input = GameInput",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing:\n%s", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}
