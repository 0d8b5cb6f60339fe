// Package gentest makes schemas that nobody would write, and values of them, for tests that hold every language to the others.
package gentest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Counts of what a schema declares.
const (
	plainStructs = 10
	components   = 16
	entities     = 6
	messages     = 5
)

// named are the named numbers of a schema: enums that count, have gaps, go below zero and do without a 0, and flags of all widths.
var named = []struct{ name, typ, constants string }{
	{"Mood", "uint8", "Calm Mood = iota\n\tGlad\n\tCross"},
	{"Way", "int8", "Left Way = iota - 1\n\tStraight\n\tRight"},
	{"Rank", "uint8", "Sergeant Rank = 10 * (iota + 1)\n\tMajor"},
	{"Keys", "uint8", "Jump Keys = 1 << iota\n\tFire\n\tDuck"},
	{"Marks", "uint32", "Dirty Marks = 1 << (31 - iota)\n\tTorn"},
	{"Rights", "uint64", "Own Rights = 1 << (63 - iota)\n\tLend"},
}

// source writes one schema.
type source struct {
	strings.Builder
	rng *rand.Rand
}

func (s *source) line(format string, args ...any) { fmt.Fprintf(&s.Builder, format+"\n", args...) }

func (s *source) oneOf(words ...string) string { return words[s.rng.IntN(len(words))] }

// Source is the Go source of a random schema: package random.
func Source(rng *rand.Rand) string {
	s := &source{rng: rng}
	s.line("package random\n\nimport (")
	for _, p := range []string{"geom", "optional", "snapshot"} {
		s.line("\t%q", "github.com/realmwire/realmwire/protocol/"+p)
	}
	s.line(")\n\n// Every package is used.\nvar (\n\t_ geom.Vec2\n\t_ optional.Of[int]\n\t_ snapshot.ID\n)\n")
	for _, c := range named {
		s.line("type %s %s\n\nconst (\n\t%s\n)\n", c.name, c.typ, c.constants)
	}
	for i := range plainStructs {
		s.line("type P%d struct {", i)
		s.fields(rng.IntN(4), s.leaf, false)
		s.line("}\n")
	}
	for i := range components {
		s.line("//realmwire:component\ntype C%d struct {", i)
		s.fields(rng.IntN(7), s.any, true)
		s.line("}\n")
	}
	for i := range entities {
		s.entity(i)
	}
	for i := range messages {
		s.line("//realmwire:message id=%d\ntype M%d struct {", 64+i, i)
		s.fields(rng.IntN(7), s.any, false)
		s.line("}\n")
	}
	s.line("//realmwire:input\ntype Wish struct {")
	s.fields(5, s.wish, false)
	s.line("}")
	return s.String()
}

func (s *source) fields(n int, draw func() (string, string), hints bool) {
	for i := range n {
		typ, tag := draw()
		if hints && s.rng.IntN(4) == 0 {
			tag += " rare"
		}
		if hints && s.rng.IntN(6) == 0 {
			tag += " owner"
		}
		s.line("\tF%d %s `rw:%q`", i, typ, tag)
	}
}

func (s *source) entity(i int) {
	s.line("//realmwire:component position\ntype At%d struct {", i)
	switch s.rng.IntN(4) {
	case 0:
		s.line("\tX, Y int32")
	case 1:
		s.line("\tX float32 `rw:\"min=-100 max=100 step=0.1\"`\n\tY int16")
	case 2:
		s.line("\tPosition geom.Vec2 `rw:\"min=-100 max=100 step=0.1 predict=motion\"`")
	case 3:
		s.line("\tPosition geom.Vec3 `rw:\"min=-100 max=100 step=1/64 predict=motion\"`\n\tTurn geom.Quat `rw:\"bits=%d predict=rotation\"`", 4+s.rng.IntN(12))
	}
	s.line("}\n\n//realmwire:entity id=%d\ntype E%d struct {\n\tAt At%d\n\tPart C%d%s\n}\n", 1+i, i, i, s.rng.IntN(components), s.oneOf("", " `rw:\"owner\"`"))
}
