package godot_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	className    = regexp.MustCompile(`(?m)^class_name\s+(\w+)`)
	resourcePath = regexp.MustCompile(`(?:res|uid)://[\w./-]*`)
	relativeLoad = regexp.MustCompile(`(?:pre)?load\(\s*"(\.\.?/[^"]*|[\w-][\w./-]*)"`)
	uidBeside    = regexp.MustCompile(`\suid="[^"]*"`) // a path stands beside it, in scenes
	comment      = regexp.MustCompile(`(?m)#.*$`)
	text         = regexp.MustCompile(`"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'`)
	identifier   = regexp.MustCompile(`\b[A-Z]\w*`)
)

// The addon knows no game: it names no file outside its folder, and no class that is declared outside it. (A script that does
// would not compile in another project, which has neither.)
func TestAddonKnowsNoGame(t *testing.T) {
	outside := map[string]bool{}
	for _, dir := range []string{"demo", "test"} {
		for _, source := range scripts(t, dir) {
			for _, m := range className.FindAllStringSubmatch(source, -1) {
				outside[m[1]] = true
			}
		}
	}
	if !outside["RpgGame"] || !outside["TestCase"] {
		t.Fatal("the demo's classes were not found")
	}
	addon := scripts(t, "addons/realmwire")
	if len(addon) < 20 {
		t.Fatalf("only %d files of the addon were found", len(addon))
	}
	for name, source := range addon {
		for _, what := range strangers(name, source, outside) {
			t.Errorf("%s uses %s, which is not the addon's", name, what)
		}
	}
}

// What the test above looks for is found.
func TestStrangersAreFound(t *testing.T) {
	source := `# RpgGame in a comment
extends "res://demo/base.gd"
const A := preload("../../demo/a.gd")
const B := preload("res://addons/realmwire/b.gd")
const C := preload("c.gd")
var game: RpgGame = RpgGame.new("RpgGame # in a text")
`
	got := strangers("addons/realmwire/x.gd", source, map[string]bool{"RpgGame": true})
	if want := []string{"../../demo/a.gd", "RpgGame", "RpgGame", "res://demo/base.gd"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// strangers lists the files and classes that a file of the addon uses and that are not the addon's own. Godot's ids of files (uid://) do not
// say where a file lies: none may be used in place of a path.
func strangers(name, source string, outside map[string]bool) []string {
	const own = "addons/realmwire/"
	var found []string
	source = uidBeside.ReplaceAllString(source, "")
	code := comment.ReplaceAllString(text.ReplaceAllStringFunc(source, func(s string) string { return strings.ReplaceAll(s, "#", "_") }), "")
	for _, p := range resourcePath.FindAllString(code, -1) {
		if !strings.HasPrefix(p, "res://"+own) {
			found = append(found, p)
		}
	}
	for _, m := range relativeLoad.FindAllStringSubmatch(code, -1) {
		if !strings.HasPrefix(path.Join(path.Dir(name), m[1]), own) {
			found = append(found, m[1])
		}
	}
	for _, id := range identifier.FindAllString(text.ReplaceAllString(code, ""), -1) {
		if outside[id] {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found
}

// scripts returns the scripts, scenes and resources below dir.
func scripts(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".gd", ".tscn", ".tres", ".cfg"}, filepath.Ext(name)) {
			return err
		}
		source, err := os.ReadFile(name)
		found[filepath.ToSlash(name)] = string(source)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
