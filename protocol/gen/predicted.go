package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// parts are a component's fields by how the fast tier writes them. See docs/wire.md#motion.
type parts struct {
	place, turn, plain []schema.Field
}

// predicted says how a component is predicted; ok is false where none of its fields is.
func predicted(d *schema.Def) (p parts, ok bool) {
	for _, f := range d.Fields {
		switch f.Hint.Predict {
		case "motion":
			p.place = append(p.place, f)
		case "rotation":
			p.turn = append(p.turn, f)
		default:
			p.plain = append(p.plain, f)
		}
	}
	return p, len(p.place)+len(p.turn) > 0
}

// foreseen reports whether an entity has a component that is predicted.
func foreseen(d *schema.Def) bool {
	for _, f := range d.Fields {
		if _, ok := predicted(f.Type.Struct); ok {
			return true
		}
	}
	return false
}

// flips reports whether the plain fields are one bool: that something plain changed says all of it.
func (p *parts) flips() bool { return len(p.plain) == 1 && p.plain[0].Type.Kind == schema.Bool }

// top is the greatest value of a rotation's parts; 0: there is none.
func (p *parts) top() int64 {
	if len(p.turn) == 0 {
		return 0
	}
	return p.turn[len(p.turn)-1].Type.Max
}

// numbers are the types of a place's coordinates.
func (p *parts) numbers() (out []schema.Type) {
	for _, f := range p.place {
		if f.Type.Kind != schema.Vector {
			out = append(out, f.Type)
			continue
		}
		for range f.Type.Len {
			out = append(out, *f.Type.Elem)
		}
	}
	return out
}

// predictedStruct writes the difference of a predicted component.
func (g *goEmitter) predictedStruct(d *schema.Def, p parts) {
	n, layout := d.Name, lowerFirst(d.Name)+"Motion"
	g.line("// %s says which of %s's fields are predicted.\nvar %s = motion.Layout{", layout, n, layout)
	if numbers := p.numbers(); len(numbers) > 0 {
		g.line("Parts: %d,\nLim: [3]motion.Range{", len(numbers))
		for _, t := range numbers {
			g.line("{Min: %d, Max: %d},", t.Min, t.Max)
		}
		g.line("},")
	}
	if len(p.turn) > 0 {
		g.line("Top: %d,", p.top())
	}
	g.line("}\n\nfunc (v *%s) motion() (b motion.Body) {", n)
	g.eachGroup(p, "dst", "b", func(f schema.Field, at int) { g.values("v."+f.Name, f.Type, at) })
	g.line("return b\n}\n")
	g.predictedWrite(d, p, layout)
	g.predictedRead(d, p, layout)
	g.line("// WriteDelta is WritePredicted where no version from before base is known.\nfunc (v *%s) WriteDelta(w *bits.Writer, base *%s) { v.WritePredicted(w, base, base, motion.Span{}) }\n", n, n)
	g.line("// ReadDelta sets v to what WriteDelta wrote against base.\nfunc (v *%s) ReadDelta(r *bits.Reader, base *%s) { v.ReadPredicted(r, base, base, motion.Span{}) }\n", n, n)
}

// eachGroup goes over the predicted fields with the index of each in its group, which name stands for.
func (g *goEmitter) eachGroup(p parts, name, body string, visit func(f schema.Field, at int)) {
	assign := ":="
	for _, group := range []struct {
		fields []schema.Field
		part   string
	}{{p.place, "Place"}, {p.turn, "Turn"}} {
		if len(group.fields) == 0 {
			continue
		}
		g.line("%s %s %s.%s[:]", name, assign, body, group.part)
		assign = "="
		at := 0
		for _, f := range group.fields {
			visit(f, at)
			at += integers(f.Type)
		}
	}
}

