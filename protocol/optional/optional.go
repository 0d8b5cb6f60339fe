// Package optional has a value that may be absent, for the fields of a schema. It is no pointer, so that the game's value and
// the versions of it that a zone remembers share nothing.
package optional

// Of is a T, or nothing; the zero value is nothing.
type Of[T any] struct {
	Has   bool
	Value T
}

// Some is a value that is present.
func Some[T any](v T) Of[T] { return Of[T]{Has: true, Value: v} }
