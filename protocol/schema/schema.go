// Package schema is what a game declares of its wire: components, entities, one input and messages, checked and hashed.
//
// [Scan] reads it from a Go package; package gen turns it into codecs. docs/wire.md#schema is normative.
package schema

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"go/token"
	"math/bits"
	"slices"
	"strings"
)

// Version is raised when the same schema comes to mean other bytes; it is part of every hash.
const Version = 2

// Limits of a schema.
const (
	MaxKinds       = 63  // entity kinds, ids 1..63
	MaxMessageID   = 255 // message ids 1..63 are the system's, 64..255 a game's
	FirstGameID    = 64
	MaxStringLen   = 60000 // bytes
	MaxStructs     = 512
	MaxArrayLen    = 4096
	MaxFixedLen    = 64   // elements of an array of fixed length
	MaxEntityBits  = 8000 // of an entity, whole: a snapshot must have room for it
	MaxInputBits   = 512  // of the input, whole: a datagram carries several
	maxWordedBits  = 62   // widest ranged integer
	maxCounterBits = 53   // widest monotonic integer
	minPriority    = 0.01
	maxPriority    = 100
)

// Type is the wire type of one field.
type Type struct {
	Kind          Kind
	Min, Max      int64  // Int: the range; Fixed: the range in steps; String, Octets, List: Max is the greatest length
	Bits          uint   // Int, Fixed, Turn: width; Quat: width of a part; String, Octets, List: width of the length
	Small, Medium uint   // widths of the two short differences (List: of its length); 0 = the value is sent whole
	Num, Den      int64  // Fixed: a step is Num/Den
	Len           int    // Vector, Array: the number of elements
	Go            string // the Go type as generated code spells it
	Enum          *Enum  // Int and Word of a named type with constants, or nil
	Signed        bool   // Word: int64 rather than uint64
	Single        bool   // Fixed, Turn: float32 rather than float64
	Monotonic     bool   // Int: differences are steps forward
	Struct        *Def   // Struct
	Elem          *Type  // List, Vector, Array, Optional
}

// Field is one field of a Def.
type Field struct {
	Name  string
	Doc   string
	Type  Type
	Owner bool // of entities and components: sent to nobody but the owner
	Rare  bool // shares the bit that says whether it changed with the rare fields beside it
	Hint  Hint // fields of components only
	Pos   token.Position
}

// Def is a struct on the wire.
type Def struct {
	Name      string
	Doc       string
	Fields    []Field
	Component bool    // may be part of an entity: has delta forms
	Hinted    bool    // a field of it carries a Hint
	Best      bool    // entities: the best tier codes their components with hints together, as one row
	Position  bool    // its X and Y, or its vector Position, place the entity in the world
	ID        int     // entities and messages
	Priority  float64 // entities: their claim on a full snapshot; 0: as usual, which is 1
	Pos       token.Position
	size      measured
}

// Private reports whether a field of d itself is sent to nobody but the owner.
func (d *Def) Private() bool {
	return slices.ContainsFunc(d.Fields, func(f Field) bool { return f.Owner })
}

// Schema is one package's wire.
type Schema struct {
	Package  string // Go package name
	Pos      token.Position
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
		fmt.Fprintf(&b, "%s %s %d%s\n", what, d.Name, d.ID, d.tier())
		for _, f := range d.Fields {
			fmt.Fprintf(&b, "\t%s %s owner=%t rare=%t%s\n", f.Name, f.Type.canonical(), f.Owner, f.Rare, f.Hint.canonical())
		}
	}
	for _, e := range s.Enums {
		b.WriteString(e.canonical())
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

// width is the number of bits that n distinct values take.
func width(n uint64) uint { return uint(bits.Len64(n - 1)) }
