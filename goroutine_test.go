package realmwire_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A panic on a goroutine that nobody guards ends the process, and everybody in it. So what starts one in a package that serves peers
// goes through internal/guard, or stands here with its reason.

// aloneFolders serve no peers: what runs there ends with its own process, or is a test's.
var aloneFolders = map[string]string{
	"internal/guard":               "the guard itself",
	"internal/harness":             "tests alone import it",
	"loadtest":                     "a load test's process, which `up` runs as a child",
	"protocol/best/internal/train": "a tool of ours",
	"protocol/gen":                 "the generator, which has names for Go",
	"protocol/schema":              "the same",
	"realm/internal/storetest":     "tests alone import it",
	"transport/internal/conntest":  "tests alone import it",
	"transport/netsim":             "a bad network for tests; `realmwire netsim` runs nothing else",
}

// unguarded are goroutines of the other folders, by file and function, and why their panic may end the process, or cannot be.
var unguarded = map[string]string{
	"realm/bus/request.go Call":                  "ends a context",
	"realm/gateway/carry.go carry":               "end a context, or close a connection",
	"internal/stop/stop.go Context":              "ends a context",
	"transport/internal/driver/driver.go Listen": "does what it does for each session under a guard; without the rest no session lives",
	"transport/kcp/client.go startClient":        "a client's own process",
	"transport/kcp/loop.go handshake":            "a client's own process",
	"transport/rtc/client.go start":              "a client's own process",
	"transport/rtc/loop.go abandon":              "a client's own process",
	"transport/udp/socket.go Listen":             "the transports guard what they do for each datagram; without the rest no session lives",
	"transport/ws/conn.go end":                   "ends a context",
	"transport/ws/dial.go Dial":                  "a client's own process",
	"transport/ws/loop.go write":                 "ends a context",
}

// starts lists what in a file starts a goroutine, or has a library call ours on its own: each with its function.
func starts(fset *token.FileSet, f *ast.File) (found []string) {
	for _, d := range f.Decls {
		in := "a variable"
		if fn, ok := d.(*ast.FuncDecl); ok {
			in = fn.Name.Name
		}
		guarded := map[ast.Node]bool{}
		ast.Inspect(d, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && slices.ContainsFunc(call.Args, ofGuard) {
				guarded[call.Fun] = true
			}
			if what := startedBy(n); what != "" && !guarded[n] {
				at := fset.Position(n.Pos())
				found = append(found, fmt.Sprintf("%s %s\x00line %d: %s", at.Filename, in, at.Line, what))
			}
			return true
		})
	}
	return found
}

// ofGuard reports whether an expression is a call of package guard, such as guard.Func("…", f, nil).
func ofGuard(x ast.Expr) bool {
	call, ok := x.(*ast.CallExpr)
	return ok && isGuard(call.Fun)
}

func isGuard(x ast.Expr) bool {
	sel, ok := x.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	of, ok := sel.X.(*ast.Ident)
	return ok && of.Name == "guard"
}

// startedBy says how a node starts a goroutine; "" if it does not.
func startedBy(n ast.Node) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "a go statement"
	case *ast.SelectorExpr:
		switch name := n.Sel.Name; {
		case isGuard(n):
		case name == "Go": // of a WaitGroup, of an errgroup
			return "a call of Go"
		case name == "AfterFunc": // of time, of context
			return "a call of AfterFunc"
		case name == "Subscribe" || name == "QueueSubscribe": // of NATS
			return "a subscription, whose function NATS calls on a goroutine of its own"
		}
	}
	return ""
}

// goroutinesAreGuarded holds the law, and sees that what is exempt needs to be.
func goroutinesAreGuarded(t *testing.T) {
	needed := map[string]bool{}
	looked := 0
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		name := filepath.ToSlash(file)
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && file != "."):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			return err
		}
		looked++
		for _, what := range starts(fset, f) {
			place, how, _ := strings.Cut(what, "\x00")
			if alone := aloneFolder(folder(name)); alone != "" {
				needed[alone] = true
				continue
			}
			if unguarded[place] != "" {
				needed[place] = true
				continue
			}
			t.Errorf("%s, %s: a panic there would end the process and everybody in it; start it with guard.Go, or give it guard.Func, "+
				"guard.Handler or guard.Fallible, and say what ends instead; or add %q to the list of goroutine_test.go with its reason", place, how, place)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if looked < 200 {
		t.Errorf("only %d files were looked at; the test looks in the wrong place", looked)
	}
	for place, why := range unguarded {
		if !needed[place] {
			t.Errorf("%s is exempt (%s), but starts no goroutine: take it from the list", place, why)
		}
	}
	for alone, why := range aloneFolders {
		if !needed[alone] && alone != "internal/guard" {
			t.Errorf("%s is exempt (%s), but starts no goroutine: take it from the list", alone, why)
		}
	}
}

// aloneFolder is the entry of aloneFolders that a package is below; "" if none.
func aloneFolder(pkg string) string {
	for alone := range aloneFolders {
		if below(pkg, alone) {
			return alone
		}
	}
	return ""
}

func TestLawOfGoroutinesCanBeBroken(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"a function", `func f() { go f() }`, "f\x00line 2: a go statement"},
		{"a literal", `func f() { go func() {}() }`, "a go statement"},
		{"in a literal", `var x = func() { go x() }`, "a variable\x00"},
		{"in a method", `func (t *T) m() { go t.m() }`, " m\x00"},
		{"a wait group", `func f() { var w sync.WaitGroup; w.Go(f) }`, "a call of Go"},
		{"a field's", `func (t *T) m() { t.work.Go(t.m) }`, "a call of Go"},
		{"as a value", `func f() { var w sync.WaitGroup; start := w.Go; start(f) }`, "a call of Go"},
		{"an errgroup", `func f(g *errgroup.Group) { g.Go(nil) }`, "a call of Go"},
		{"a timer", `func f() { time.AfterFunc(1, f) }`, "a call of AfterFunc"},
		{"a context", `func f() { context.AfterFunc(nil, f) }`, "a call of AfterFunc"},
		{"a subscription", `func f(c *nats.Conn) { c.Subscribe("", nil) }`, "a subscription"},
		{"a shared one", `func f(c *nats.Conn) { c.QueueSubscribe("", "", nil) }`, "a subscription"},
		{"guarded", `func f() { guard.Go("f", f, nil) }`, ""},
		{"a guarded function in a wait group", `func f(w *sync.WaitGroup) { w.Go(guard.Func("f", f, nil)) }`, ""},
		{"a guarded handler", `func f(c *nats.Conn) { c.Subscribe("", guard.Handler("f", f)) }`, ""},
		{"something guarded inside", `func f(w *sync.WaitGroup) { w.Go(func() { guard.Run("f", f); f() }) }`, "a call of Go"},
		{"none", `func f() { defer f(); f() }`, ""},
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "x.go", "package x\n"+c.body, 0)
		if err != nil {
			t.Fatal(err)
		}
		found := starts(fset, f)
		if c.want == "" && len(found) > 0 || c.want != "" && !slices.ContainsFunc(found, func(s string) bool { return strings.Contains(s, c.want) }) {
			t.Errorf("%s: found %q, want %q", c.name, found, c.want)
		}
	}
}
