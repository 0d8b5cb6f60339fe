package listen

import (
	"reflect"
	"strings"
	"unicode"
)

// Counter is one number of one transport: a total since the start, or, without an event, the sessions that are open.
type Counter struct {
	Transport string
	Event     string
	Value     uint64
}

// Counters are those of all transports, each under its field's name in snake case, so that a new one is never forgotten.
func (t *Transports) Counters() []Counter {
	var out []Counter
	for _, s := range t.all {
		v := reflect.ValueOf(s.counters())
		for i := range v.NumField() {
			switch f := v.Field(i); f.Kind() {
			case reflect.Uint64:
				out = append(out, Counter{s.name, snake(v.Type().Field(i).Name), f.Uint()})
			case reflect.Int:
				out = append(out, Counter{Transport: s.name, Value: uint64(f.Int())})
			}
		}
	}
	return out
}

// snake spells a Go name as metrics do: BadTickets → bad_tickets.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
