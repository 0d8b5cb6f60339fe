package schema

import (
	"fmt"
	"go/token"
	"go/types"
	"math"
	"slices"
	"strings"
)

// Enum is a named integer type with constants: a value is one of them or, of flags, any set of them.
type Enum struct {
	Name   string
	Doc    string
	Flags  bool
	Size   uint       // bits of its Go type
	Values []Constant // by number, which counts 0, 1, 2 or not
	Pos    token.Position
}

// Constant is one constant of an enum. Of several with one number it is the first that is declared.
type Constant struct {
	Name   string
	Number int64 // of a uint64 above the greatest int64: the same bits
	Pos    token.Position
}

// Zero reports whether a constant is 0, which is what a field is at first.
func (e *Enum) Zero() bool {
	return slices.ContainsFunc(e.Values, func(c Constant) bool { return c.Number == 0 })
}

// span is the least and the greatest number of an enum's values. 0 is one of them: it is what a field is at first.
func (e *Enum) span() (lo, hi int64) {
	for _, c := range e.Values {
		lo, hi = min(lo, c.Number), max(hi, c.Number)
	}
	return lo, hi
}

// counts reports whether constants have the numbers 0, 1, 2 and so on.
func (e *Enum) counts() bool {
	for i, c := range e.Values {
		if c.Number != int64(i) {
			return false
		}
	}
	return !e.Flags
}

// canonical is what two ends must agree on.
func (e *Enum) canonical() string {
	var out []string
	for _, c := range e.Values {
		if e.counts() {
			out = append(out, c.Name)
		} else {
			out = append(out, fmt.Sprintf("%s=%d", c.Name, c.Number))
		}
	}
	what := "enum"
	if e.Flags {
		what = "flags"
	}
	return fmt.Sprintf("%s %s %s\n", what, e.Name, strings.Join(out, " "))
}

// mark is what a directive calls a type: "enum", "flags", or nothing.
func (s *scanner) mark(name string) string {
	if d := s.find(name); d != nil && len(d.words) > 0 {
		return d.words[0]
	}
	return ""
}

// named is a field of a named integer type: a number, or an enum or flags, which its directive, its tag and the manner of its
// constants tell.
func (s *scanner) named(named *types.Named, f scanned) (Type, error) {
	basic := named.Underlying().(*types.Basic)
	if named.Obj().Pkg() != s.pkg {
		return integer(basic, f.tag)
	}
	name, m := named.Obj().Name(), s.constantsOf(named)
	what := s.mark(name)
	switch ranged := f.tag.has("min") || f.tag.has("max") || f.tag.has("monotonic"); {
	case what == "enum" || what == "flags":
		if len(m.values) == 0 || what == "enum" && len(m.values) == 1 {
			return Type{}, fmt.Errorf("%s has %d constants in this package, too few for %s%s; declare them, or take the directive away", name, len(m.values), directive, what)
		}
	case ranged || len(m.values) < 2:
		what = "number"
	case m.shifted && !m.counted && !m.negative:
		what = "flags"
	case f.tag.has("bits"):
		what = "number"
	case m.counted && !m.shifted && sizes[basic.Kind()] == 8:
		what = "enum"
	default:
		return Type{}, errUnclear(name, m, basic)
	}
	switch what {
	case "enum":
		return s.enumType(named, m)
	case "flags":
		return s.flagsType(named, m, f.tag)
	}
	return integer(basic, f.tag)
}

// errUnclear asks what a type's constants are. A wrong guess would cut values off, or make them wider than they need to be.
func errUnclear(name string, m manner, basic *types.Basic) error {
	var some []string
	for i, c := range m.values {
		if i == 3 {
			some = append(some, "…")
			break
		}
		some = append(some, fmt.Sprintf("%s = %d", c.Name, c.Number))
	}
	flags := ""
	if m.powers && !m.negative {
		flags = fmt.Sprintf(", or %sflags for sets of them", directive)
	}
	return fmt.Errorf("is %s one of its constants (%s), or any number? For one of them, write %senum right above type %s%s; for a number, give the field's range: rw:\"bits=%d\" (or min= and max=)",
		name, strings.Join(some, ", "), directive, name, flags, sizes[basic.Kind()])
}

func (s *scanner) enumType(named *types.Named, m manner) (Type, error) {
	if m.beyond {
		return Type{}, fmt.Errorf("%s has a constant above %d, which no enum can have; give it another number", named.Obj().Name(), math.MaxInt64)
	}
	out := Type{Enum: s.enum(named, m, false)}
	lo, hi := out.Enum.span()
	if uint64(hi)-uint64(lo) >= 1<<maxWordedBits {
		return Type{}, fmt.Errorf("%s: its constants %d..%d take more than %d bits; give them other numbers, or the field a range", out.Enum.Name, lo, hi, maxWordedBits)
	}
	out.setRange(lo, hi)
	return out, nil
}

// flagsType are as many bits as their type has, so that flags may be added and none is cut off; bits= says fewer.
func (s *scanner) flagsType(named *types.Named, m manner, tg tag) (Type, error) {
	basic := named.Underlying().(*types.Basic)
	size, all := int64(sizes[basic.Kind()]), uint64(0)
	for _, c := range m.values {
		all |= uint64(c.Number)
	}
	if m.negative {
		return Type{}, fmt.Errorf("%s has a negative constant, and is a set of flags; take the constant away, or make the type unsigned", named.Obj().Name())
	}
	n, err := tg.within("bits", 1, size, size)
	if err != nil {
		return Type{}, err
	}
	if n < 64 && all>>n != 0 {
		return Type{}, fmt.Errorf("bits=%d has no room for the flags of %s, which take %d", n, named.Obj().Name(), width(all+1))
	}
	var out Type
	if n == size || n > maxWordedBits {
		out, err = integer(basic, tg)
	} else {
		out.setRange(0, 1<<n-1)
		err = out.shortForms(tg)
	}
	out.Enum = s.enum(named, m, true)
	return out, err
}

// enum is the schema's entry for a type, made when a field first needs it.
func (s *scanner) enum(named *types.Named, m manner, flags bool) *Enum {
	name := named.Obj().Name()
	if e, ok := s.enums[name]; ok {
		return e
	}
	e := &Enum{Name: name, Flags: flags, Size: sizes[named.Underlying().(*types.Basic).Kind()], Values: m.values, Pos: s.place(named.Obj().Pos())}
	if d := s.find(name); d != nil {
		e.Doc = d.doc
	}
	s.enums[name] = e
	s.out.Enums = append(s.out.Enums, e)
	return e
}
