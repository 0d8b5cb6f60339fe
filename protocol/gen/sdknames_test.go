package gen

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/schema"
)

var update = flag.Bool("update", false, "write the lists of names anew")

const addon = "../../godot/addons/realmwire"

// What the addon declares, and what generated classes use, is taken from the addon and from generated classes.
func TestSDKNamesAreFresh(t *testing.T) {
	lists := map[string]map[string]bool{globalNames: {}}
	add := func(kind string, names ...string) {
		if lists[kind] == nil {
			lists[kind] = map[string]bool{}
		}
		for _, n := range names {
			lists[kind][n] = true
		}
	}
	scripts := addonScripts(t)
	for _, text := range scripts {
		add(globalNames, submatches(text, `(?m)^class_name (\w+)`)...)
		add(globalNames, submatches(text, `(?m)^const AUTOLOAD: String = "(\w+)"`)...)
	}
	for _, part := range sampleClasses(t) {
		base := submatches(part, `(?m)^\textends (\w+)`)[0]
		kind := base
		if strings.Contains(part, "\tfunc read_predicted(") {
			kind += " predicted"
		}
		for w := range ownWords(part) {
			if !reserved()[w] && w == strings.ToLower(w) {
				add(kind, w)
			}
		}
		for _, text := range scripts {
			if slices.Contains(submatches(text, `(?m)^class_name (\w+)`), base) {
				add(kind, submatches(text, `(?m)^(?:@\w+ )?(?:static )?(?:func|var|const|signal|enum) (\w+)`)...)
				for _, f := range submatches(text, `(?s)\n(?:@abstract )?func \w+\((.*?)\)`) {
					add(kind, submatches(f, `(\w+): `)...) // an overriding method has parameters of these names
				}
			}
		}
	}
	var b strings.Builder
	b.WriteString("# Names that the addon declares for every script, and those that generated classes have themselves, by kind of class.\n# Written by go generate ./protocol/gen.\n")
	for _, kind := range slices.Sorted(maps.Keys(lists)) {
		fmt.Fprintf(&b, "%s: %s\n", kind, strings.Join(slices.Sorted(maps.Keys(lists[kind])), " "))
	}
	if *update {
		if err := os.WriteFile("gdscript_sdk.txt", []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if b.String() != sdkText {
		t.Errorf("gdscript_sdk.txt is stale: run go generate ./protocol/gen; it should be\n%s", &b)
	}
	if len(lists) != 7 || len(lists[globalNames]) < 50 {
		t.Errorf("%d kinds of class, %d names of the addon", len(lists)-1, len(lists[globalNames]))
	}
}

// sampleClasses are generated classes of all kinds, without names of their own.
func sampleClasses(t *testing.T) (out []string) {
	t.Helper()
	for _, dir := range []string{"../internal/demo", "../internal/bodies"} {
		s, err := schema.Scan(dir, schema.FirstGameID)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, gdParts(string(emitGDScript(stranger(s))))...)
	}
	return out
}

func addonScripts(t *testing.T) (out []string) {
	t.Helper()
	err := filepath.WalkDir(addon, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".gd" {
			return err
		}
		text, err := os.ReadFile(path)
		out = append(out, string(text))
		return err
	})
	if err != nil || len(out) < 40 {
		t.Fatalf("%d scripts, %v", len(out), err)
	}
	return out
}

func submatches(text, pattern string) (out []string) {
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// A stranger's text has no name of the schema that it was made of: else what it uses would not be told from that.
func TestStrangerIsStrange(t *testing.T) {
	s, err := schema.Scan("../internal/demo", schema.FirstGameID)
	if err != nil {
		t.Fatal(err)
	}
	strangers := ownWords(string(emitTypeScript(stranger(s), "./sdk")) + string(emitGDScript(stranger(s))))
	for _, d := range slices.Concat(s.Structs, s.Entities) {
		if strangers[d.Name] {
			t.Errorf("%s is still there", d.Name)
		}
	}
	for _, want := range []string{"BitReader", "Codec", "RealmwireBitReader", "against", "codec", "Uint8Array"} {
		if !strangers[want] {
			t.Errorf("%s is used, and was not found", want)
		}
	}
	if strangers["varuint"] {
		t.Error("a method was taken for a name")
	}
}
