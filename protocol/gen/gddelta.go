package gen

import (
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// writeRun writes the differences of fields that share a bit, or of one field.
func (g *gdEmitter) writeRun(in string, run []schema.Field) {
	if len(run) > 1 {
		var same []string
		for _, f := range run {
			same = append(same, g.same(f, "base"))
		}
		g.line("%sif w.changed(not (%s)):", in, strings.Join(same, " and "))
		in += "\t"
	}
	for _, f := range run {
		g.writeFieldDelta(in, f)
	}
}

func (g *gdEmitter) readRun(in string, run []schema.Field) {
	if len(run) == 1 {
		g.readFieldDelta(in, run[0])
		return
	}
	g.line("%sif r.flag():", in)
	for _, f := range run {
		g.readFieldDelta(in+"\t", f)
	}
	g.line("%selse:", in)
	for _, f := range run {
		g.keep(in+"\t", f)
	}
}
