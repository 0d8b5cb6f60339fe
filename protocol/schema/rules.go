package schema

import (
	"go/token"
	"slices"
)

// rules checks what holds between declarations.
func (s *scanner) rules(firstMessageID int) {
	ids := map[int]string{}
	for _, e := range s.out.Entities {
		s.uniqueID(ids, e, 1, MaxKinds)
		s.entity(e)
	}
	clear(ids)
	for _, m := range s.out.Messages {
		s.uniqueID(ids, m, firstMessageID, MaxMessageID)
	}
	for _, d := range s.out.Structs {
		if d.Position {
			s.position(d)
		}
		s.hints(d)
		for _, f := range d.Fields {
			if f.Owner {
				s.fail(s.at(d), "%s.%s: owner stands on the components of an entity, not on fields of a component", d.Name, f.Name)
			}
			if (d.Component || d == s.out.Input) && holds(f.Type, List, Octets) {
				s.fail(s.at(d), "%s.%s: a component or an input holds no slices; use fields, or send a message", d.Name, f.Name)
			}
		}
	}
	if len(s.out.Structs) > MaxStructs {
		s.fail(token.NoPos, "%d structs; at most %d", len(s.out.Structs), MaxStructs)
	}
}

func (s *scanner) at(d *Def) token.Pos {
	if dec := s.find(d.Name); dec != nil {
		return dec.spec.Pos()
	}
	return token.NoPos
}

func (s *scanner) uniqueID(seen map[int]string, d *Def, lo, hi int) {
	if d.ID < lo || d.ID > hi {
		s.fail(s.at(d), "%s: give it an id from %d to %d in its directive, as in id=%d", d.Name, lo, hi, lo)
	} else if other, taken := seen[d.ID]; taken {
		s.fail(s.at(d), "%s: id=%d is that of %s already", d.Name, d.ID, other)
	}
	seen[d.ID] = d.Name
}

func (s *scanner) entity(e *Def) {
	places := 0
	for _, f := range e.Fields {
		if f.Type.Kind != Struct || !f.Type.Struct.Component {
			s.fail(s.at(e), "%s.%s: an entity is made of components; mark its type with %scomponent", e.Name, f.Name, directive)
			continue
		}
		if f.Type.Struct.Position {
			places++
			if f.Owner {
				s.fail(s.at(e), "%s.%s: the position is for everyone who sees the entity; take owner away", e.Name, f.Name)
			}
		}
	}
	if places != 1 {
		s.fail(s.at(e), "%s: needs exactly one component with %scomponent position, and has %d; interest goes by it", e.Name, directive, places)
	}
}

func (s *scanner) position(d *Def) {
	for _, want := range []string{"X", "Y"} {
		ok := slices.ContainsFunc(d.Fields, func(f Field) bool {
			return f.Name == want && f.Type.Kind == Int && f.Type.Min >= -1<<31 && f.Type.Max < 1<<31
		})
		if !ok {
			s.fail(s.at(d), "%s: a position needs integer fields X and Y within 32 bits; %s is missing", d.Name, want)
		}
	}
}

func holds(t Type, kinds ...Kind) bool {
	if slices.Contains(kinds, t.Kind) {
		return true
	}
	if t.Kind == Struct {
		return slices.ContainsFunc(t.Struct.Fields, func(f Field) bool { return holds(f.Type, kinds...) })
	}
	return false
}
