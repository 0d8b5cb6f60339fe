package gen

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// maxSafeBits is the widest integer that a JavaScript number holds exactly.
const maxSafeBits = 53

func emitTypeScript(s *schema.Schema, sdk string) []byte {
	g := &tsEmitter{s: s, delta: deltas(s)}
	for _, e := range s.Enums {
		g.enum(e)
	}
	for _, d := range s.Structs {
		g.structDef(d)
	}
	for _, d := range s.Entities {
		g.entity(d)
	}
	g.line("/** What the schema declares of the wire; its hash is compared at join. */")
	g.line("export const schema: Schema = {\n  hash: '%016x',", s.Hash())
	g.line("  kinds: [%s],", names(s.Entities))
	g.line("  messages: [%s],", names(s.Messages))
	if s.Input != nil {
		g.line("  input: %s,", s.Input.Name)
	}
	g.line("};")
	body := strings.ReplaceAll(g.String(), "\t", "  ")
	return []byte(header + "\n\n" +
		imports(body, sdk+"/bits", "BitReader", "BitWriter") +
		fieldImports(body, sdk+"/fields") +
		imports(body, sdk+"/schema", "Codec", "DeltaCodec", "EntityCodec", "MessageCodec", "OwnedCodec", "PredictedCodec", "RowValue", "Schema") +
		motionImports(s, sdk) + "\n" + body)
}

// imports is the statement for those of the names that body uses.
func imports(body, from string, names ...string) string {
	var used []string
	for _, n := range names {
		if regexp.MustCompile(`[:|] ` + n + `\b`).MatchString(body) {
			used = append(used, n)
		}
	}
	if len(used) == 0 {
		return ""
	}
	return fmt.Sprintf("import type { %s } from '%s';\n", strings.Join(used, ", "), from)
}

// fieldImports is the statement for those of the field codecs that body uses, under one name that no field can have.
func fieldImports(body, from string) string {
	if strings.Contains(body, "codec.") {
		return fmt.Sprintf("import * as codec from '%s';\n", from)
	}
	return ""
}

func names(defs []*schema.Def) string {
	var out []string
	for _, d := range defs {
		out = append(out, d.Name)
	}
	return strings.Join(out, ", ")
}

type tsEmitter struct {
	source
	s     *schema.Schema
	delta map[*schema.Def]bool
}

func (g *tsEmitter) doc(indent, text string) {
	if text = strings.TrimSpace(text); text != "" {
		g.line("%s/** %s */", indent, strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "*/", "* /"))
	}
}

func (g *tsEmitter) enum(e *schema.Enum) {
	g.doc("", e.Doc)
	g.line("export const %s = {", e.Name)
	for _, c := range e.Values {
		if tsWide(e) {
			g.line("\t%s: %dn,", c.Name, uint64(c.Number))
		} else {
			g.line("\t%s: %d,", c.Name, c.Number)
		}
	}
	g.line("} as const;")
	values := fmt.Sprintf("(typeof %s)[keyof typeof %s]", e.Name, e.Name)
	switch {
	case e.Flags && tsWide(e):
		values = "bigint"
	case e.Flags:
		values = "number"
	case !e.Zero(): // what a field is at first
		values += " | 0"
	}
	if e.Flags {
		g.line("/** Any number of them, joined by |. */")
	}
	g.line("export type %s = %s;\n", e.Name, values)
}

func (g *tsEmitter) fields(d *schema.Def) {
	g.doc("", d.Doc)
	g.line("export interface %s {", d.Name)
	for _, f := range d.Fields {
		g.doc("\t", f.Doc)
		g.line("\t%s: %s;", lowerFirst(f.Name), tsType(f.Type))
	}
	g.line("}")
}
