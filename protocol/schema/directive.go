package schema

import (
	"go/ast"
	"go/build"
	"go/token"
	"strings"
	"unicode"
)

// directiveWords are what a directive may call a type.
var directiveWords = []string{"component", "entity", "input", "message", "enum", "flags"}

// optionWords are what may follow them; what takes a value is written with =.
var optionWords = []string{"id", "position", "priority", "best"}

// lost points out directives that do nothing: those over no type, in files that are no part of the schema, or in a form
// that the scanner does not take for one. A struct that should be on the wire and is not has no other symptom.
func (s *scanner) lost(files sourceFiles) {
	for _, f := range files.seen {
		for _, g := range f.ast.Comments {
			for _, c := range g.List {
				s.lostIn(f, g, c)
			}
		}
	}
	for _, f := range files.left {
		for _, g := range f.ast.Comments {
			for _, c := range g.List {
				if text, ok := meant(c.Text); ok {
					s.fail(c.Pos(), "%s does nothing here: %s", text, f.left)
				}
			}
		}
	}
}

func (s *scanner) lostIn(f sourceFile, g *ast.CommentGroup, c *ast.Comment) {
	text, ok := meant(c.Text)
	switch {
	case s.taken[c] && f.here:
		s.fail(c.Pos(), "%s stands in a file that is built on %s and not everywhere, and a schema is the same everywhere; move the type to a file without a constraint",
			text, build.Default.GOOS)
	case s.taken[c]: // its words are looked at with its type
	case !ok:
	case strings.TrimRight(c.Text, " \t") != text:
		s.fail(c.Pos(), "%q is a comment, and no directive: write %s, without spaces before or after the colon, right above the type", c.Text, text)
	default:
		s.fail(c.Pos(), "%s does nothing here: it stands %s; write it into the comment right above a type", text, s.standing(f.ast, g))
	}
}

// standing says where a comment is that belongs to no type.
func (s *scanner) standing(f *ast.File, g *ast.CommentGroup) string {
	from, to := s.place(g.Pos()).Line, s.place(g.End()).Line
	if g.End() < f.Package {
		return "over the package clause"
	}
	for _, d := range f.Decls {
		switch {
		case docOf(d) == g:
			return "over " + called(d)
		case d.Pos() <= g.Pos() && g.End() <= d.End():
			return "inside of " + called(d)
		case d.End() <= g.Pos() && s.place(d.End()).Line == from:
			return "behind " + called(d)
		case d.Pos() > g.End() && s.place(d.Pos()).Line > to+1:
			return "apart from what follows, by an empty line"
		}
	}
	return "over nothing"
}

func docOf(d ast.Decl) *ast.CommentGroup {
	if g, ok := d.(*ast.GenDecl); ok {
		return g.Doc
	}
	if fn, ok := d.(*ast.FuncDecl); ok {
		return fn.Doc
	}
	return nil
}

func called(d ast.Decl) string {
	g, ok := d.(*ast.GenDecl)
	switch {
	case !ok:
		return "a function"
	case g.Tok != token.TYPE:
		return "a declaration with " + g.Tok.String()
	case len(g.Specs) != 1:
		return "a group of types, each of which needs its own"
	}
	return "a type"
}

// meant is the directive that a comment seems to mean, as it must be written; false: it is none. A comment is taken for one
// where its first word is about realmwire, its second about one of the directives', and nothing follows but options.
func meant(comment string) (string, bool) {
	if strings.HasPrefix(comment, directive) {
		first, rest, _ := strings.Cut(strings.TrimSpace(comment[len(directive):]), " ")
		if strings.HasPrefix(comment[len(directive):], first) && first != "" {
			return strings.TrimRight(comment, " \t"), true // as it stands; what is wrong with it is said with its type
		}
		return directive + near(first, directiveWords) + spaced(rest), true
	}
	body, slashes := strings.CutPrefix(comment, "//")
	if !slashes {
		body = strings.TrimSuffix(strings.TrimPrefix(comment, "/*"), "*/")
	}
	apart := strings.HasPrefix(body, " ") || strings.HasPrefix(body, "\t")
	prefix, rest := letters(strings.TrimLeft(strings.TrimSpace(body), "+@#!/"))
	if !slips(strings.ToLower(strings.ReplaceAll(prefix, "-", "")), "realmwire") {
		return "", false
	}
	after, colon := strings.CutPrefix(strings.TrimLeft(rest, " \t"), ":")
	if !colon && (apart || rest == "") {
		return "", false
	}
	word, options := letters(strings.TrimLeft(after, " \t.=/-"))
	known := near(word, directiveWords)
	if known == "" {
		return "", false
	}
	for o := range strings.FieldsSeq(options) {
		key, _, _ := strings.Cut(o, "=")
		if near(key, optionWords) == "" {
			return "", false // prose
		}
	}
	return directive + known + spaced(options), true
}

func spaced(options string) string {
	if options = strings.Join(strings.Fields(options), " "); options == "" {
		return ""
	}
	return " " + options
}

// letters are the letters, and the hyphens between them, that a text begins with, and what follows.
func letters(text string) (word, rest string) {
	n := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '_' })
	if n < 0 {
		n = len(text)
	}
	return text[:n], text[n:]
}

// near is the one of the words that a word is meant for, or nothing.
func near(word string, of []string) string {
	for _, exact := range []bool{true, false} {
		for _, w := range of {
			if low := strings.ToLower(word); low == w || !exact && slips(low, w) {
				return w
			}
		}
	}
	return ""
}

// slips reports whether a word is another with a slip or two: letters added, left out, changed or swapped.
func slips(a, b string) bool {
	most := 1
	if len(b) > 5 {
		most = 2
	}
	if len(a) > len(b)+most || len(b) > len(a)+most {
		return false
	}
	before, row := []int(nil), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)] <= most
}
