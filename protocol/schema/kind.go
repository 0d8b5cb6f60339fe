package schema

import (
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// Kind says how a value is written. It is the first word of the canonical text of its types, but for [Int]'s counters.
type Kind string

// kind is what a schema knows of one kind of value. Each kind has a file of its own, type_NAME.go, which registers it;
// package gen has a file for each kind and language. docs/recipes/schema-type.md says what a new one needs.
type kind struct {
	declared string   // what a schema declares it with, for the message that lists it all
	flags    []string // words of a tag without a value that only this kind has

	// How it is found and read: by its Go type, which is one of these of a package that a schema may use, or else by match.
	known []knownType
	match func(t types.Type, tg tag) bool
	scan  func(s *scanner, f scanned) (Type, error)

	canonical func(t *Type) string
	mostBits  func(t *Type) int64
	flat      func(t *Type) bool    // nil: always
	plain     func(t *Type) bool    // nil: never
	integers  func(t *Type) []Range // nil: it has no such form
	saysSame  bool                  // see [Type.SaysSame]
}

// scanned is a field, or an element of one, as it stands in the source.
type scanned struct {
	typ     types.Type
	tag     tag // each kind takes out the words that it understands
	at      token.Pos
	spelled string // its Go type as generated code must name it
}

// kinds are filled before main runs, and only read from then on.
var kinds = map[Kind]*kind{}

func register(name Kind, k kind) {
	if kinds[name] != nil {
		panic("schema: two kinds of value are called " + string(name))
	}
	kinds[name] = &k
}

// Kinds are all kinds of values, in the order of their names.
func Kinds() []Kind { return slices.Sorted(maps.Keys(kinds)) }

func (t *Type) kind() *kind {
	if k := kinds[t.Kind]; k != nil {
		return k
	}
	panic("schema: unknown kind " + t.Kind)
}

// Range is what an integer may be.
type Range struct{ Min, Max int64 }

// canonical is what two ends must agree on; it is part of the hash.
func (t *Type) canonical() string { return t.kind().canonical(t) }

// MostBits is the greatest length of a whole value.
func (t *Type) MostBits() int64 { return t.kind().mostBits(t) }

// Flat reports whether a value holds no memory besides its own, so that assigning it copies it.
func (t *Type) Flat() bool {
	k := t.kind()
	return k.flat == nil || k.flat(t)
}

// Plain reports whether values are the same on the wire when Go's == says so of those within their range.
func (t *Type) Plain() bool {
	k := t.kind()
	return k.plain != nil && k.plain(t)
}

// SaysSame reports whether the differences of a type say by themselves that there is none, without a bit before them.
func (t *Type) SaysSame() bool { return t.kind().saysSame }

// Integers are the ranges of the integers that a value is to the tier that predicts; none: it has no such form.
func (t *Type) Integers() []Range {
	if k := t.kind(); k.integers != nil {
		return k.integers(t)
	}
	return nil
}

// Properties that many kinds share.

func always(*Type) bool { return true }

func inWidth(t *Type) int64 { return int64(t.Bits) }

func inRange(t *Type) []Range { return []Range{{t.Min, t.Max}} }

// sendable lists what a schema may hold.
func sendable() string {
	var out []string
	for _, name := range Kinds() {
		if text := kinds[name].declared; text != "" {
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
