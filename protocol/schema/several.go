package schema

import (
	"fmt"
	"go/token"
	"go/types"
)

// slice is bytes or a list. Its greatest length is len=, or max= where its elements have no use for that.
func (s *scanner) slice(u *types.Slice, tg tag, at token.Pos, spelled string) (Type, error) {
	key, most := "max", int64(MaxArrayLen)
	if tg.has("len") {
		key = "len"
	}
	b, ok := types.Unalias(u.Elem()).(*types.Basic)
	octets := ok && b.Kind() == types.Uint8
	if octets {
		most = MaxStringLen
	}
	n, err := tg.whole(key)
	switch {
	case err != nil:
		return Type{}, err
	case n == nil || *n < 1:
		return Type{}, fmt.Errorf("%s needs its greatest length: rw:\"max=16\" (or len=16 where its elements have a max= of their own)", spelled)
	case *n > most:
		return Type{}, fmt.Errorf("%s=%d is above %d", key, *n, most)
	}
	out := Type{Max: *n}
	out.setRange(0, *n) // the differences of a list's length
	if out.Kind = List; octets {
		out.Kind = Octets
		return out, nil
	}
	out.Elem, err = s.elem(u.Elem(), tg, at, spelled)
	return out, err
}

// array is an array of fixed length; all words of its tag are its elements'.
func (s *scanner) array(u *types.Array, tg tag, at token.Pos, spelled string) (Type, error) {
	if u.Len() < 1 || u.Len() > MaxFixedLen {
		return Type{}, fmt.Errorf("%s has %d elements; 1 to %d can be sent, more as a slice with max=", spelled, u.Len(), MaxFixedLen)
	}
	elem, err := s.elem(u.Elem(), tg, at, spelled)
	return Type{Kind: Array, Len: int(u.Len()), Elem: elem}, err
}

// elem is the type of each of several values. What it is not lets every language spell it.
func (s *scanner) elem(t types.Type, tg tag, at token.Pos, of string) (*Type, error) {
	out, err := s.wireType(t, tg, at)
	if err == nil && (out.Kind == List || out.Kind == Array || out.Kind == Optional) {
		err = fmt.Errorf("%s: put the inner %s into a struct of its own, and make a list of those", of, out.Go)
	}
	return &out, err
}

// optional is a value that may be absent; all words of its tag are the value's.
func (s *scanner) optional(t types.Type, tg tag, at token.Pos) (Type, error) {
	out, err := s.wireType(t, tg, at)
	if err == nil && out.Kind == Optional {
		err = fmt.Errorf("an optional of %s has two ways to be absent; leave one out", out.Go)
	}
	return Type{Kind: Optional, Elem: &out}, err
}