func (g *goEmitter) predictedWrite(d *schema.Def, p parts, layout string) {
	g.line("// WritePredicted appends what differs from base, foreseen by how that differs from prior.\nfunc (v *%s) WritePredicted(w *bits.Writer, base, prior *%s, span motion.Span) {", d.Name, d.Name)
	var changed []string
	for _, f := range p.plain {
		if f.Type.Plain() {
			changed = append(changed, fmt.Sprintf("v.%s != base.%s", f.Name, f.Name))
		} else {
			changed = append(changed, unless(g.same(d, f)))
		}
	}
	plain := "false"
	if len(changed) > 0 {
		plain = "plain"
		g.line("plain := %s", strings.Join(changed, " || "))
	}
	g.line("now, was, before := v.motion(), base.motion(), prior.motion()\n%s.Write(w, &now, &was, &before, span, %s)", layout, plain)
	if len(p.plain) > 0 && !p.flips() {
		g.line("if plain {")
		for _, run := range runs(p.plain) {
			g.writeRun(d, run)
		}
		g.line("}")
	}
	g.line("}\n")
}

func (g *goEmitter) predictedRead(d *schema.Def, p parts, layout string) {
	g.line("// ReadPredicted sets v to what WritePredicted wrote against the same.\nfunc (v *%s) ReadPredicted(r *bits.Reader, base, prior *%s, span motion.Span) {", d.Name, d.Name)
	g.line("now, was, before := motion.Body{}, base.motion(), prior.motion()\nplain := %s.Read(r, &now, &was, &before, span)", layout)
	g.eachGroup(p, "src", "now", func(f schema.Field, at int) { g.setValues("v."+f.Name, f.Type, at) })
	switch {
	case len(p.plain) == 0:
		g.line("if plain {\nr.Fail()\n}")
	case p.flips():
		f := p.plain[0]
		g.line("v.%s = base.%s != %s(plain)", f.Name, f.Name, f.Type.Go)
	default:
		g.line("if !plain {")
		for _, f := range p.plain {
			g.assign("v."+f.Name, "base."+f.Name, f.Type, 0)
		}
		g.line("return\n}")
		for _, run := range runs(p.plain) {
			g.readRun(run)
		}
	}
	g.line("}\n")
}

// predictedEntity writes the difference of an entity that has predicted components. These say themselves whether they changed.
func (g *goEmitter) predictedEntity(d *schema.Def) {
	n := d.Name
	g.line("// WritePredicted appends what differs from base, foreseen by how that differs from prior.\nfunc (v *%s) WritePredicted(w *bits.Writer, base, prior *%s, span motion.Span, owner bool) {", n, n)
	g.eachOr(d, writeComponent, "v.%[1]s.WritePredicted(w, &base.%[1]s, &prior.%[1]s, span)")
	g.line("// ReadDelta sets v to what WriteDelta wrote against base, which shares no memory with v.\nfunc (v *%s) ReadDelta(r *bits.Reader, base *%s, owner bool) {\nv.readPredicted(r, base, base, motion.Span{}, owner)\n}\n", n, n)
	g.line("func (v *%s) readPredicted(r *bits.Reader, base, prior *%s, span motion.Span, owner bool) {", n, n)
	g.eachOr(d, readComponent, "v.%[1]s.ReadPredicted(r, &base.%[1]s, &prior.%[1]s, span)")
	g.line("// ReadPredicted sets v to what WritePredicted wrote against the same versions, known to be *%s.\nfunc (v *%s) ReadPredicted(r *bits.Reader, base, prior snapshot.State, span motion.Span, owner bool) {\nv.readPredicted(r, base.(*%s), prior.(*%s), span, owner)\n}\n", n, n, n, n)
	g.line("// WriteDelta is WritePredicted where no version from before base is known.\nfunc (v *%s) WriteDelta(w *bits.Writer, base *%s, owner bool) {\nv.WritePredicted(w, base, base, motion.Span{}, owner)\n}\n", n, n)
	g.line("// ReadAgainst sets v to what WriteDelta wrote against base, known to be *%s.\nfunc (v *%s) ReadAgainst(r *bits.Reader, base snapshot.State, owner bool) {\nv.ReadDelta(r, base.(*%s), owner)\n}\n", n, n, n)
}

// integers is how many integers a field is.
func integers(t schema.Type) int { return len(t.Integers()) }
