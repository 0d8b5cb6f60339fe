package schema_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/evolution"
	"github.com/realmwire/realmwire/protocol/schema"
)

// craft has a field of each form that protocol/internal/evolution has not.
const craft = `package game

import (
	"github.com/realmwire/realmwire/protocol/geom"
	"github.com/realmwire/realmwire/protocol/optional"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

//realmwire:component position
type Pose struct {
	Position geom.Vec3 ` + "`rw:\"min=-100 max=100 step=0.01 predict=motion\"`" + `
	Facing   geom.Quat ` + "`rw:\"bits=9\"`" + `
}

//realmwire:component
type Gauges struct {
	Fuel   float32 ` + "`rw:\"min=0 max=100 step=0.5\"`" + `
	Rudder float32 ` + "`rw:\"angle bits=6\"`" + `
	Serial uint32  ` + "`rw:\"rare\"`" + `
	Model  uint32  ` + "`rw:\"rare\"`" + `
	Miles  uint32
	Code   uint16
	Lamps  [2]bool
	Target optional.Of[geom.Vec2] ` + "`rw:\"min=0 max=8 step=1\"`" + `
	Tow    snapshot.ID
}

//realmwire:entity id=1 priority=2
type Craft struct {
	Pose   Pose
	Gauges Gauges
}
`

// A lock file says all that the hash covers: what it left out, a comparison would take for nothing.
func TestLockSaysAllThatTheHashCovers(t *testing.T) {
	for name, src := range map[string]string{"craft": craft, "base": evolution.Base} {
		l := lockOf(t, src)
		var b strings.Builder
		fmt.Fprintf(&b, "realmwire schema %d\n", l.Wire)
		ids := map[string]int{}
		for _, m := range l.Messages {
			ids[m.Name] = m.ID
		}
		def := func(what string, d schema.LockDef, id int) {
			fmt.Fprintf(&b, "%s %s %d\n", what, d.Name, id)
			for _, f := range d.Fields {
				fmt.Fprintf(&b, "\t%s %s owner=%t rare=%t%s\n", f.Name, f.Type.Text, f.Owner, f.Rare, f.Hint)
			}
		}
		for _, e := range l.Enums {
			fmt.Fprintf(&b, "enum %s %s\n", e.Name, strings.Join(e.Values, " "))
		}
		for _, d := range l.Structs {
			def("struct", d, ids[d.Name])
		}
		for _, d := range l.Entities {
			def("entity", d, d.ID)
		}
		for _, m := range l.Messages {
			fmt.Fprintf(&b, "message %s %d\n", m.Name, m.ID)
		}
		if l.Input != "" {
			fmt.Fprintf(&b, "input %s\n", l.Input)
		}
		sum := sha256.Sum256([]byte(b.String()))
		if got := hex.EncodeToString(sum[:8]); got != l.Hash {
			t.Errorf("%s: the lock's text has hash %s, the schema %s:\n%s", name, got, l.Hash, b.String())
		}
	}
}

// TestQuantitiesBreak: whatever moves a bit, or gives it another meaning, breaks older clients; what only the server reads does not.
func TestQuantitiesBreak(t *testing.T) {
	older := lockOf(t, craft)
	for name, c := range map[string]struct {
		from, to   string
		compatible bool
	}{
		"nothing":          {"Craft", "Craft", true},
		"priority":         {"priority=2", "priority=3", true},
		"another step":     {"step=0.01", "step=0.02", false},
		"another range":    {"max=100 step=0.5", "max=90 step=0.5", false},
		"finer rotation":   {"bits=9", "bits=10", false},
		"finer angle":      {"angle bits=6", "angle bits=7", false},
		"no prediction":    {" predict=motion", "", false},
		"plane":            {"Position geom.Vec3", "Position geom.Vec2", false},
		"rare no more":     {"Model  uint32  `rw:\"rare\"`", "Model  uint32", false},
		"a counter":        {"Miles  uint32", "Miles  uint32 `rw:\"monotonic\"`", false},
		"the owner's":      {"Code   uint16", "Code   uint16 `rw:\"owner\"`", false},
		"a longer array":   {"[2]bool", "[3]bool", false},
		"no optional":      {"optional.Of[geom.Vec2]", "geom.Vec2", false},
		"not a reference":  {"Tow    snapshot.ID", "Tow    uint32", false},
		"wider than float": {"Fuel   float32", "Fuel   float64", true}, // the same steps
	} {
		src := strings.Replace(craft, c.from, c.to, 1)
		if name != "nothing" && src == craft {
			t.Fatalf("%s: the schema has no %q", name, c.from)
		}
		for _, unused := range []string{"optional", "snapshot"} {
			if !strings.Contains(src, unused+".") {
				src = strings.Replace(src, "\t\"github.com/realmwire/realmwire/protocol/"+unused+"\"\n", "", 1)
			}
		}
		if r := schema.Compare(older, lockOf(t, src)); r.Compatible() != c.compatible {
			t.Errorf("%s: compatible is %t\n%s", name, r.Compatible(), r)
		}
	}
}
