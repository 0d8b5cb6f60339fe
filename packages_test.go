package realmwire_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Every package that docs/packages.md offers has an example, and one that runs: it says what it prints.
func TestPackagesHaveExamples(t *testing.T) {
	page, err := os.ReadFile("docs/packages.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `([a-z/]+)`").FindAllSubmatch(page, -1)
	if len(rows) < 10 {
		t.Fatalf("docs/packages.md has %d packages; the test reads it wrongly", len(rows))
	}
	example := regexp.MustCompile(`(?s)\nfunc Example\w*\(\) \{.*?\n\t// (Unordered o|O)utput:`)
	for _, row := range rows {
		dir := string(row[1])
		if dir == "realmwire" {
			dir = "."
		}
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found = found || example.Match(text)
		}
		if !found {
			t.Errorf("%s has no example that runs", dir)
		}
	}
}
