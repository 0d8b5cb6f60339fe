package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of an entity's row in the best tier. See docs/wire-best.md#limits.
const (
	maxRowIntegers = 64
	maxRowGroups   = 16
)

// Row are the components of an entity whose fields the best tier codes together: those with hints that everyone sees.
func (d *Def) Row() []Field {
	var out []Field
	for _, f := range d.Fields {
		if c := f.Type.Struct; c != nil && c.Hinted && !f.Owner {
			out = append(out, f)
		}
	}
	return out
}

// HintGroup is a run of a component's fields that share a hint: integers that are coded together.
type HintGroup struct {
	Hint  Hint
	First int // index of its first integer in the component
	Count int
}

// HintGroups are the runs of a component's fields, in order. Every field without predict= stands alone.
func (d *Def) HintGroups() []HintGroup {
	var out []HintGroup
	at := 0
	for i, f := range d.Fields {
		n := len(f.Type.Integers())
		if p := f.Hint.Predict; p != "" && i > 0 && d.Fields[i-1].Hint.Predict == p {
			out[len(out)-1].Count += n
		} else {
			out = append(out, HintGroup{Hint: f.Hint, First: at, Count: n})
		}
		at += n
	}
	return out
}

// tier is what the canonical text says of an entity that the best tier codes: its rows are other bytes.
func (d *Def) tier() string {
	if d.Best {
		return " best"
	}
	return ""
}

// best checks that the best tier can code an entity.
func (s *scanner) best(e *Def) {
	row := e.Row()
	if len(row) == 0 {
		s.fail(s.at(e), "%s: best codes the components with hints that everyone sees, and it has none: give fields of one predict= or lapse=, or take best away", e.Name)
	}
	integers, groups, runs := 0, 0, map[string]int{}
	for _, f := range row {
		for _, g := range f.Type.Struct.HintGroups() {
			integers += g.Count
			groups++
			runs[g.Hint.Predict]++
		}
	}
	for _, p := range []string{"motion", "rotation"} {
		if runs[p] > 1 {
			s.fail(s.at(e), "%s: best codes one predict=%s of an entity, and its components have %d: take best away, or the hint from the others", e.Name, p, runs[p])
		}
	}
	if integers > maxRowIntegers || groups > maxRowGroups {
		s.fail(s.at(e), "%s: best codes at most %d integers in %d groups, and its components with hints have %d in %d: move fields without hints to a component without any",
			e.Name, maxRowIntegers, maxRowGroups, integers, groups)
	}
}

// rows compares what the best tier codes of an entity kind that both versions have. Where it is not the very same, clients of
// the older version are served without it.
func (c *comparison) rows(o LockID) {
	if c.Old.row(o.ID) == c.New.row(o.ID) {
		return
	}
	c.Fast = true
	c.note(Change{
		Where: fmt.Sprintf("entity %s (id %d)", o.Name, o.ID), What: "has other rows in the best tier",
		Why: "older clients that ask for the best tier are given the fast one",
	})
}

// row is all that decides how the best tier codes an entity kind; empty: by records alone.
func (l *Lock) row(id int) string {
	e := l.entity(id)
	if !e.Best {
		return ""
	}
	var b strings.Builder
	for _, component := range e.Fields {
		d := l.structDef(component.Type.Struct)
		hinted := func(f LockField) bool { return f.Hint != "" }
		if d == nil || component.Owner || !slices.ContainsFunc(d.Fields, hinted) {
			continue
		}
		for _, f := range d.Fields {
			fmt.Fprintf(&b, "%s%s\n", f.Type.Text, f.Hint)
		}
	}
	return b.String()
}
