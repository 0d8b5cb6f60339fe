package gen

import (
	_ "embed" // gdscript_reserved.txt
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"

	"github.com/realmwire/realmwire/protocol/schema"
)

// reservedText holds the names that Godot has taken: see godot/test/reserved.gd, which writes it.
//
//go:embed gdscript_reserved.txt
var reservedText string

// reserved reports whether a name means something in every GDScript: an inner class of that name is an error, a variable one
// or a warning.
var reserved = sync.OnceValue(func() map[string]bool { return wordList(reservedText) })

// sdkText holds the names that the addon has taken, and those that generated classes have themselves, by kind of class.
// TestSDKNamesAreFresh writes it, from the addon and from what is generated.
//
//go:generate go test -run TestSDKNamesAreFresh . -update
//go:embed gdscript_sdk.txt
var sdkText string

// globalNames is the entry of sdkText for what the addon declares for every script.
const globalNames = "global"

var sdkLists = sync.OnceValue(func() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for line := range strings.Lines(sdkText) {
		if kind, list, ok := strings.Cut(line, ": "); ok {
			out[kind] = wordList(list)
		}
	}
	return out
})

// sdkNames are the classes and the singleton of the addon.
func sdkNames() map[string]bool { return sdkLists()[globalNames] }

func wordList(text string) map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			for _, name := range strings.Fields(line) {
				out[name] = true
			}
		}
	}
	return out
}

// common are names that no class has a field of, so that a field is not renamed when its struct becomes a component.
const common = " write read write_delta read_delta r w base against "

// field is the name of a field in the class that is being written.
func (g *gdEmitter) field(name string) string {
	out := snake(name)
	if strings.Contains(common, " "+out+" ") || sdkLists()[g.class][out] {
		return out + "_"
	}
	return out
}

// name is a struct's or enum's class name: its own where that is free, else with the package's before it, since an inner class
// may not be called as one of Godot's (Input becomes RpgInput).
func (g *gdEmitter) name(name string) string {
	if reserved()[name] || sdkNames()[name] {
		return pascal(g.s.Package) + name
	}
	return name
}

func pascal(pkg string) string { return strings.ToUpper(pkg[:1]) + pkg[1:] }

// snake is a Go name in snake_case: MapHash → map_hash, HPMax → hp_max. A name that Godot has taken gets an underscore.
func snake(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c < 'A' || c > 'Z' {
			b.WriteByte(c)
			continue
		}
		before := i > 0 && (name[i-1] < 'A' || name[i-1] > 'Z') && name[i-1] != '_'
		after := i > 0 && i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z' && name[i-1] != '_'
		if before || after {
			b.WriteByte('_')
		}
		b.WriteByte(c - 'A' + 'a')
	}
	if out := b.String(); !reserved()[out] {
		return out
	}
	return b.String() + "_"
}

var docLink = regexp.MustCompile(`\[([\w.]+)\]`)

// doc writes a Go comment as one of Godot's.
func (g *gdEmitter) doc(indent, text string) {
	text = docLink.ReplaceAllString(text, "\x00code\x01$1\x00/code\x01")
	text = strings.NewReplacer("[", "[lb]", "\x00", "[", "\x01", "]").Replace(text)
	line := indent + "##"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > gdWidth {
			g.line("%s", line)
			line = indent + "##"
		}
		line += " " + word
	}
	if line != indent+"##" {
		g.line("%s", line)
	}
}

func (g *gdEmitter) enum(e *schema.Enum) {
	g.line("")
	g.doc("", e.Doc)
	g.line("enum %s {", g.name(e.Name))
	for i, v := range enumValues(e) {
		g.line("\t%s = %s,", v, gdNumber(e.Values[i].Number))
	}
	g.line("}")
}

// gdNumber is an integer as GDScript reads it: the least one has no literal.
func gdNumber(n int64) string {
	if n == math.MinInt64 {
		return "1 << 63"
	}
	return fmt.Sprint(n)
}

func enumValues(e *schema.Enum) []string {
	var names, out []string
	for _, c := range e.Values {
		names = append(names, c.Name)
	}
	for _, v := range shortened(e.Name, names) {
		out = append(out, strings.ToUpper(strings.TrimSuffix(snake(v), "_")))
	}
	return out
}

// shortened leaves the enum's own name out of its values where all of them have it: FacingDown → Down.
func shortened(enum string, values []string) []string {
	for _, cut := range []func(string) string{
		func(v string) string { return strings.TrimPrefix(v, enum) },
		func(v string) string { return strings.TrimSuffix(v, enum) },
	} {
		var out []string
		for _, v := range values {
			if s := cut(v); s != v && s != "" && s[0] >= 'A' && s[0] <= 'Z' {
				out = append(out, s)
			}
		}
		if len(out) == len(values) {
			return out
		}
	}
	return values
}
