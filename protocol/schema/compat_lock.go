package schema

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
)

// lockFormat is raised when a lock file comes to be written otherwise.
const lockFormat = 1

// Lock is one version of a schema as a file keeps it, to be compared with later versions: what decides the bytes on the
// wire, and the names of it all. See docs/evolution.md#the-lock-file.
type Lock struct {
	Format   int        `json:"format"`
	Wire     int        `json:"wire"` // Version
	Hash     string     `json:"hash"` // 16 hex digits
	Package  string     `json:"package"`
	Enums    []LockEnum `json:"enums,omitempty"`
	Structs  []LockDef  `json:"structs,omitempty"` // a struct after those that it refers to
	Entities []LockDef  `json:"entities,omitempty"`
	Messages []LockID   `json:"messages,omitempty"` // bodies are among the structs
	Input    string     `json:"input,omitempty"`
}

// LockName is the name of a package's lock file, which stands beside its generated code.
func LockName(pkg string) string { return pkg + "_schema.json" }

// LockEnum is an enum, or flags, and its constants, by number.
type LockEnum struct {
	Name    string   `json:"name"`
	Flags   bool     `json:"flags,omitempty"`
	Values  []string `json:"values"`
	Numbers []int64  `json:"numbers,omitempty"` // of the constants; without, they count 0, 1, 2 and so on
}

// LockDef is a struct or an entity.
type LockDef struct {
	Name   string      `json:"name"`
	ID     int         `json:"id,omitempty"`   // entities only
	Best   bool        `json:"best,omitempty"` // entities only
	Fields []LockField `json:"fields"`
}

// LockID is a message.
type LockID struct {
	Name string `json:"name"`
	ID   int    `json:"id"`
}

// LockField is one field.
type LockField struct {
	Name  string   `json:"name"`
	Type  LockType `json:"type"`
	Owner bool     `json:"owner,omitempty"`
	Rare  bool     `json:"rare,omitempty"`
	Hint  string   `json:"hint,omitempty"`
}

// LockType is a field's form, in the words of the canonical text, and what it refers to.
type LockType struct {
	Text   string    `json:"text"`
	Enum   string    `json:"enum,omitempty"`
	Struct string    `json:"struct,omitempty"`
	Elem   *LockType `json:"elem,omitempty"`
}

// Lock is the schema as its lock file has it.
func (s *Schema) Lock() *Lock {
	l := &Lock{Format: lockFormat, Wire: Version, Hash: fmt.Sprintf("%016x", s.Hash()), Package: s.Package}
	for _, e := range s.Enums {
		l.Enums = append(l.Enums, lockEnum(e))
	}
	for _, d := range s.Structs {
		l.Structs = append(l.Structs, lockDef(d, 0))
	}
	for _, d := range s.Entities {
		l.Entities = append(l.Entities, lockDef(d, d.ID))
	}
	for _, d := range s.Messages {
		l.Messages = append(l.Messages, LockID{d.Name, d.ID})
	}
	if s.Input != nil {
		l.Input = s.Input.Name
	}
	return l
}

func lockEnum(e *Enum) LockEnum {
	out := LockEnum{Name: e.Name, Flags: e.Flags}
	for _, c := range e.Values {
		out.Values = append(out.Values, c.Name)
		if !e.counts() {
			out.Numbers = append(out.Numbers, c.Number)
		}
	}
	return out
}

func lockDef(d *Def, id int) LockDef {
	out := LockDef{Name: d.Name, ID: id, Best: d.Best, Fields: []LockField{}}
	for _, f := range d.Fields {
		out.Fields = append(out.Fields, LockField{f.Name, lockType(&f.Type), f.Owner, f.Rare, f.Hint.canonical()})
	}
	return out
}

func lockType(t *Type) LockType {
	out := LockType{Text: t.canonical()}
	if t.Enum != nil {
		out.Enum = t.Enum.Name
	}
	if t.Struct != nil {
		out.Struct = t.Struct.Name
	}
	if t.Elem != nil {
		elem := lockType(t.Elem)
		out.Elem = &elem
	}
	return out
}

// Bytes is the lock file's text.
func (l *Lock) Bytes() []byte {
	out, err := json.MarshalIndent(l, "", "\t")
	if err != nil {
		panic(err) // strings and numbers only
	}
	return append(out, '\n')
}

// HashValue is the hash as a number.
func (l *Lock) HashValue() uint64 {
	v, _ := strconv.ParseUint(l.Hash, 16, 64) // checked by ReadLock
	return v
}

// ReadLock reads a lock file.
func ReadLock(text []byte) (*Lock, error) {
	var l Lock
	d := json.NewDecoder(bytes.NewReader(plain(text)))
	d.DisallowUnknownFields() // what this version does not know, it cannot compare
	if err := d.Decode(&l); err != nil {
		return nil, fmt.Errorf("this is no lock file of a schema: %w", err)
	}
	if l.Format != lockFormat {
		return nil, fmt.Errorf("the lock file has format %d; this version of realmwire reads format %d", l.Format, lockFormat)
	}
	if _, err := strconv.ParseUint(l.Hash, 16, 64); err != nil || len(l.Hash) != 16 {
		return nil, fmt.Errorf("hash %.20q: want 16 hex digits", l.Hash)
	}
	return &l, l.check()
}

// plain is a text in UTF-8, without a mark of that before it. A shell on Windows may have written it in UTF-16.
func plain(text []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return bytes.TrimPrefix(text, []byte("\ufeff"))
	}
	var units []uint16
	for at := 2; at+1 < len(text); at += 2 {
		units = append(units, order.Uint16(text[at:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// check holds every reference to something that stands before it, so that whoever follows them comes to an end.
func (l *Lock) check() error {
	enums, structs := map[string]bool{}, map[string]bool{}
	var errs []error
	for _, e := range l.Enums {
		enums[e.Name] = true
		if len(e.Numbers) != 0 && len(e.Numbers) != len(e.Values) {
			errs = append(errs, fmt.Errorf("enum %s has %d values and %d numbers", e.Name, len(e.Values), len(e.Numbers)))
		}
	}
	refers := func(where string, t *LockType) {
		for ; t != nil; t = t.Elem {
			if t.Enum != "" && !enums[t.Enum] || t.Struct != "" && !structs[t.Struct] {
				errs = append(errs, fmt.Errorf("%s refers to %s%s, which is not declared before it", where, t.Enum, t.Struct))
			}
		}
	}
	for i, d := range append(append([]LockDef{}, l.Structs...), l.Entities...) {
		for _, f := range d.Fields {
			refers(d.Name+"."+f.Name, &f.Type)
		}
		if i < len(l.Structs) {
			structs[d.Name] = true
		}
	}
	for _, m := range l.Messages {
		if !structs[m.Name] {
			errs = append(errs, fmt.Errorf("message %s has no body", m.Name))
		}
	}
	if l.Input != "" && !structs[l.Input] {
		errs = append(errs, fmt.Errorf("input %s has no body", l.Input))
	}
	return errors.Join(errs...)
}

func (l *Lock) enum(name string) *LockEnum {
	for i := range l.Enums {
		if l.Enums[i].Name == name {
			return &l.Enums[i]
		}
	}
	return nil
}

func (l *Lock) structDef(name string) *LockDef {
	for i := range l.Structs {
		if l.Structs[i].Name == name {
			return &l.Structs[i]
		}
	}
	return nil
}
