package schema

import "slices"

// rules checks what holds between declarations.
func (s *scanner) rules(firstMessageID int) {
	ids := map[int]string{}
	for _, e := range s.out.Entities {
		s.uniqueID(ids, e, 1, MaxKinds)
		s.entity(e)
		s.fits(e, MaxEntityBits, "a snapshot must have room for it")
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
		s.fields(d)
	}
	for _, e := range s.out.Entities {
		if e.Best {
			s.best(e)
		}
	}
	if in := s.out.Input; in != nil {
		s.fits(in, MaxInputBits, "a datagram carries several")
		for _, f := range in.Fields {
			if !f.Type.Flat() {
				s.failAt(f.Pos, "%s.%s: an input holds no slices, since the buffers that keep inputs would share them with the game; use an array, or send a message", in.Name, f.Name)
			}
		}
	}
	s.names()
	if len(s.out.Structs) > MaxStructs {
		s.failAt(s.out.Structs[MaxStructs].Pos, "%s is one of %d structs, and a schema has at most %d; make arrays and lists of one", s.out.Structs[MaxStructs].Name, len(s.out.Structs), MaxStructs)
	}
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
		if f.Rare || f.Hint != (Hint{}) {
			s.failAt(f.Pos, "%s.%s: of an entity's components a tag says owner and no more; put hints on their fields", e.Name, f.Name)
		}
		if f.Type.Kind != Struct || !f.Type.Struct.Component {
			s.failAt(f.Pos, "%s.%s: an entity is made of components; mark its type with %scomponent", e.Name, f.Name, directive)
			continue
		}
		if f.Type.Struct.Position {
			places++
			if f.Owner {
				s.failAt(f.Pos, "%s.%s: the position is for everyone who sees the entity; take owner away", e.Name, f.Name)
			}
		}
	}
	if places != 1 {
		s.fail(s.at(e), "%s: needs exactly one component with %scomponent position, and has %d; interest goes by it", e.Name, directive, places)
	}
}

// position checks that a component says where something is: in fields X and Y, or in a vector.
func (s *scanner) position(d *Def) {
	if v := d.vector(); v != nil {
		if v.Owner {
			s.failAt(v.Pos, "%s.%s: the position is for everyone who sees the entity; take owner away", d.Name, v.Name)
		}
		return
	}
	for _, want := range []string{"X", "Y"} {
		ok := slices.ContainsFunc(d.Fields, func(f Field) bool {
			number := f.Type.Kind == Int || f.Type.Kind == Fixed
			return f.Name == want && !f.Owner && number && f.Type.Min >= -1<<31 && f.Type.Max < 1<<31
		})
		if !ok {
			s.fail(s.at(d), "%s: a position needs fields X and Y for everyone, integers or floats with a step, within 32 bits (or a geom.Vec2 or geom.Vec3 called Position); %s is missing", d.Name, want)
		}
	}
}

// vector is the field Position of a component, where that is a vector.
func (d *Def) vector() *Field {
	for i, f := range d.Fields {
		if f.Name == "Position" && f.Type.Kind == Vector {
			return &d.Fields[i]
		}
	}
	return nil
}

// fields checks what the fields of a struct say of themselves.
func (s *scanner) fields(d *Def) {
	for _, f := range d.Fields {
		if f.Owner && !d.Component {
			s.failAt(f.Pos, "%s.%s: owner stands on the components of an entity, or on the fields of a component; move it there", d.Name, f.Name)
		}
		if f.Rare && !d.Component {
			s.failAt(f.Pos, "%s.%s: rare stands on the fields of a component; move it there", d.Name, f.Name)
		}
		if d.Component && f.Owner && s.nested(d) {
			s.failAt(f.Pos, "%s.%s: %s is part of another struct, where an owner is not known; take owner away", d.Name, f.Name, d.Name)
		}
	}
}

// nested reports whether d is part of a struct that is no entity.
func (s *scanner) nested(d *Def) bool {
	return slices.ContainsFunc(s.out.Structs, func(o *Def) bool {
		return slices.ContainsFunc(o.Fields, func(f Field) bool {
			t := &f.Type
			for t.Elem != nil {
				t = t.Elem
			}
			return t.Struct == d
		})
	})
}

// fits checks that a struct is small enough for what carries it.
func (s *scanner) fits(d *Def, most int64, why string) {
	total, largest := int64(0), Field{}
	for _, f := range d.Fields {
		n := f.Type.MostBits()
		if total += n; largest.Name == "" || n > largest.Type.MostBits() {
			largest = f
		}
	}
	if total > most {
		s.fail(s.at(d), "%s: takes up to %d bits, and %d are allowed: %s. Its largest field is %s, up to %d bits: give what is in it a smaller max=",
			d.Name, total, most, why, largest.Name, largest.Type.MostBits())
	}
}
