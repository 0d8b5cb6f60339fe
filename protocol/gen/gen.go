// Package gen turns a schema into codecs: one emitter per language.
//
// The output is deterministic, so that it can be committed and compared byte for byte.
package gen

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// Config says what to generate. Outputs left empty are not written, but for Go's.
type Config struct {
	Dir            string // the folder of the Go package that declares the schema
	Go             string // file for Go; empty: NAME_gen.go in Dir, NAME being the package's
	TypeScript     string // file for TypeScript; empty: none
	TypeScriptSDK  string // how the TypeScript file imports the SDK; empty: "../sdk"
	GDScript       string // file for GDScript; empty: none
	FirstMessageID int    // 0: schema.FirstGameID
}

// Run reads the schema and writes its codecs. It returns the schema.
func Run(c Config) (*schema.Schema, error) {
	s, files, err := Render(c)
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if fresh(path, files[path]) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, fmt.Errorf("make the folder of the generated file: %w", err)
		}
		if err := os.WriteFile(path, files[path], 0o644); err != nil {
			return nil, fmt.Errorf("write the generated file: %w", err)
		}
	}
	return s, nil
}

// ErrStale is what Check returns where a generated file is not what its schema gives.
var ErrStale = errors.New("generated files are stale: run realmwire gen")

// Check compares the files on disk with what Run would write.
func Check(c Config) error {
	_, files, err := Render(c)
	if err != nil {
		return err
	}
	var stale []string
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if !fresh(path, files[path]) {
			stale = append(stale, path)
		}
	}
	if len(stale) > 0 {
		return fmt.Errorf("%w: %s", ErrStale, strings.Join(stale, ", "))
	}
	return nil
}

// fresh reports whether a file says what it should. How its lines end does not count, nor a mark before the first: a checkout
// on Windows may have them otherwise than the commit.
func fresh(path string, want []byte) bool {
	got, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	got = bytes.TrimPrefix(got, []byte("\ufeff"))
	return bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), want)
}

// Render is Run without the writing: what each file would hold.
func Render(c Config) (*schema.Schema, map[string][]byte, error) {
	if c.FirstMessageID == 0 {
		c.FirstMessageID = schema.FirstGameID
	}
	s, err := schema.Scan(c.Dir, c.FirstMessageID)
	if err != nil {
		return nil, nil, err
	}
	if c.Go == "" {
		c.Go = filepath.Join(c.Dir, s.Package+"_gen.go")
	}
	older, err := readAccepts(c.Dir, s)
	if err != nil {
		return nil, nil, err
	}
	text, err := emitGo(s, older)
	if err != nil {
		return nil, nil, err
	}
	if err := checkNames(c, s, text); err != nil {
		return nil, nil, err
	}
	lock := filepath.Join(filepath.Dir(c.Go), schema.LockName(s.Package))
	files := map[string][]byte{c.Go: text, lock: s.Lock().Bytes()}
	if c.TypeScript != "" {
		if c.TypeScriptSDK == "" {
			c.TypeScriptSDK = "../sdk"
		}
		// A module's name has slashes, also where a path has not.
		files[c.TypeScript] = emitTypeScript(s, strings.ReplaceAll(c.TypeScriptSDK, `\`, "/"))
	}
	if c.GDScript != "" {
		files[c.GDScript] = emitGDScript(s)
	}
	return s, files, nil
}

// source collects lines of a generated file.
type source struct{ strings.Builder }

func (b *source) line(format string, args ...any) {
	fmt.Fprintf(&b.Builder, format, args...)
	b.WriteByte('\n')
}

// deltas reports whether d has delta forms: it is a component, the input, or part of one.
func deltas(s *schema.Schema) map[*schema.Def]bool {
	out := map[*schema.Def]bool{}
	var mark func(d *schema.Def)
	mark = func(d *schema.Def) {
		if out[d] {
			return
		}
		out[d] = true
		for _, f := range d.Fields {
			if inner := innermost(f.Type); inner.Kind == schema.Struct {
				mark(inner.Struct)
			}
		}
	}
	for _, d := range s.Structs {
		if d.Component || d == s.Input {
			mark(d)
		}
	}
	return out
}

// innermost is the type of what a list, an array or an optional is made of.
func innermost(t schema.Type) schema.Type {
	for t.Elem != nil {
		t = *t.Elem
	}
	return t
}

// runs parts fields into those that stand alone and those that share a bit: several rare ones beside one another, of one
// audience. See docs/wire.md#schema.
func runs(fields []schema.Field) [][]schema.Field {
	var out [][]schema.Field
	for i := 0; i < len(fields); {
		n := 1
		for fields[i].Rare && i+n < len(fields) && fields[i+n].Rare && fields[i+n].Owner == fields[i].Owner {
			n++
		}
		out = append(out, fields[i:i+n])
		i += n
	}
	return out
}

// lowerFirst is name in the camelCase of TypeScript and of entity names: X → x, HP → hp, URLPath → urlPath.
func lowerFirst(name string) string {
	n := 0
	for n < len(name) && name[n] >= 'A' && name[n] <= 'Z' {
		n++
	}
	if n > 1 && n < len(name) {
		n--
	}
	return strings.ToLower(name[:n]) + name[n:]
}

var axes = []string{"X", "Y", "Z"}

// stepArgs are the arguments that say what the steps of a float are.
func stepArgs(t schema.Type) string { return fmt.Sprintf("%d, %d, %d, %d", t.Num, t.Den, t.Min, t.Max) }
