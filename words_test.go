package realmwire_test

import (
	"bytes"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// retired is one row of docs/words.md.
type retired struct {
	pattern    *regexp.Regexp
	identifier bool     // a whole identifier; else anywhere in a text
	scope      []string // folders in which it holds; none: everywhere
	say        string
}

// retiredWords reads the table of docs/words.md.
func retiredWords(t *testing.T) []retired {
	page, err := os.ReadFile("docs/words.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## Retired")
	var out []retired
	for _, m := range regexp.MustCompile("(?m)^\\| `(.*?)` \\| (identifier|text) \\|( [a-z/ ]+)? \\| (.*) \\|$").FindAllStringSubmatch(table, -1) {
		pattern := strings.ReplaceAll(m[1], `\|`, `|`) // as tables write it
		r := retired{identifier: m[2] == "identifier", scope: strings.Fields(m[3]), say: m[4]}
		for _, folder := range r.scope {
			if info, err := os.Stat(folder); err != nil || !info.IsDir() {
				t.Errorf("docs/words.md: %s: the scope %s is no folder", m[1], folder)
			}
		}
		if r.identifier {
			pattern = `^(?:` + pattern + `)$`
		}
		if r.pattern, err = regexp.Compile(pattern); err != nil {
			t.Fatalf("docs/words.md: %v", err)
		}
		out = append(out, r)
	}
	if rows := strings.Count(table, "\n| `"); len(out) < 10 || len(out) != rows {
		t.Fatalf("docs/words.md has %d retired patterns in %d rows", len(out), rows)
	}
	return out
}

// mayName are places that say what was: history, old data, and the list itself.
func mayName(path string) bool {
	return strings.HasPrefix(path, "docs/decisions/") || slices.Contains([]string{
		"CHANGELOG.md", "docs/words.md", "words_test.go", "realm/migrate.go", "realm/migrate_test.go",
	}, path)
}

// TestWords holds the tree to one word for one thing: what docs/words.md retires is nowhere.
func TestWords(t *testing.T) {
	words := retiredWords(t)
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains([]string{"node_modules", "dist", "data"}, d.Name()) || strings.HasPrefix(d.Name(), ".") && path != "." && path != ".ci" && path != ".github"):
			return filepath.SkipDir
		case !d.Type().IsRegular() || mayName(filepath.ToSlash(path)):
			return nil
		}
		switch filepath.Ext(path) {
		case ".go", ".ts", ".gd", ".md", ".mjs", ".yml", ".html", ".css", ".tscn", ".tmx", ".txt", "":
		default:
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, fault := range faults(words, path, text) {
			t.Error(fault)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 300 {
		t.Fatalf("only %d files were read; the test looks in the wrong place", files)
	}
}

// faults are the retired words of a file.
func faults(words []retired, path string, text []byte) (out []string) {
	var names []string
	switch filepath.Ext(path) {
	case ".go":
		names = goNames(text)
	case ".ts", ".mjs":
		names = scriptNames(text, slashes)
	case ".gd":
		names = scriptNames(text, hashes)
	}
	for _, w := range words {
		switch {
		case len(w.scope) > 0 && !slices.ContainsFunc(w.scope, func(folder string) bool { return below(filepath.ToSlash(path), folder) }):
		case w.identifier:
			if i := slices.IndexFunc(names, w.pattern.MatchString); i >= 0 {
				out = append(out, path+": the name "+names[i]+" is retired: say "+w.say)
			}
		case w.pattern.Match(text):
			out = append(out, path+": "+string(w.pattern.Find(text))+" is retired: say "+w.say)
		}
	}
	return out
}

// goNames are the identifiers of a Go file.
func goNames(text []byte) (names []string) {
	fset := token.NewFileSet()
	var s scanner.Scanner
	s.Init(fset.AddFile("", fset.Base(), len(text)), text, nil, 0)
	for {
		_, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			return names
		case token.IDENT:
			names = append(names, lit)
		}
	}
}

var (
	slashes = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/`)
	hashes  = regexp.MustCompile(`#[^\n]*`)
	quotes  = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`)
	// literals are template literals; what stands in their ${} is code.
	literals = regexp.MustCompile("(?s)`[^`]*`")
	holes    = regexp.MustCompile(`\$\{[^}]*\}`)
	name     = regexp.MustCompile(`[A-Za-z_]\w*`)
)

// scriptNames are the identifiers of a TypeScript or GDScript file, roughly: words outside comments and quotes.
func scriptNames(text []byte, comments *regexp.Regexp) []string {
	text = quotes.ReplaceAll(text, []byte(" "))
	text = literals.ReplaceAllFunc(text, func(literal []byte) []byte { return bytes.Join(holes.FindAll(literal, -1), []byte(" ")) })
	text = comments.ReplaceAll(text, []byte(" "))
	return name.FindAllString(string(text), -1)
}

// The rule can fail: names and texts that are retired are found where they stand, and English words stay free.
func TestWordsFindsWhatIsRetired(t *testing.T) {
	words := retiredWords(t)
	for text, want := range map[string]int{
		"package x\n\ntype avatar struct{}\n":                            1,
		"package x\n\n// the avatar of a god, on a journey\nvar a int\n": 0,
		"package x\n\nfunc startJourney() { travel() }\n":                2,
		"package x\n\n// It needs a session token.\n":                    1,
		"package x\n\nvar s = \"a master of disguise\"\n":                0,
	} {
		if got := faults(words, "x.go", []byte(text)); len(got) != want {
			t.Errorf("%q: %v, want %d", text, got, want)
		}
	}
	if got := faults(words, "x.ts", []byte("// travel\nconst s = 'travel'; this.travel(1);\n")); len(got) != 1 {
		t.Errorf("in TypeScript: %v", got)
	}
	if got := faults(words, "x.ts", []byte("class A { #travel = 1; b = `to ${this.journey()} and ${c}`; }\n")); len(got) != 2 {
		t.Errorf("a private field and a hole of a template: %v", got)
	}
	if got := faults(words, "realm/x.go", []byte("package x\n\ntype Look struct{}\n")); len(got) != 1 {
		t.Errorf("within a scope: %v", got)
	}
	if got := faults(words, "zone/games/x.go", []byte("package x\n\ntype Look struct{}\n")); len(got) != 0 {
		t.Errorf("beyond a scope: %v", got)
	}
	if got := faults(words, "x.gd", []byte("# travel\nvar journey: int = 1 # crossing\n")); len(got) != 1 {
		t.Errorf("in GDScript: %v", got)
	}
}
