package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// maxSafeBits is the widest integer that a JavaScript number holds exactly.
const maxSafeBits = 53

func emitTypeScript(s *schema.Schema, sdk string) []byte {
	// What is imported is what a schema of the same shape uses: names of this one may look the same.
	used := ownWords(tsBody(stranger(s)))
	return []byte(header + "\n\n" +
		typeImports(used, sdk+"/bits", "BitReader", "BitWriter") +
		moduleImport(used, "codec", sdk+"/fields") +
		typeImports(used, sdk+"/schema", "Codec", "DeltaCodec", "EntityCodec", "MessageCodec", "OwnedCodec", "PredictedCodec", "RowValue", "Schema") +
		moduleImport(used, "motion", sdk+"/motion") + "\n" + tsBody(s))
}

// tsBody is a TypeScript file without what it imports.
func tsBody(s *schema.Schema) string {
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
	return strings.ReplaceAll(g.String(), "\t", "  ")
}

// typeImports is the statement for those of the types that are used.
func typeImports(used map[string]bool, from string, names ...string) string {
	names = slices.DeleteFunc(names, func(n string) bool { return !used[n] })
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("import type { %s } from '%s';\n", strings.Join(names, ", "), from)
}

// moduleImport is the statement for a module that is used, under a name that no type has.
func moduleImport(used map[string]bool, name, from string) string {
	if !used[name] {
		return ""
	}
	return fmt.Sprintf("import * as %s from '%s';\n", name, from)
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
