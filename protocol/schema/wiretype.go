package schema

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
)

// spell is a Go type as the generated code must name it.
func (s *scanner) spell(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == s.pkg {
			return ""
		}
		return p.Name()
	})
}

// wireType is how a field of a Go type goes on the wire. It takes the words that it understands out of the tag.
func (s *scanner) wireType(t types.Type, tg tag, at token.Pos) (Type, error) {
	t = types.Unalias(t)
	out, err := s.kindOf(t, tg, at)
	out.Go = s.spell(t)
	return out, err
}

func (s *scanner) kindOf(t types.Type, tg tag, at token.Pos) (Type, error) {
	switch path, name := foreign(t); path {
	case geomPath:
		return geometry(name, tg)
	case snapshotPath:
		return Type{Kind: Ref}, nil
	case optionalPath:
		return s.optional(t.(*types.Named).TypeArgs().At(0), tg, at)
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return s.basic(t, u, tg)
	case *types.Struct:
		named, ok := t.(*types.Named)
		if !ok {
			return Type{}, errors.New("give the struct a name of its own")
		}
		if def := s.structDef(named.Obj().Name(), at); def != nil {
			return Type{Kind: Struct, Struct: def}, nil
		}
	case *types.Slice:
		return s.slice(u, tg, at, s.spell(t))
	case *types.Array:
		return s.array(u, tg, at, s.spell(t))
	case *types.Pointer:
		e := s.spell(u.Elem())
		return Type{}, fmt.Errorf("*%s cannot be sent: the game's value and the history would share it; use optional.Of[%s]", e, e)
	}
	return Type{}, fmt.Errorf("%s cannot be sent; use %s", s.spell(t), sendable)
}

const sendable = "bool, sized integers, named integers with constants, floats with step=, string, []byte, slices with max=, arrays, " +
	"geom.Vec2, geom.Vec3, geom.Quat, optional.Of, snapshot.ID, or a struct of these"

func (s *scanner) basic(t types.Type, u *types.Basic, tg tag) (Type, error) {
	switch {
	case u.Kind() == types.Invalid:
		return Type{}, fmt.Errorf("its type is not known here; use %s", sendable)
	case u.Kind() == types.Bool:
		return Type{Kind: Bool}, nil
	case u.Kind() == types.String:
		n, err := tg.within("max", 1, MaxStringLen, 0)
		if err == nil && n == 0 {
			err = fmt.Errorf("a string needs its greatest length in bytes: rw:\"max=24\" (at most %d)", MaxStringLen)
		}
		return Type{Kind: String, Max: n, Bits: width(uint64(n) + 1)}, err
	case u.Kind() == types.Float32 || u.Kind() == types.Float64:
		if tg.flag("angle") {
			return turn(tg, u.Kind() == types.Float32)
		}
		return fixed(tg, u.Kind() == types.Float32)
	case u.Info()&types.IsInteger == 0:
		return Type{}, fmt.Errorf("%s cannot be sent; use %s", u.Name(), sendable)
	case u.Kind() == types.Int || u.Kind() == types.Uint || u.Kind() == types.Uintptr:
		return Type{}, fmt.Errorf("%s has no fixed size; use a sized integer (int8 to uint64), with min= and max= where it has a range", u.Name())
	}
	if named, ok := t.(*types.Named); ok {
		if e := s.enum(named); e != nil {
			out := Type{Enum: e}
			out.setRange(0, int64(len(e.Values))-1)
			return out, nil
		}
	}
	return integer(u, tg)
}
