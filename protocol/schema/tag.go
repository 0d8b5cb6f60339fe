package schema

import (
	"errors"
	"fmt"
	"go/ast"
	"maps"
	"math"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var errUnexported = errors.New("begin its name with a capital letter, or move it out of the struct; every field is sent")

// valueWords are the words of a field's tag that take a value.
var valueWords = []string{"min", "max", "step", "len", "bits", "small", "medium", "predict", "fall", "drag", "half", "floor", "lapse"}

// flagWords are those that stand alone: any field's, and each kind's own.
func flagWords() []string {
	out := []string{"owner", "rare"}
	for _, name := range Kinds() {
		out = append(out, kinds[name].flags...)
	}
	return out
}

// ourTag finds what is meant for this package in a tag, however it is written.
var ourTag = regexp.MustCompile(`(?i)(^|\s|"[,;])rw\s*($|[:=])`)

// tag is what stands in a field's rw:"…". Each reader takes its words out, so that one left over fits nothing.
type tag struct{ words map[string]string }

func parseTag(lit *ast.BasicLit) (tag, error) {
	t := tag{words: map[string]string{}}
	if lit == nil {
		return t, nil
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return t, err
	}
	said, ok := reflect.StructTag(text).Lookup("rw")
	if n := len(ourTag.FindAllString(text, -1)); n > 1 || n == 1 && !ok {
		return t, fmt.Errorf("of the tag `%s` nothing is read, or not all: write one rw:\"…\" on one line, with no space behind the colon, and a space before other tags", strings.Join(strings.Fields(text), " "))
	}
	for word := range strings.FieldsSeq(said) {
		key, val, valued := strings.Cut(word, "=")
		if _, twice := t.words[key]; twice {
			return t, fmt.Errorf("the tag has %s twice; leave one out", key)
		}
		if valued && !slices.Contains(valueWords, key) || !valued && !slices.Contains(flagWords(), key) {
			return t, fmt.Errorf("the tag does not know %q; it knows %s, and %s=, separated by spaces",
				word, strings.Join(flagWords(), ", "), strings.Join(valueWords, "=, "))
		}
		t.words[key] = val
	}
	return t, nil
}

// empty is an error when a word was left over by those who read the tag of a value of that Go type.
func (t tag) empty(of string) error {
	if len(t.words) == 0 {
		return nil
	}
	left := slices.Sorted(maps.Keys(t.words))
	return fmt.Errorf("%s says nothing of %s; take it out of the tag", strings.Join(left, ", "), of)
}

func (t tag) take(key string) (string, bool) {
	val, ok := t.words[key]
	delete(t.words, key)
	return val, ok
}

func (t tag) has(key string) bool {
	_, ok := t.words[key]
	return ok
}

// flag reports whether a word stands in the tag.
func (t tag) flag(key string) bool {
	_, ok := t.take(key)
	return ok
}

// whole is a whole number, or nil where the tag has none.
func (t tag) whole(key string) (*int64, error) {
	val, ok := t.take(key)
	if !ok {
		return nil, nil
	}
	n, err := strconv.ParseInt(val, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("the tag %q wants a whole number", key+"="+val)
	}
	return &n, nil
}

// within is a whole number of lo to hi; or, where the tag has none, otherwise.
func (t tag) within(key string, lo, hi, otherwise int64) (int64, error) {
	n, err := t.whole(key)
	switch {
	case err != nil:
		return 0, err
	case n == nil:
		return otherwise, nil
	case *n < lo || *n > hi:
		return 0, fmt.Errorf("%s=%d is not within %d..%d", key, *n, lo, hi)
	}
	return *n, nil
}

// rational is an exact number: 3, -0.05, 1/256. It is nil where the tag has none.
func (t tag) rational(key string) (*big.Rat, error) {
	val, ok := t.take(key)
	if !ok {
		return nil, nil
	}
	r, fine := new(big.Rat).SetString(val)
	// An exponent may ask for more digits than there is memory.
	if !fine || strings.ContainsAny(val, "eEpPxX_") {
		return nil, fmt.Errorf("the tag %q wants a number, as in %s=0.05 or %s=1/256", key+"="+val, key, key)
	}
	return r, nil
}

// real is a number, 0 where the tag has none.
func (t tag) real(key string) (float64, error) {
	val, ok := t.take(key)
	if !ok {
		return 0, nil
	}
	v, err := strconv.ParseFloat(val, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%s=%s is no number", key, val)
	}
	return v, nil
}
