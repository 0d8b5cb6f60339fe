// Package schema is what a game declares of its wire: components, entities, one input and messages, checked and hashed.
//
// [Scan] reads it from a Go package; package gen turns it into codecs. docs/wire.md#schema is normative.
package schema

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
)

// Version is raised when the same schema comes to mean other bytes; it is part of every hash.
const Version = 1

// Limits of a schema.
const (
	MaxKinds      = 63  // entity kinds, ids 1..63
	MaxMessageID  = 255 // message ids 1..63 are the system's, 64..255 a game's
	FirstGameID   = 64
	MaxStringLen  = 60000 // bytes
	MaxStructs    = 512
	MaxArrayLen   = 4096
	maxWordedBits = 62 // widest ranged integer
)

// Kind says how a value is written.
type Kind uint8

// The kinds of values.
const (
	Bool   Kind = iota + 1
	Int         // ranged: Min..Max in Bits bits
	Word        // all 64 bits
	String      // UTF-8, at most Max bytes
	Octets      // bytes, at most Max
	Struct      // another struct, inline
	List        // at most Max elements
)

// Type is the wire type of one field.
type Type struct {
	Kind          Kind
	Min, Max      int64  // Int: the range; String, Octets, List: Max is the greatest length
	Bits          uint   // Int: width; String, Octets, List: width of the length
	Small, Medium uint   // Int: widths of the two short differences; 0 = the value is sent whole
	Go            string // the Go type as its package spells it
	Enum          *Enum  // Int of a named type with constants, or nil
	Signed        bool   // Word: int64 rather than uint64
	Struct        *Def   // Struct
	Elem          *Type  // List
}

// Field is one field of a Def.
type Field struct {
	Name  string
	Doc   string
	Type  Type
	Owner bool // entity fields only: sent to nobody but the owner
	Hint  Hint // fields of components only
}

// Hint says how a field changes, for the tier that predicts. See docs/wire.md#best.
type Hint struct {
	Predict string  // "motion", "rotation" or nothing
	Fall    float64 // motion: acceleration along the last axis, in units per tick²
	Drag    float64 // motion: share of its speed that a free body loses in a tick
	Half    int64   // motion: half the edge of the body's box, in units
	Floor   int64   // motion: where the ground is along the last axis
	Lapse   int64   // without predict: ticks of rest after which the value falls back
}

func (h Hint) canonical() string {
	if h == (Hint{}) {
		return ""
	}
	return fmt.Sprintf(" predict=%s fall=%v drag=%v half=%d floor=%d lapse=%d", h.Predict, h.Fall, h.Drag, h.Half, h.Floor, h.Lapse)
}

// Enum is a named integer type with constants 0..n-1.
type Enum struct {
	Name   string
	Doc    string
	Values []string // constant names, by value
}

// Def is a struct on the wire.
type Def struct {
	Name      string
	Doc       string
	Fields    []Field
	Component bool // may be part of an entity: has delta forms
	Hinted    bool // a field of it carries a Hint: it has a layout for the tier that predicts
	Position  bool // its X and Y place the entity in the world
	ID        int  // entities and messages
	Pos       string
}

// Schema is one package's wire.
type Schema struct {
	Package  string // Go package name
	Enums    []*Enum
	Structs  []*Def // everything that is no entity, components and message bodies included, dependencies first
	Entities []*Def // by id
	Messages []*Def // by id
	Input    *Def   // or nil
}

// Hash identifies the schema: two ends that agree on it understand each other's bytes.
// Names of packages and comments do not count; names of fields do.
func (s *Schema) Hash() uint64 {
	sum := sha256.Sum256([]byte(s.Canonical()))
	return binary.BigEndian.Uint64(sum[:8])
}

// Canonical is the text whose SHA-256 begins with the hash.
func (s *Schema) Canonical() string {
	var b strings.Builder
	fmt.Fprintf(&b, "realmwire schema %d\n", Version)
	def := func(what string, d *Def) {
		fmt.Fprintf(&b, "%s %s %d\n", what, d.Name, d.ID)
		for _, f := range d.Fields {
			fmt.Fprintf(&b, "\t%s %s owner=%t%s\n", f.Name, f.Type.canonical(), f.Owner, f.Hint.canonical())
		}
	}
	for _, e := range s.Enums {
		fmt.Fprintf(&b, "enum %s %s\n", e.Name, strings.Join(e.Values, " "))
	}
	for _, d := range s.Structs {
		def("struct", d)
	}
	for _, d := range s.Entities {
		def("entity", d)
	}
	for _, d := range s.Messages {
		fmt.Fprintf(&b, "message %s %d\n", d.Name, d.ID)
	}
	if s.Input != nil {
		fmt.Fprintf(&b, "input %s\n", s.Input.Name)
	}
	return b.String()
}

func (t *Type) canonical() string {
	switch t.Kind {
	case Bool:
		return "bool"
	case Int:
		return fmt.Sprintf("int %d..%d delta=%d,%d", t.Min, t.Max, t.Small, t.Medium)
	case Word:
		return fmt.Sprintf("word signed=%t", t.Signed)
	case String:
		return fmt.Sprintf("string %d", t.Max)
	case Octets:
		return fmt.Sprintf("octets %d", t.Max)
	case Struct:
		return "struct " + t.Struct.Name
	case List:
		return fmt.Sprintf("list %d of %s", t.Max, t.Elem.canonical())
	}
	panic("schema: unknown kind")
}

// width is the number of bits that n distinct values take.
func width(n uint64) uint { return uint(bits.Len64(n - 1)) }

// setRange makes t a ranged integer with the widths of its short differences. See docs/wire.md#int-delta.
func (t *Type) setRange(lo, hi int64) {
	t.Kind, t.Min, t.Max = Int, lo, hi
	t.Bits = width(uint64(hi) - uint64(lo) + 1)
	t.Small, t.Medium = 0, 0
	if t.Bits > 8 {
		t.Small = max(4, t.Bits/3)
		t.Medium = (t.Small + t.Bits) / 2
	}
}
