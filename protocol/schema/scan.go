package schema

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

const directive = "//realmwire:"

// Error is one thing wrong with a schema, with its place and the mend.
type Error struct {
	Pos  token.Position
	Text string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d: %s", filepath.Base(e.Pos.Filename), e.Pos.Line, e.Text)
}

// Scan reads the schema that the Go package in dir declares. Its errors, joined, name file, line, field and the mend.
// Files whose names end in _gen.go or _test.go are passed over. Messages count from firstMessageID, which is [FirstGameID]
// for a game.
func Scan(dir string, firstMessageID int) (*Schema, error) {
	fset := token.NewFileSet()
	files, err := parse(fset, dir)
	if err != nil {
		return nil, err
	}
	s := &scanner{fset: fset, defs: map[string]*Def{}, enums: map[string]*Enum{}, out: &Schema{Package: files[0].Name.Name}}
	s.check(files)
	for _, f := range files {
		s.collect(f)
	}
	s.build()
	s.rules(firstMessageID)
	if len(s.errs) > 0 {
		return nil, errors.Join(s.errs...)
	}
	return s.out, nil
}

func parse(fset *token.FileSet, dir string) ([]*ast.File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the package to generate for: %w", err)
	}
	var files []*ast.File
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_gen.go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if ok, err := build.Default.MatchFile(dir, name); err != nil || !ok {
			continue
		}
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no Go files in %s: name the folder of the package that declares the schema", dir)
	}
	return files, nil
}

// declared is a struct that carries a directive, or that one which does refers to.
type declared struct {
	spec  *ast.TypeSpec
	doc   string
	words []string // of the directive, the first its kind; empty without one
}

type scanner struct {
	fset  *token.FileSet
	pkg   *types.Package
	decls []declared
	defs  map[string]*Def
	enums map[string]*Enum
	open  []string // structs being built, to find cycles
	out   *Schema
	errs  []error
}

func (s *scanner) fail(at token.Pos, format string, args ...any) {
	s.errs = append(s.errs, &Error{Pos: s.fset.Position(at), Text: fmt.Sprintf(format, args...)})
}

// check type-checks what it can. Imports are not followed, and generated methods may not exist yet, so errors are
// expected; what a schema needs (named types, constants, fields) resolves without them.
func (s *scanner) check(files []*ast.File) {
	conf := types.Config{Error: func(error) {}, Importer: noImports{}, IgnoreFuncBodies: true}
	s.pkg, _ = conf.Check(s.out.Package, s.fset, files, nil)
}

type noImports struct{}

func (noImports) Import(path string) (*types.Package, error) {
	return nil, fmt.Errorf("%s is not followed", path)
}

func (s *scanner) collect(f *ast.File) {
	for _, d := range f.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		for _, spec := range gen.Specs {
			ts := spec.(*ast.TypeSpec)
			doc := ts.Doc
			if doc == nil {
				doc = gen.Doc
			}
			dec := declared{spec: ts}
			if doc != nil {
				dec.doc = strings.TrimSpace(doc.Text())
				for _, c := range doc.List {
					if rest, ok := strings.CutPrefix(c.Text, directive); ok {
						dec.words = strings.Fields(rest)
					}
				}
			}
			s.decls = append(s.decls, dec)
		}
	}
}

func (s *scanner) build() {
	for _, d := range s.decls {
		if len(d.words) == 0 {
			continue
		}
		def := s.structDef(d.spec.Name.Name, d.spec.Pos())
		if def == nil {
			continue
		}
		s.apply(d, def)
	}
	slices.SortFunc(s.out.Entities, func(a, b *Def) int { return a.ID - b.ID })
	slices.SortFunc(s.out.Messages, func(a, b *Def) int { return a.ID - b.ID })
}

func (s *scanner) apply(d declared, def *Def) {
	at := d.spec.Pos()
	for _, w := range d.words[1:] {
		key, val, _ := strings.Cut(w, "=")
		switch {
		case key == "id":
			id, err := strconv.Atoi(val)
			if err != nil {
				s.fail(at, "%s: id=%s is no number", def.Name, val)
			}
			def.ID = id
		case key == "position" && d.words[0] == "component":
			def.Position = true
		default:
			s.fail(at, "%s: the directive %s%s does not know %q", def.Name, directive, d.words[0], w)
		}
	}
	switch d.words[0] {
	case "component":
	case "entity":
		s.out.Structs = slices.DeleteFunc(s.out.Structs, func(o *Def) bool { return o == def })
		s.out.Entities = append(s.out.Entities, def)
	case "input":
		if s.out.Input != nil {
			s.fail(at, "%s: %s is the input already; a game has one", def.Name, s.out.Input.Name)
		}
		s.out.Input = def
	case "message":
		s.out.Messages = append(s.out.Messages, def)
	default:
		s.fail(at, "%s: unknown directive %s%s; there are component, entity, input and message", def.Name, directive, d.words[0])
	}
}

