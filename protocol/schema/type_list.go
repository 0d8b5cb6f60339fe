package schema

import (
	"fmt"
	"go/types"
)

// List is at most Max elements.
const List Kind = "list"

func init() {
	register(List, kind{
		declared: "slices with max=",
		match: func(t types.Type, _ tag) bool {
			u, ok := t.Underlying().(*types.Slice)
			return ok && !ofBytes(u)
		},
		scan: func(s *scanner, f scanned) (Type, error) {
			out, err := bounded(List, f, MaxArrayLen)
			if err == nil {
				out.Elem, err = s.elem(f.typ.Underlying().(*types.Slice).Elem(), f)
			}
			return out, err
		},
		canonical: func(t *Type) string { return fmt.Sprintf("list %d of %s", t.Max, t.Elem.canonical()) },
		mostBits:  func(t *Type) int64 { return min(int64(t.Bits)+t.Max*t.Elem.MostBits(), hugeBits) },
		flat:      func(*Type) bool { return false },
	})
}

// bounded is a slice. Its greatest length is len=, or max= where its elements have no use for that.
func bounded(kind Kind, f scanned, most int64) (Type, error) {
	key := "max"
	if f.tag.has("len") {
		key = "len"
	}
	n, err := f.tag.whole(key)
	switch {
	case err != nil:
		return Type{}, err
	case n == nil || *n < 1:
		return Type{}, fmt.Errorf("%s needs its greatest length: rw:\"max=16\" (or len=16 where its elements have a max= of their own)", f.spelled)
	case *n > most:
		return Type{}, fmt.Errorf("%s=%d is above %d", key, *n, most)
	}
	out := Type{Max: *n}
	out.setRange(0, *n) // the differences of a list's length
	out.Kind = kind
	return out, nil
}

// elem is the type of each of several values. What it is not lets every language spell it.
func (s *scanner) elem(t types.Type, of scanned) (*Type, error) {
	out, err := s.wireType(t, of.tag, of.at)
	if err == nil && (out.Kind == List || out.Kind == Array || out.Kind == Optional) {
		err = fmt.Errorf("%s: put the inner %s into a struct of its own, and make a list of those", of.spelled, out.Go)
	}
	return &out, err
}
