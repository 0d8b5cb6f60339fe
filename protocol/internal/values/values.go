// Package values makes random values of generated types, and vectors of their bytes that every language is held to.
package values

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"reflect"

	"github.com/realmwire/realmwire/protocol/bits"
)

// Type is one generated struct.
type Type struct {
	Name string
	New  func() any // a pointer to a zero value
}

// Case is a value and another to tell its difference from, as bytes. Who reads them must be able to write the same.
type Case struct {
	Type  string `json:"type"`
	Owner bool   `json:"owner"` // as the owner sees it; of types that tell the two apart
	Whole string `json:"whole"`
	Base  string `json:"base"`            // whole
	Delta string `json:"delta"`           // of whole against base; empty for types without differences
	Value any    `json:"value,omitempty"` // what whole holds
}

// Of makes n cases of a type and three at the ends of its ranges, for an owner and for others where it tells them apart.
func Of(t Type, rng *rand.Rand, n int) ([]Case, error) {
	var out []Case
	for i := range n + 3 {
		raw, base := t.New(), t.New()
		Fill(rng, reflect.ValueOf(base).Elem())
		switch {
		case i < 3:
			FillEnd(End(i), reflect.ValueOf(raw).Elem())
		case i%3 == 0:
			Fill(rng, reflect.ValueOf(raw).Elem())
		default: // most values differ a little from the one before
			if err := read(raw, write(base, true), true); err != nil {
				return nil, fmt.Errorf("%s: %w", t.Name, err)
			}
			Change(rng, reflect.ValueOf(raw).Elem())
		}
		for _, owner := range audiences(raw) {
			c, err := one(t, raw, base, owner)
			if err != nil {
				return nil, fmt.Errorf("%s, value %+v against %+v: %w", t.Name, raw, base, err)
			}
			if i%8 == 0 {
				err = prefixes(t, raw, owner)
			}
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// prefixes checks that nothing is taken for a whole value that is cut.
func prefixes(t Type, v any, owner bool) error {
	whole := write(v, owner)
	for n := range whole {
		if read(t.New(), whole[:n], owner) == nil {
			return fmt.Errorf("%s: %d bytes of %x were taken for all", t.Name, n, whole)
		}
	}
	return nil
}

func audiences(v any) []bool {
	if _, tells := v.(owned); tells {
		return []bool{false, true}
	}
	return []bool{false}
}

// one writes a value and its difference, reads both back, and holds them to one another.
func one(t Type, raw, rawBase any, owner bool) (Case, error) {
	c := Case{Type: t.Name, Owner: owner}
	whole, base := write(raw, owner), write(rawBase, owner)
	v, b, again := t.New(), t.New(), t.New()
	if err := read(v, whole, owner); err != nil {
		return c, err
	}
	if err := read(b, base, owner); err != nil {
		return c, err
	}
	if got := write(v, owner); string(got) != string(whole) {
		return c, fmt.Errorf("%x was read and became %x", whole, got)
	}
	c.Whole, c.Base, c.Value = hex.EncodeToString(whole), hex.EncodeToString(base), Plain(reflect.ValueOf(v))
	delta, ok := writeDelta(v, b, owner)
	if !ok {
		return c, nil
	}
	c.Delta = hex.EncodeToString(delta)
	// What lies outside its range, or between steps, must make no difference that its bytes do not.
	for _, d := range [][]byte{delta, first(writeDelta(raw, rawBase, owner))} {
		if err := readDelta(again, b, d, owner); err != nil {
			return c, err
		}
		if got := write(again, owner); string(got) != string(whole) {
			return c, fmt.Errorf("the difference %x gave %x and not %x", d, got, whole)
		}
	}
	return c, nil
}

func first(b []byte, _ bool) []byte { return b }

// The methods that generated types have.
type (
	simple interface {
		Write(w *bits.Writer)
		Read(r *bits.Reader)
	}
	owned interface {
		Write(w *bits.Writer, owner bool)
		Read(r *bits.Reader, owner bool)
	}
)

func write(v any, owner bool) []byte {
	var w bits.Writer
	switch v := v.(type) {
	case simple:
		v.Write(&w)
	case owned:
		v.Write(&w, owner)
	}
	return w.Bytes()
}

func read(v any, b []byte, owner bool) error {
	var r bits.Reader
	r.Reset(b)
	switch v := v.(type) {
	case simple:
		v.Read(&r)
	case owned:
		v.Read(&r, owner)
	}
	if !r.Close() {
		return fmt.Errorf("%x was refused", b)
	}
	return nil
}

// writeDelta calls a method whose parameter is of the type itself. It reports whether there is one.
func writeDelta(v, base any, owner bool) ([]byte, bool) {
	var w bits.Writer
	ok := call(v, "WriteDelta", &w, base, owner)
	return w.Bytes(), ok
}

func readDelta(v, base any, b []byte, owner bool) error {
	var r bits.Reader
	r.Reset(b)
	call(v, "ReadDelta", &r, base, owner)
	if !r.Close() {
		return fmt.Errorf("the difference %x was refused", b)
	}
	return nil
}

func call(v any, method string, stream, base any, owner bool) bool {
	m := reflect.ValueOf(v).MethodByName(method)
	if !m.IsValid() {
		return false
	}
	args := []reflect.Value{reflect.ValueOf(stream), reflect.ValueOf(base), reflect.ValueOf(owner)}
	m.Call(args[:m.Type().NumIn()])
	return true
}