func (s *scanner) find(name string) *declared {
	for i := range s.decls {
		if s.decls[i].spec.Name.Name == name {
			return &s.decls[i]
		}
	}
	return nil
}

// structDef builds the Def of a named struct of this package, and those that it refers to, once each.
func (s *scanner) structDef(name string, at token.Pos) *Def {
	if d, ok := s.defs[name]; ok {
		return d
	}
	dec := s.find(name)
	if dec == nil {
		s.fail(at, "%s is not declared in this package; declare it here, structs of other packages cannot be generated", name)
		return nil
	}
	st, ok := dec.spec.Type.(*ast.StructType)
	if !ok {
		s.fail(at, "%s must be a struct", name)
		return nil
	}
	if slices.Contains(s.open, name) {
		s.fail(at, "%s contains itself (%s); a value on the wire has a bounded size", name, strings.Join(append(s.open, name), " → "))
		return nil
	}
	s.open = append(s.open, name)
	defer func() { s.open = s.open[:len(s.open)-1] }()
	def := &Def{Name: name, Doc: dec.doc, Pos: s.fset.Position(dec.spec.Pos()).String()}
	def.Component = len(dec.words) > 0 && dec.words[0] == "component"
	for _, f := range st.Fields.List {
		if len(f.Names) == 0 {
			s.fail(f.Pos(), "%s: embedded fields have no name on the wire; give the field a name", name)
		}
		for _, id := range f.Names {
			if field, ok := s.field(name, id, f); ok {
				def.Fields = append(def.Fields, field)
			}
		}
	}
	s.defs[name] = def
	s.out.Structs = append(s.out.Structs, def)
	return def
}

func (s *scanner) field(owner string, id *ast.Ident, f *ast.Field) (Field, bool) {
	where := owner + "." + id.Name
	if !id.IsExported() {
		s.fail(id.Pos(), "%s: begin its name with a capital letter, or move it out of the struct; every field is sent", where)
		return Field{}, false
	}
	tag, err := parseTag(f.Tag)
	if err != nil {
		s.fail(id.Pos(), "%s: %v", where, err)
		return Field{}, false
	}
	obj := s.pkg.Scope().Lookup(owner)
	st := obj.Type().Underlying().(*types.Struct)
	for i := range st.NumFields() {
		if v := st.Field(i); v.Name() == id.Name {
			t, err := s.wireType(v.Type(), tag, f.Pos())
			if err != nil {
				s.fail(id.Pos(), "%s: %v", where, err)
				return Field{}, false
			}
			return Field{Name: id.Name, Doc: strings.TrimSpace(f.Doc.Text() + f.Comment.Text()), Type: t, Owner: tag.owner, Hint: tag.hint}, true
		}
	}
	return Field{}, false
}

// tag is what stands in a field's rw:"…".
type tag struct {
	min, max      *int64
	small, medium *int64
	owner         bool
	hint          Hint
}

func parseTag(lit *ast.BasicLit) (tag, error) {
	var t tag
	if lit == nil {
		return t, nil
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return t, err
	}
	for word := range strings.SplitSeq(reflect.StructTag(text).Get("rw"), " ") {
		if word == "" {
			continue
		}
		key, val, _ := strings.Cut(word, "=")
		dst := map[string]**int64{"min": &t.min, "max": &t.max, "small": &t.small, "medium": &t.medium}[key]
		hint, err := t.hint.set(key, val)
		switch {
		case err != nil:
			return t, err
		case hint:
		case key == "owner" && val == "":
			t.owner = true
		case dst != nil:
			n, err := strconv.ParseInt(val, 10, 64)
			if err != nil {
				return t, fmt.Errorf("the tag %q wants a whole number", word)
			}
			*dst = &n
		default:
			return t, fmt.Errorf("the tag does not know %q; it knows min=, max=, small=, medium=, owner, predict=, fall=, drag=, half=, floor= and lapse=, separated by spaces", word)
		}
	}
	return t, nil
}

func (s *scanner) wireType(t types.Type, tg tag, at token.Pos) (Type, error) {
	spelled := types.TypeString(t, func(*types.Package) string { return "" })
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return s.basic(t, u, tg, spelled)
	case *types.Struct:
		named, ok := t.(*types.Named)
		if !ok {
			return Type{}, errors.New("give the struct a name of its own")
		}
		if def := s.structDef(named.Obj().Name(), at); def != nil {
			return Type{Kind: Struct, Struct: def, Go: spelled}, nil
		}
		return Type{}, fmt.Errorf("%s cannot be sent", spelled)
	case *types.Slice:
		return s.list(u, tg, spelled, at)
	}
	return Type{}, fmt.Errorf("%s cannot be sent; use bool, integers, named integers with constants, string, []byte, a slice with max=, or a struct of these", spelled)
}

