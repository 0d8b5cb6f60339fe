package realmwire_test

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// docsWidth is the longest line of prose in the documents: a diff of a paragraph stays readable side by side.
const docsWidth = 120

// Table rows, fenced code, and a line that is one word (a URL) cannot be broken; every other line can.
func TestDocsLines(t *testing.T) {
	for _, page := range pages(t) {
		for _, line := range longLines(read(t, page)) {
			t.Errorf("%s:%s", page, line)
		}
	}
}

func TestLongLinesAreFound(t *testing.T) {
	long := strings.Repeat("word ", 30)
	for text, want := range map[string]int{
		"short\n":                          0,
		long + "\n":                        1,
		"- " + long + "\n":                 1,
		"| " + long + "|\n":                0,
		"|*n*| " + long + "\n":             1,
		"```\n" + long + "\n```\n":         0,
		"```\ncode\n```\n" + long + "\n":   1,
		strings.Repeat("x", 200) + "\n":    0,
		strings.Repeat("é ", 60) + "\n":    0,
		"# " + strings.Repeat("é ", 60):    1,
		"[a]: https://" + long[:110] + "x": 1,
	} {
		if got := longLines(text); len(got) != want {
			t.Errorf("%q: %d long lines, want %d", text, len(got), want)
		}
	}
}

// Every relative link leads to a file that exists, and every anchor to a heading of that file.
func TestDocsLinks(t *testing.T) {
	links := 0
	for _, page := range pages(t) {
		for _, target := range linksOf(read(t, page)) {
			links++
			if err := follow(page, target); err != nil {
				t.Errorf("%s: link to %q: %v", page, target, err)
			}
		}
	}
	if links < 50 {
		t.Errorf("found %d links; the test reads the pages wrongly", links)
	}
}

func TestBrokenLinksAreFound(t *testing.T) {
	for target, want := range map[string]bool{
		"docs/architecture.md":                           true,
		"docs/architecture.md#when-a-process-dies":       true,
		"docs/decisions":                                 true,
		"#working-on-it":                                 true,
		"docs/no-such-page.md":                           false,
		"docs/architecture.md#when-nobody-wrote-of-this": false,
		"#no-such-heading":                               false,
	} {
		if err := follow("README.md", target); (err == nil) != want {
			t.Errorf("%s: %v", target, err)
		}
	}
}

// The table of folders names what exists: a folder in its first column, then folders below that one or from the root.
func TestDocsFolders(t *testing.T) {
	const page = "docs/architecture.md"
	_, text, found := strings.Cut(read(t, page), "\n## Folders and directions\n")
	if !found {
		t.Fatalf("%s has no section of folders", page)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	folders := 0
	for line := range strings.Lines(text) {
		if !rowPattern.MatchString(line) {
			continue
		}
		named, missing := foldersOf(line)
		folders += named
		for _, name := range missing {
			t.Errorf("%s: there is no folder %q", page, name)
		}
	}
	if folders < 40 {
		t.Errorf("found %d folders; the test reads the table wrongly", folders)
	}
}

func TestMissingFoldersAreFound(t *testing.T) {
	for row, want := range map[string]int{
		"| `transport/` | `kcp`, `ws/` | `protocol` |":          0,
		"| `transport/` | `kcp`, `no-such-folder` |":            1,
		"| `internal/count/`, `internal/no-such-folder/` | |":   1,
		"| `web/` | the client; `web/dist` is built | |":        0,
		"| `realm/` | accounts | `transport`, `transport/no` |": 1,
		"| root | `Main`, a Go name | `internal/server` |":      0,
		"| `go.mod` | a file | |":                               1,
	} {
		if _, missing := foldersOf(row); len(missing) != want {
			t.Errorf("%s: missing %q, want %d", row, missing, want)
		}
	}
}

// foldersOf counts the folders that a row of the table names, and returns those that do not exist. Names that begin with
// a capital are Go's.
func foldersOf(row string) (named int, missing []string) {
	base := "."
	for i, cell := range strings.Split(strings.Trim(strings.TrimSpace(row), "|"), "|") {
		for _, name := range codePattern.FindAllString(cell, -1) {
			name = strings.Trim(name, "`")
			if unicode.IsUpper([]rune(name)[0]) {
				continue
			}
			if i == 0 {
				base = name
			}
			named++
			if !isFolder(name) && !(i > 0 && isFolder(filepath.Join(base, name))) {
				missing = append(missing, name)
			}
		}
	}
	return named, missing
}

func isFolder(path string) bool {
	info, err := os.Stat(filepath.FromSlash(path))
	return err == nil && info.IsDir()
}

// pages are the documents that people read: those of the root, and docs/.
func pages(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"} {
		if _, err := os.Stat(name); err == nil {
			all = append(all, name)
		}
	}
	err := filepath.WalkDir("docs", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) == ".md" {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("found %d pages only", len(all))
	}
	return all
}

func read(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// longLines returns the lines of prose that are too long, each as "number: length".
func longLines(text string) []string {
	var long []string
	prose(text, func(number int, line string) {
		width := utf8.RuneCountInString(line)
		if width <= docsWidth || rowPattern.MatchString(line) {
			return
		}
		if marker := markerPattern.FindString(line); !strings.Contains(line[len(marker):], " ") {
			return // a URL
		}
		long = append(long, fmt.Sprintf("%d: %d characters, the limit is %d", number, width, docsWidth))
	})
	return long
}

// prose calls do for every line outside fenced code.
func prose(text string, do func(number int, line string)) {
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			continue
		}
		if !fenced {
			do(i+1, line)
		}
	}
}

var (
	rowPattern    = regexp.MustCompile(`^\s*\|.*\|\s*$`)
	markerPattern = regexp.MustCompile(`^\s*([-*+>]|\d+\.)?\s*`)
	linkPattern   = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	codePattern   = regexp.MustCompile("`[^`]*`")
)

// linksOf returns the relative links of a page. A link's text may be broken over lines; its target is not.
func linksOf(text string) []string {
	var links []string
	prose(text, func(_ int, line string) {
		for _, match := range linkPattern.FindAllStringSubmatch(codePattern.ReplaceAllString(line, ""), -1) {
			if target, err := url.Parse(match[1]); err != nil || !target.IsAbs() {
				links = append(links, match[1])
			}
		}
	})
	return links
}

// follow reports why a link on a page leads nowhere.
func follow(page, target string) error {
	link, err := url.Parse(target)
	if err != nil {
		return err
	}
	file := page
	if link.Path != "" {
		file = filepath.Join(filepath.Dir(page), filepath.FromSlash(link.Path))
	}
	info, err := os.Stat(file)
	if err != nil || link.Fragment == "" {
		return err
	}
	if info.IsDir() || filepath.Ext(file) != ".md" {
		return fmt.Errorf("only pages have headings")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !anchors(string(text))[link.Fragment] {
		return fmt.Errorf("no such heading")
	}
	return nil
}

// anchors are the fragments that GitHub gives a page's headings.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	prose(text, func(_ int, line string) {
		heading := strings.TrimLeft(line, "#")
		if heading == line || !strings.HasPrefix(heading, " ") {
			return
		}
		slug := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(heading))
		unique := slug
		for n := 1; found[unique]; n++ {
			unique = fmt.Sprintf("%s-%d", slug, n)
		}
		found[unique] = true
	})
	return found
}
