package gen

import (
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// writeRun writes the differences of fields that share a bit, or of one field.
func (g *goEmitter) writeRun(d *schema.Def, run []schema.Field) {
	if len(run) > 1 {
		var same []string
		for _, f := range run {
			same = append(same, g.same(d, f))
		}
		g.line("if %s {\nw.Bool(false)\n} else {\nw.Bool(true)", strings.Join(same, " && "))
		defer g.line("}")
	}
	for _, f := range run {
		g.writeDelta("v."+f.Name, "base."+f.Name, f.Type, helper(d, f), 0)
	}
}

func (g *goEmitter) readRun(run []schema.Field) {
	if len(run) > 1 {
		g.line("if r.Bool() {")
	}
	for _, f := range run {
		g.readDelta("v."+f.Name, "base."+f.Name, f.Type, 0)
	}
	if len(run) > 1 {
		g.line("} else {")
		for _, f := range run {
			g.assign("v."+f.Name, "base."+f.Name, f.Type, 0)
		}
		g.line("}")
	}
}
