package schema

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

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
		s.fail(at, "%s must be a struct: write its fields out, or use the type that it is made of", name)
		return nil
	}
	if dec.spec.Assign.IsValid() {
		s.fail(at, "%s is an alias, and needs methods of its own; take the = out of its declaration", name)
		return nil
	}
	if dec.spec.TypeParams != nil {
		s.fail(at, "%s has type parameters; declare a struct for each type that it stands for", name)
		return nil
	}
	if slices.Contains(s.open, name) {
		s.fail(at, "%s contains itself (%s); a value on the wire has a bounded size", name, strings.Join(append(s.open, name), " → "))
		return nil
	}
	s.open = append(s.open, name)
	defer func() { s.open = s.open[:len(s.open)-1] }()
	def := &Def{Name: name, Doc: dec.doc, Pos: s.place(dec.spec.Name.Pos())}
	def.Component = len(dec.words) > 0 && dec.words[0] == "component"
	for _, f := range st.Fields.List {
		if len(f.Names) == 0 {
			s.fail(f.Pos(), "%s: embedded fields have no name on the wire; give the field a name", name)
		}
		for _, id := range f.Names {
			if slices.ContainsFunc(def.Fields, func(o Field) bool { return o.Name == id.Name }) {
				s.fail(id.Pos(), "%s.%s: the struct has another field of that name; rename one of them", name, id.Name)
				continue
			}
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
	out, err := s.fieldOf(owner, id, f)
	if err != nil {
		s.fail(id.Pos(), "%s.%s: %v", owner, id.Name, err)
	}
	return out, err == nil
}

func (s *scanner) fieldOf(owner string, id *ast.Ident, f *ast.Field) (Field, error) {
	out := Field{Name: id.Name, Pos: s.place(id.Pos()), Doc: strings.TrimSpace(f.Doc.Text() + f.Comment.Text())}
	if !id.IsExported() {
		return out, errUnexported
	}
	tg, err := parseTag(f.Tag)
	if err != nil {
		return out, err
	}
	out.Owner, out.Rare = tg.flag("owner"), tg.flag("rare")
	hint, err := tg.hint()
	if err != nil {
		return out, err
	}
	if out.Type, err = s.wireType(s.goType(owner, id.Name), tg, f.Pos()); err != nil {
		return out, err
	}
	if err := tg.empty(out.Type.Go); err != nil {
		return out, err
	}
	out.Hint, err = hint.in(out.Type)
	return out, err
}

// goType is what the type checker made of a field. It is invalid where the field's type is not known.
func (s *scanner) goType(owner, field string) types.Type {
	if t := s.typeOf(owner); t != nil {
		if st, ok := t.Underlying().(*types.Struct); ok {
			for i := range st.NumFields() {
				if v := st.Field(i); v.Name() == field {
					return v.Type()
				}
			}
		}
	}
	return types.Typ[types.Invalid]
}

// typeOf is what the type checker made of a type; nil where it knows none of that name.
func (s *scanner) typeOf(name string) types.Type {
	if t, ok := s.pkg.Scope().Lookup(name).(*types.TypeName); ok {
		return t.Type()
	}
	return nil
}
