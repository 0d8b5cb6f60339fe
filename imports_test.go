package realmwire_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/realmwire/realmwire"

// law is one direction that imports must not take. Folders are prefixes of package paths below the module.
type law struct {
	from, to string
	why      string
}

var laws = []law{
	{"protocol", "transport", "the wire knows no sockets"},
	{"protocol", "zone", "the wire knows no game"},
	{"protocol", "realm", "the wire knows no accounts"},
	{"protocol/internal/wirecheck", "", "a second reading of docs/wire.md shares no line with the first, nor do its tests"},
	{"transport", "protocol", "transports carry bytes and know no wire above them"},
	{"transport", "zone", "transports know no game"},
	{"transport", "realm", "transports know no accounts"},
	{"zone", "realm", "internal/server joins them"},
	{"realm", "zone", "internal/server joins them"},
	{"zone/games", "transport", "a game knows no network"},
	{"zone/games", "zone/interest", "a game sees the rules interface only"},
}

// TestImportsObeyTheArchitecture holds the directions that docs/architecture.md draws.
func TestImportsObeyTheArchitecture(t *testing.T) {
	checked := 0
	eachImport(t, func(file, pkg, imported string) {
		checked++
		if below(pkg, "protocol") && !strings.HasSuffix(file, "_test.go") {
			if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") && !strings.HasPrefix(imported, module+"/protocol") {
				t.Errorf("%s imports %s: protocol stands on the standard library alone", file, imported)
			}
		}
		inside, ok := strings.CutPrefix(imported, module)
		if !ok {
			return
		}
		inside = strings.TrimPrefix(inside, "/")
		for _, l := range laws {
			if below(pkg, l.from) && below(inside, l.to) {
				t.Errorf("%s imports %s: %s", file, imported, l.why)
			}
		}
		if strings.HasSuffix(file, "_test.go") {
			return
		}
		if (inside == "" || below(inside, "cmd")) && !below(pkg, "cmd") {
			t.Errorf("%s imports %s: nothing below the front door may", file, imported)
		}
		if below(inside, "internal/server") && pkg != "" && !below(pkg, "internal/server") {
			t.Errorf("%s imports %s: only the front door may", file, imported)
		}
		if below(inside, "loadtest") && !below(pkg, "internal/server") && !below(pkg, "loadtest") {
			t.Errorf("%s imports %s: only internal/server may", file, imported)
		}
		if below(pkg, "client") && !below(inside, "client") && !below(inside, "protocol") && !below(inside, "transport") && inside != "zone/mover" && inside != "zone/tilemap" {
			t.Errorf("%s imports %s: a client sees protocol, transport, zone/mover and zone/tilemap", file, imported)
		}
		if below(pkg, "zone/games") && below(inside, "zone") && inside != "zone/rules" && inside != "zone/mover" && inside != "zone/tilemap" &&
			!below(inside, "zone/games") {
			t.Errorf("%s imports %s: a game sees zone/rules, zone/mover and zone/tilemap", file, imported)
		}
	})
	if checked < 50 {
		t.Fatalf("only %d imports were found; the test looks in the wrong place", checked)
	}
}

// below tells whether a package lies in a folder; all of the module lies in "".
func below(pkg, folder string) bool {
	return folder == "" || pkg == folder || strings.HasPrefix(pkg, folder+"/")
}

func eachImport(t *testing.T, visit func(file, pkg, imported string)) {
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != "."):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go"):
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		if pkg == "." {
			pkg = ""
		}
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			visit(path, pkg, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
