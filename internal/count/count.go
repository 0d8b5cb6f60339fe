// Package count reads counters that are fields of structs. A field is declared once, where it counts, with its help in a tag:
//
//	type Counters struct {
//		BadTickets atomic.Uint64 `help:"tickets that were malformed, forged or expired"`
//	}
//
// Its name in metrics, bad_tickets, and its help come from there, so that a new one needs no other line. Who alone counts has plain
// uint64 fields. The pure cores use this package: it has no lock and no atomic itself.
package count

import (
	"reflect"
	"strings"
	"unicode"
)

// Counter is one field as it is now.
type Counter struct {
	Name  string // in snake case
	Help  string
	Value uint64
	Gauge bool // it also falls: an int, and not a total
}

// loader is what an atomic.Uint64 is, without the import.
type loader interface{ Load() uint64 }

// Of reads a struct, or what a pointer to one points to, in the order of its fields: uint64 and atomic.Uint64 are totals, int are
// gauges, embedded structs are looked into, and other fields are not counters. Fields that are not exported are nobody's business.
// Atomics are read through a pointer only. It panics on what is no struct.
func Of(counters any) []Counter {
	return appendOf(nil, reflect.Indirect(reflect.ValueOf(counters)))
}

func appendOf(out []Counter, v reflect.Value) []Counter {
	for i := range v.NumField() {
		f, t := v.Field(i), v.Type().Field(i)
		if t.Anonymous && t.Type.Kind() == reflect.Struct {
			out = appendOf(out, f)
			continue
		}
		if !t.IsExported() {
			continue
		}
		c := Counter{Name: Name(t.Name), Help: t.Tag.Get("help")}
		switch f.Kind() {
		case reflect.Uint64:
			c.Value = f.Uint()
		case reflect.Int:
			c.Value, c.Gauge = uint64(max(f.Int(), 0)), true
		default:
			if !reflect.PointerTo(t.Type).Implements(reflect.TypeFor[loader]()) {
				continue
			}
			c.Value = f.Addr().Interface().(loader).Load()
		}
		out = append(out, c)
	}
	return out
}

// Add adds one struct of uint64 counters to another.
func Add[T any](to, from *T) {
	add(reflect.ValueOf(to).Elem(), reflect.ValueOf(from).Elem())
}

func add(to, from reflect.Value) {
	for i := range to.NumField() {
		if a, b := to.Field(i), from.Field(i); a.Kind() == reflect.Struct {
			add(a, b)
		} else {
			a.SetUint(a.Uint() + b.Uint())
		}
	}
}

// Name spells a field as metrics do: BadTickets → bad_tickets.
func Name(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
