package schema_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/schema"
)

// bestGame is a game whose one entity asks for the best tier; its components' fields are filled in.
const bestGame = `package game

import "github.com/realmwire/realmwire/protocol/geom"

//realmwire:component position
type Place struct {
	PLACE
}

//realmwire:component
type More struct {
	MORE
}

//realmwire:entity id=1 best
type Thing struct {
	Place Place
	More  More
}
`

func scanBest(t *testing.T, place, more string) (*schema.Schema, error) {
	t.Helper()
	dir := t.TempDir()
	src := strings.NewReplacer("PLACE", place, "MORE", more).Replace(bestGame)
	if err := os.WriteFile(filepath.Join(dir, "game.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	return schema.Scan(dir, schema.FirstGameID)
}

// TestBestRefuses holds that a schema asks for the best tier only where that can code something.
func TestBestRefuses(t *testing.T) {
	const moving = "X, Y int32 `rw:\"predict=motion\"`"
	for name, c := range map[string]struct{ place, more, want string }{
		"nothing hinted": {"X, Y int32", "Hot bool", "it has none"},
		"two places":     {moving, "A, B int32 `rw:\"predict=motion\"`", "one predict=motion of an entity, and its components have 2"},
		"two rotations":  {"X, Y int32\nQ geom.Quat `rw:\"bits=9 predict=rotation\"`", "R geom.Quat `rw:\"bits=9 predict=rotation\"`", "one predict=rotation"},
		"too many":       {moving, manyBools(62) + "\nLast bool `rw:\"lapse=3\"`", "at most 64 integers in 16 groups, and its components with hints have 65 in 64"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := scanBest(t, c.place, c.more); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %q", err, c.want)
			}
		})
	}
	if _, err := scanBest(t, moving, "Hot bool `rw:\"lapse=3\"`"); err != nil {
		t.Error(err)
	}
}

func manyBools(n int) string {
	var names []string
	for i := range n {
		names = append(names, "B"+string(rune('A'+i/26))+string(rune('a'+i%26)))
	}
	return strings.Join(names, ", ") + " bool"
}

// Only entities ask.
func TestBestStandsOnEntities(t *testing.T) {
	dir := t.TempDir()
	src := "package game\n\n//realmwire:component position best\ntype Place struct{ X, Y int32 }\n\n//realmwire:entity id=1\ntype Thing struct{ Place Place }\n"
	if err := os.WriteFile(filepath.Join(dir, "game.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := schema.Scan(dir, schema.FirstGameID); err == nil || !strings.Contains(err.Error(), "best stands on entities") {
		t.Error(err)
	}
}

// TestBestBetweenVersions holds that a client plays on, in the fast tier, where the best one would code its rows otherwise.
func TestBestBetweenVersions(t *testing.T) {
	const place, more = "X, Y int32 `rw:\"max=4000 predict=motion\"`", "Hot bool"
	lock := func(edit ...string) *schema.Lock {
		src := strings.NewReplacer("PLACE", place, "MORE", more).Replace(bestGame)
		return lockOf(t, strings.NewReplacer(edit...).Replace(src))
	}
	for name, c := range map[string]struct {
		older, newer *schema.Lock
		fast         bool
	}{
		"the same":             {lock(), lock("type Thing", "// Thing is a thing.\ntype Thing"), false},
		"asked for":            {lock(" best", ""), lock(), true},
		"not asked any more":   {lock(), lock(" best", ""), true},
		"a row of other range": {lock(), lock("max=4000", "max=3000"), true},
		"a range beside it":    {lock("Hot bool", "Heat uint8 `rw:\"max=120\"`"), lock("Hot bool", "Heat uint8 `rw:\"max=100\"`"), false},
	} {
		t.Run(name, func(t *testing.T) {
			r := schema.Compare(c.older, c.newer)
			if !r.Compatible() || r.Fast != c.fast {
				t.Errorf("compatible %t, fast %t; want %t\n%s", r.Compatible(), r.Fast, c.fast, r)
			}
		})
	}
}