func (s *scanner) list(u *types.Slice, tg tag, spelled string, at token.Pos) (Type, error) {
	if tg.max == nil || *tg.max < 1 {
		return Type{}, fmt.Errorf("%s needs its greatest length: rw:\"max=16\"", spelled)
	}
	out := Type{Kind: List, Max: *tg.max, Bits: width(uint64(*tg.max) + 1), Go: spelled}
	if b, ok := u.Elem().(*types.Basic); ok && b.Kind() == types.Uint8 {
		out.Kind = Octets
		if *tg.max > MaxStringLen {
			return Type{}, fmt.Errorf("max=%d is above %d", *tg.max, MaxStringLen)
		}
		return out, nil
	}
	if *tg.max > MaxArrayLen {
		return Type{}, fmt.Errorf("max=%d is above %d", *tg.max, MaxArrayLen)
	}
	elem, err := s.wireType(u.Elem(), tag{}, at)
	out.Elem = &elem
	return out, err
}

func (s *scanner) basic(t types.Type, u *types.Basic, tg tag, spelled string) (Type, error) {
	out := Type{Go: spelled}
	switch {
	case u.Kind() == types.Bool:
		out.Kind = Bool
		return out, nil
	case u.Kind() == types.String:
		if tg.max == nil || *tg.max < 1 || *tg.max > MaxStringLen {
			return out, fmt.Errorf("a string needs its greatest length in bytes: rw:\"max=24\" (at most %d)", MaxStringLen)
		}
		out.Kind, out.Max, out.Bits = String, *tg.max, width(uint64(*tg.max)+1)
		return out, nil
	case u.Info()&types.IsInteger == 0 || u.Kind() == types.Int || u.Kind() == types.Uint || u.Kind() == types.Uintptr:
		return out, fmt.Errorf("%s has no fixed size; use a sized integer with min= and max= (a float as a count of its smallest steps)", spelled)
	}
	if named, ok := t.(*types.Named); ok {
		if e := s.enum(named); e != nil {
			out.setRange(0, int64(len(e.Values))-1)
			out.Enum = e
			return out, nil
		}
	}
	return out, out.integer(u, tg)
}

// integer sets the range of a sized integer: that of its tag, else its own.
func (t *Type) integer(u *types.Basic, tg tag) error {
	size := map[types.BasicKind]uint{types.Int8: 8, types.Int16: 16, types.Int32: 32, types.Int64: 64, types.Uint8: 8, types.Uint16: 16, types.Uint32: 32, types.Uint64: 64}[u.Kind()]
	signed := u.Info()&types.IsUnsigned == 0
	if size == 64 && tg.min == nil && tg.max == nil {
		t.Kind, t.Signed = Word, signed
		return nil
	}
	lo, hi := int64(0), int64(1)<<min(size, 63)-1
	if size == 64 {
		hi = 1<<63 - 1
	}
	if signed {
		lo, hi = -1<<(size-1), 1<<(size-1)-1
	}
	typeLo, typeHi := lo, hi
	if tg.min != nil {
		lo = *tg.min
	}
	if tg.max != nil {
		hi = *tg.max
	}
	switch {
	case lo >= hi:
		return fmt.Errorf("min=%d is not below max=%d", lo, hi)
	case lo < typeLo || hi > typeHi:
		return fmt.Errorf("%d..%d does not fit in %s", lo, hi, t.Go)
	case uint64(hi)-uint64(lo) >= 1<<maxWordedBits:
		return fmt.Errorf("%d..%d takes more than %d bits; leave the range out to send all 64", lo, hi, maxWordedBits)
	}
	t.setRange(lo, hi)
	return t.hints(tg)
}

func (t *Type) hints(tg tag) error {
	if tg.small != nil {
		t.Small = uint(*tg.small)
		t.Medium = (t.Small + t.Bits) / 2
	}
	if tg.medium != nil {
		t.Medium = uint(*tg.medium)
	}
	if t.Small > t.Medium || t.Medium > t.Bits {
		return fmt.Errorf("small=%d and medium=%d must rise and stay within the %d bits of the value", t.Small, t.Medium, t.Bits)
	}
	return nil
}

// enum finds the constants of a named integer type; nil when it has none.
func (s *scanner) enum(named *types.Named) *Enum {
	name := named.Obj().Name()
	if e, ok := s.enums[name]; ok {
		return e
	}
	byValue := map[int64]string{}
	scope := s.pkg.Scope()
	for _, n := range scope.Names() {
		c, ok := scope.Lookup(n).(*types.Const)
		if !ok || !types.Identical(c.Type(), named) {
			continue
		}
		if v, exact := constant.Int64Val(c.Val()); exact {
			byValue[v] = n
		}
	}
	if len(byValue) < 2 {
		return nil
	}
	e := &Enum{Name: name}
	if d := s.find(name); d != nil {
		e.Doc = d.doc
	}
	for v := range int64(len(byValue)) {
		n, ok := byValue[v]
		if !ok {
			s.fail(named.Obj().Pos(), "%s: its constants must count 0, 1, 2 … without a gap; %d is missing", name, v)
			return nil
		}
		e.Values = append(e.Values, n)
	}
	s.enums[name] = e
	s.out.Enums = append(s.out.Enums, e)
	return e
}
