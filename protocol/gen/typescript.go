package gen

import (
	"fmt"
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
		imports(body, sdk+"/schema", "Codec", "DeltaCodec", "EntityCodec", "MessageCodec", "Schema") + "\n" + body)
}

// imports is the statement for those of the names that body uses.
func imports(body, from string, names ...string) string {
	var used []string
	for _, n := range names {
		if strings.Contains(body, ": "+n) {
			used = append(used, n)
		}
	}
	if len(used) == 0 {
		return ""
	}
	return fmt.Sprintf("import type { %s } from '%s';\n", strings.Join(used, ", "), from)
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
	for i, v := range e.Values {
		g.line("\t%s: %d,", v, i)
	}
	g.line("} as const;")
	g.line("export type %s = (typeof %s)[keyof typeof %s];\n", e.Name, e.Name, e.Name)
}

func tsType(t schema.Type) string {
	switch t.Kind {
	case schema.Bool:
		return "boolean"
	case schema.Int:
		if t.Enum != nil {
			return t.Enum.Name
		}
		if t.Bits > maxSafeBits {
			return "bigint"
		}
		return "number"
	case schema.Word:
		return "bigint"
	case schema.String:
		return "string"
	case schema.Octets:
		return "Uint8Array"
	case schema.Struct:
		return t.Struct.Name
	case schema.List:
		return tsType(*t.Elem) + "[]"
	}
	panic("gen: unknown kind")
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

func zero(t schema.Type) string {
	switch t.Kind {
	case schema.Bool:
		return "false"
	case schema.Int:
		v := max(t.Min, min(0, t.Max))
		if t.Bits > maxSafeBits {
			return fmt.Sprintf("%dn", v)
		}
		return fmt.Sprint(v)
	case schema.Word:
		return "0n"
	case schema.String:
		return "''"
	case schema.Octets:
		return "new Uint8Array(0)"
	case schema.Struct:
		return t.Struct.Name + ".create()"
	case schema.List:
		return "[]"
	}
	panic("gen: unknown kind")
}

func (g *tsEmitter) structDef(d *schema.Def) {
	g.fields(d)
	iface, extra := "Codec", ""
	if g.delta[d] {
		iface = "DeltaCodec"
	}
	for _, m := range g.s.Messages {
		if m == d {
			iface, extra = "MessageCodec", fmt.Sprintf("\tid: %d,\n", d.ID)
		}
	}
	g.line("export const %s: %s<%s> = {\n%s\tname: '%s',", d.Name, iface, d.Name, extra, d.Name)
	g.create(d)
	g.line("\twrite(w: BitWriter, v: %s): void {", d.Name)
	for _, f := range d.Fields {
		g.line("\t\t%s", tsWrite("v."+lowerFirst(f.Name), f.Type, 0))
	}
	g.line("\t},")
	g.line("\tread(r: BitReader): %s {\n\t\treturn {", d.Name)
	for _, f := range d.Fields {
		g.line("\t\t\t%s: %s,", lowerFirst(f.Name), tsRead(f.Type))
	}
	g.line("\t\t};\n\t},")
	if g.delta[d] && iface == "DeltaCodec" {
		g.line("\twriteDelta(w: BitWriter, v: %s, base: %s): void {", d.Name, d.Name)
		for _, f := range d.Fields {
			g.line("\t\t%s", tsWriteDelta(f))
		}
		g.line("\t},")
		g.line("\treadDelta(r: BitReader, base: %s): %s {\n\t\treturn {", d.Name, d.Name)
		for _, f := range d.Fields {
			g.line("\t\t\t%s: %s,", lowerFirst(f.Name), tsReadDelta(f))
		}
		g.line("\t\t};\n\t},")
	}
	g.equal(d)
	g.line("};\n")
}

func (g *tsEmitter) create(d *schema.Def) {
	var parts []string
	for _, f := range d.Fields {
		parts = append(parts, lowerFirst(f.Name)+": "+zero(f.Type))
	}
	g.line("\tcreate(): %s {\n\t\treturn { %s };\n\t},", d.Name, strings.Join(parts, ", "))
}

func (g *tsEmitter) equal(d *schema.Def) {
	if !g.delta[d] {
		return
	}
	parts := []string{}
	for _, f := range d.Fields {
		n := lowerFirst(f.Name)
		if f.Type.Kind == schema.Struct {
			parts = append(parts, fmt.Sprintf("%s.equal(a.%s, b.%s)", f.Type.Struct.Name, n, n))
		} else {
			parts = append(parts, fmt.Sprintf("a.%s === b.%s", n, n))
		}
	}
	if len(parts) == 0 {
		parts = []string{"true"}
	}
	g.line("\tequal(a: %s, b: %s): boolean {\n\t\treturn %s;\n\t},", d.Name, d.Name, strings.Join(parts, " && "))
}

// call names the BitReader and BitWriter method for an integer: a bigint one where a number is too small.
func call(t schema.Type, name string) (method, suffix string) {
	if t.Bits > maxSafeBits {
		return "big" + strings.ToUpper(name[:1]) + name[1:], "n"
	}
	return name, ""
}

func tsWrite(val string, t schema.Type, depth int) string {
	switch t.Kind {
	case schema.Bool:
		return fmt.Sprintf("w.bool(%s);", val)
	case schema.Int:
		m, n := call(t, "int")
		return fmt.Sprintf("w.%s(%s, %d%s, %d%s, %d);", m, val, t.Min, n, t.Max, n, t.Bits)
	case schema.Word:
		return fmt.Sprintf("w.word(%s);", val)
	case schema.String:
		return fmt.Sprintf("w.string(%s, %d, %d);", val, t.Max, t.Bits)
	case schema.Octets:
		return fmt.Sprintf("w.octets(%s, %d, %d);", val, t.Max, t.Bits)
	case schema.Struct:
		return fmt.Sprintf("%s.write(w, %s);", t.Struct.Name, val)
	case schema.List:
		e := fmt.Sprintf("e%d", depth)
		return fmt.Sprintf("w.list(%s, %d, %d, (%s) => {\n\t\t\t%s\n\t\t});", val, t.Max, t.Bits, e, tsWrite(e, *t.Elem, depth+1))
	}
	panic("gen: unknown kind")
}

func tsRead(t schema.Type) string {
	switch t.Kind {
	case schema.Bool:
		return "r.bool()"
	case schema.Int:
		m, n := call(t, "int")
		return enumCast(t, fmt.Sprintf("r.%s(%d%s, %d%s, %d)", m, t.Min, n, t.Max, n, t.Bits))
	case schema.Word:
		return fmt.Sprintf("r.word(%t)", t.Signed)
	case schema.String:
		return fmt.Sprintf("r.string(%d, %d)", t.Max, t.Bits)
	case schema.Octets:
		return fmt.Sprintf("r.octets(%d, %d)", t.Max, t.Bits)
	case schema.Struct:
		return t.Struct.Name + ".read(r)"
	case schema.List:
		return fmt.Sprintf("r.list(%d, %d, () => %s)", t.Max, t.Bits, tsRead(*t.Elem))
	}
	panic("gen: unknown kind")
}

func enumCast(t schema.Type, expr string) string {
	if t.Enum == nil {
		return expr
	}
	return expr + " as " + t.Enum.Name
}

func tsWriteDelta(f schema.Field) string {
	t, v, b := f.Type, "v."+lowerFirst(f.Name), "base."+lowerFirst(f.Name)
	switch t.Kind {
	case schema.Int:
		m, n := call(t, "intDelta")
		return fmt.Sprintf("w.%s(%s, %s, %d%s, %d%s, %d, %d, %d);", m, v, b, t.Min, n, t.Max, n, t.Bits, t.Small, t.Medium)
	case schema.Bool:
		return fmt.Sprintf("w.bool(%s !== %s);", v, b)
	case schema.Struct:
		return fmt.Sprintf("if (w.changed(!%s.equal(%s, %s))) %s.writeDelta(w, %s, %s);", t.Struct.Name, v, b, t.Struct.Name, v, b)
	default:
		return fmt.Sprintf("if (w.changed(%s !== %s)) %s", v, b, tsWrite(v, t, 0))
	}
}

func tsReadDelta(f schema.Field) string {
	t, b := f.Type, "base."+lowerFirst(f.Name)
	switch t.Kind {
	case schema.Int:
		m, n := call(t, "intDelta")
		return enumCast(t, fmt.Sprintf("r.%s(%s, %d%s, %d%s, %d, %d, %d)", m, b, t.Min, n, t.Max, n, t.Bits, t.Small, t.Medium))
	case schema.Bool:
		return fmt.Sprintf("%s !== r.bool()", b)
	case schema.Struct:
		return fmt.Sprintf("r.bool() ? %s.readDelta(r, %s) : %s", t.Struct.Name, b, b)
	default:
		return fmt.Sprintf("r.bool() ? %s : %s", tsRead(t), b)
	}
}

func (g *tsEmitter) entity(d *schema.Def) {
	g.fields(d)
	g.line("export const %s: EntityCodec<%s> = {\n\tkind: %d,\n\tname: '%s',", d.Name, d.Name, d.ID, lowerFirst(d.Name))
	g.create(d)
	for _, f := range d.Fields {
		if n := lowerFirst(f.Name); f.Type.Struct.Position {
			g.line("\tposition(v: %s): { x: number; y: number } {\n\t\treturn v.%s;\n\t},", d.Name, n)
		}
	}
	// An entity without private components leaves the parameter out: strict compilers refuse one that nothing reads.
	owner := ""
	if owned(d) {
		owner = ", owner: boolean"
	}
	g.line("\twrite(w: BitWriter, v: %s%s): void {", d.Name, owner)
	g.each(d, "%[2]s.write(w, v.%[1]s);")
	g.line("\twriteDelta(w: BitWriter, v: %s, base: %s%s): void {", d.Name, d.Name, owner)
	g.each(d, "if (w.changed(!%[2]s.equal(v.%[1]s, base.%[1]s))) %[2]s.writeDelta(w, v.%[1]s, base.%[1]s);")
	g.line("\tread(r: BitReader%s): %s {\n\t\treturn {", owner, d.Name)
	g.make(d, "%[2]s.read(r)", "%[2]s.create()")
	g.line("\treadDelta(r: BitReader, base: %s%s): %s {\n\t\treturn {", d.Name, owner, d.Name)
	g.make(d, "r.bool() ? %[2]s.readDelta(r, base.%[1]s) : base.%[1]s", "base.%[1]s")
	g.line("};\n")
}

func (g *tsEmitter) each(d *schema.Def, stmt string) {
	for _, f := range d.Fields {
		text := fmt.Sprintf(stmt, lowerFirst(f.Name), f.Type.Struct.Name)
		if f.Owner {
			text = "if (owner) { " + text + " }"
		}
		g.line("\t\t%s", text)
	}
	g.line("\t},")
}

func (g *tsEmitter) make(d *schema.Def, expr, hidden string) {
	for _, f := range d.Fields {
		n, s := lowerFirst(f.Name), f.Type.Struct.Name
		text := fmt.Sprintf(expr+"%.0[1]s%.0[2]s", n, s)
		if f.Owner {
			text = fmt.Sprintf("owner ? (%s) : %s", text, fmt.Sprintf(hidden+"%.0[1]s%.0[2]s", n, s))
		}
		g.line("\t\t\t%s: %s,", n, text)
	}
	g.line("\t\t};\n\t},")
}

func owned(d *schema.Def) bool {
	for _, f := range d.Fields {
		if f.Owner {
			return true
		}
	}
	return false
}
