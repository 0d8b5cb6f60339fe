package schema

import (
	"slices"
	"strings"
)

// alignment says which fields of two versions of a struct correspond.
type alignment struct {
	pairs   []fieldPair
	added   []LockField
	removed []LockField
	moved   []string // names of fields that passed one another
}

type fieldPair struct{ older, newer LockField }

// align pairs fields by name. Where, between two that have kept their names, as many went as came, and each that came has
// the form of the one that went, they were renamed.
func align(older, newer []LockField) alignment {
	var a alignment
	at := map[string]int{}
	for i, f := range newer {
		at[f.Name] = i
	}
	last, from, gone := -1, 0, []LockField(nil)
	flush := func(to int) {
		came := newer[from:to]
		if alike(gone, came) {
			for i := range came {
				a.pairs = append(a.pairs, fieldPair{gone[i], came[i]})
			}
		} else {
			a.removed, a.added = append(a.removed, gone...), append(a.added, came...)
		}
		gone = nil
	}
	for _, f := range older {
		i, kept := at[f.Name]
		switch {
		case !kept:
			gone = append(gone, f)
		case i < last:
			a.moved = append(a.moved, f.Name)
			a.pairs = append(a.pairs, fieldPair{f, newer[i]})
		default:
			flush(i)
			a.pairs = append(a.pairs, fieldPair{f, newer[i]})
			last, from = i, i+1
		}
	}
	flush(len(newer))
	// What passed another was met as though it had come; it did not.
	a.added = slices.DeleteFunc(a.added, func(f LockField) bool { return slices.Contains(a.moved, f.Name) })
	return a
}

// alike takes any two structs for one another: what they hold is compared later.
func alike(older, newer []LockField) bool {
	plain := func(t LockType) bool { return t.Struct != "" && t.Text == "struct "+t.Struct }
	return slices.EqualFunc(older, newer, func(o, n LockField) bool {
		return (o.Type.Text == n.Type.Text || plain(o.Type) && plain(n.Type)) && o.Owner == n.Owner && o.Rare == n.Rare && o.Hint == n.Hint
	})
}

const (
	noTags   = "fields follow one another in the stream without a name or a length, so an older client reads everything after it wrongly"
	asNew    = "leave the field as it is; send what is new as a message of its own, or in a component of a new entity kind"
	putWords = "; or leave the older clients behind: take their file out of accepts/"
)

// fields compares the fields of a struct, or the components of an entity.
func (c *comparison) fields(where string, older, newer []LockField, way path) {
	a := align(older, newer)
	for _, f := range a.removed {
		c.note(Change{
			Where: where + "." + f.Name, What: "is gone", Breaking: true, Why: noTags,
			Mend: "keep the field, and leave it at zero: unchanged it costs one bit" + putWords,
		})
	}
	for _, f := range a.added {
		c.note(Change{Where: where + "." + f.Name, What: "is new", Breaking: true, Why: noTags, Mend: asNew + putWords})
	}
	if len(a.moved) > 0 {
		c.note(Change{
			Where: where, What: strings.Join(a.moved, ", ") + " stands elsewhere", Breaking: true,
			Why: "fields go in the order of their declaration", Mend: "put the fields back into their old order",
		})
	}
	for _, p := range a.pairs {
		name := where + "." + p.older.Name
		c.renamed(name, p.older.Name, p.newer.Name)
		if p.older.Owner != p.newer.Owner {
			c.note(Change{
				Where: name, What: map[bool]string{true: "is for its owner only now", false: "is for everyone now"}[p.newer.Owner], Breaking: true,
				Why: "what is for the owner is left out of what others get, bits and all", Mend: "leave it; add an entity kind that has it otherwise" + putWords,
			})
		}
		if p.older.Rare != p.newer.Rare {
			c.note(Change{
				Where: name, What: map[bool]string{true: "is rare now", false: "is not rare any more"}[p.newer.Rare], Breaking: true,
				Why: "rare fields beside one another share a bit", Mend: "leave it as it was" + putWords,
			})
		}
		if p.older.Hint != p.newer.Hint {
			c.note(Change{
				Where: name, What: "has other hints: “" + strings.TrimSpace(p.older.Hint) + "” became “" + strings.TrimSpace(p.newer.Hint) + "”", Breaking: true,
				Why: "both ends predict by them, and only what the prediction missed is sent", Mend: "put the hints back" + putWords,
			})
		}
		c.form(name, &p.older.Type, &p.newer.Type, way)
	}
}
