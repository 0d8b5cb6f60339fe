package realmwire_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The pure cores have no clock, goroutine, lock, log, context, socket or file, and no randomness but what they are given. So a seed
// replays them, and a test runs an hour of play in a second.

// pureRoots are packages that are pure with all that they import of ours.
var pureRoots = []string{"zone/core", "protocol/snapshot", "protocol/motion"}

// impureFiles are files that the law does not hold for in packages that pure ones import.
var impureFiles = map[string]string{
	"transport/calls.go":         "gives a handler one call at a time, under a lock; the core has to do with lanes, kinds and close codes",
	"transport/ticket/opener.go": "remembers spent tickets for all transports, under a lock; the core has to do with claims only",
	"transport/ticket/sealer.go": "draws nonces; the core asks for tickets as values",
}

// pureFiles are the cores of the transports: patterns within packages whose other files join them to sockets and clocks.
var pureFiles = []string{
	"transport/close.go", "transport/transport.go",
	"transport/internal/driver/path.go",
	"transport/internal/replay/*.go",
	"transport/kcp/acks.go", "transport/kcp/emit.go", "transport/kcp/ending.go", "transport/kcp/handshake.go", "transport/kcp/refusals.go",
	"transport/kcp/reliable.go", "transport/kcp/repeat.go", "transport/kcp/session.go", "transport/kcp/suite.go", "transport/kcp/wire.go",
	"transport/rtc/channel.go", "transport/rtc/check.go", "transport/rtc/drive.go", "transport/rtc/ending.go", "transport/rtc/offer.go",
	"transport/rtc/internal/dtls/records.go",
	"transport/rtc/internal/sctp/*.go",
	"transport/ws/outbox.go",
}

// pureThirdParty are libraries that pure files may use, and why.
var pureThirdParty = map[string]string{
	"github.com/xtaci/kcp-go/v5": "KCP's core; it reads the process clock, so sessions are simulated under testing/synctest",
	"github.com/pion/stun/v4":    "writes and reads STUN's messages",
}

var impureImports = []string{
	"context", "crypto/rand", "log", "net", "os", "plugin", "runtime", "sync", "syscall", "testing", "unsafe", // and what is below them
}

// impureNames are what may not be used of packages that are pure otherwise: called or not.
var impureNames = map[string]func(name string) bool{
	"time": func(name string) bool {
		return slices.Contains([]string{"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep", "Timer", "Ticker", "Local", "LoadLocation"}, name)
	},
	"fmt": func(name string) bool {
		return strings.HasPrefix(name, "Print") || strings.HasPrefix(name, "Scan")
	},
	"math/rand":    globalRandomness,
	"math/rand/v2": globalRandomness,
	"path/filepath": func(name string) bool {
		return slices.Contains([]string{"Walk", "WalkDir", "Glob", "Abs", "EvalSymlinks"}, name)
	},
}

// globalRandomness reports whether a name of math/rand draws from the generator that everybody shares.
func globalRandomness(name string) bool {
	return !strings.HasPrefix(name, "New") && !slices.Contains([]string{"Rand", "Source", "PCG", "ChaCha8", "Zipf"}, name)
}

func impureImport(name string) bool {
	if name == "net/netip" || below(name, "net/netip") {
		return false
	}
	if slices.ContainsFunc(impureImports, func(bad string) bool { return below(name, bad) }) {
		return true
	}
	return thirdParty(name) && pureThirdParty[name] == ""
}

// impurities lists what in a file no pure core may have.
func impurities(fset *token.FileSet, f *ast.File) (found []string) {
	note := func(n ast.Node, what string) {
		found = append(found, fmt.Sprintf("%s: %s", fset.Position(n.Pos()), what))
	}
	names := map[string]string{} // what an import is called in the file: its path
	for _, i := range f.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil || impureImport(name) {
			note(i, "imports "+i.Path.Value)
		}
		called := path.Base(strings.TrimSuffix(name, "/v2"))
		if i.Name != nil {
			called = i.Name.Name
		}
		if called == "." {
			note(i, "imports "+i.Path.Value+" without a name, which hides what is used of it")
		}
		names[called] = name
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			note(n, "starts a goroutine")
		case *ast.ChanType:
			note(n, "has a channel")
		case *ast.SelectStmt:
			note(n, "selects")
		case *ast.SendStmt:
			note(n, "sends on a channel")
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				note(n, "receives from a channel")
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && id.Obj == nil && (id.Name == "print" || id.Name == "println") {
				note(n, "prints")
			}
		case *ast.SelectorExpr:
			// A name that the file itself declares (Obj) hides the import.
			if id, ok := n.X.(*ast.Ident); ok && id.Obj == nil {
				if bad := impureNames[names[id.Name]]; bad != nil && bad(n.Sel.Name) {
					note(n, "uses "+names[id.Name]+"."+n.Sel.Name)
				}
			}
		}
		return true
	})
	return found
}

// checkPure holds the law for one file.
func checkPure(t *testing.T, file string) *ast.File {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range impurities(fset, f) {
		t.Errorf("%s: a pure core has no clock, goroutine, channel, lock, log, context, socket, file or global randomness", what)
	}
	return f
}

// pureClosureHolds goes from the pure packages through all that they import of ours.
func pureClosureHolds(t *testing.T) {
	queue := slices.Clone(pureRoots)
	seen := map[string]bool{}
	exempt := map[string]bool{}
	for len(queue) > 0 {
		pkg := queue[0]
		queue = queue[1:]
		if seen[pkg] {
			continue
		}
		seen[pkg] = true
		files := sources(t, pkg+"/*.go")
		if len(files) == 0 {
			t.Fatalf("%s has no source files", pkg)
		}
		for _, file := range files {
			if impureFiles[file] != "" {
				exempt[file] = true
				continue
			}
			for _, i := range checkPure(t, file).Imports {
				if inside, ok := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), module+"/"); ok {
					queue = append(queue, inside)
				}
			}
		}
	}
	for _, want := range []string{"zone/interest", "zone/rules", "zone/mover", "zone/tilemap", "protocol/bits", "protocol/message", "transport"} {
		if !seen[want] {
			t.Errorf("%s was not looked at: zone/core imports it no more, or the test is wrong", want)
		}
	}
	for file, why := range impureFiles {
		if !exempt[file] {
			t.Errorf("%s is exempt (%s), but no pure package has it: take it from the list", file, why)
		}
	}
}

func pureFilesHold(t *testing.T) {
	for _, pattern := range pureFiles {
		files := sources(t, pattern)
		if len(files) == 0 {
			t.Errorf("%s is no file any more; say where the pure part of this transport is now", pattern)
		}
		for _, file := range files {
			checkPure(t, file)
		}
	}
}

// sources are the files of a pattern but for tests, whatever system they are built for.
func sources(t *testing.T, pattern string) (out []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.FromSlash(pattern))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") {
			out = append(out, filepath.ToSlash(f))
		}
	}
	return out
}

// TestLawOfPurityCanBeBroken shows each fault to the checker, and what is no fault.
func TestLawOfPurityCanBeBroken(t *testing.T) {
	for _, c := range []struct{ name, imports, body, want string }{
		{"the clock", `"time"`, `func f() time.Time { return time.Now() }`, "uses time.Now"},
		{"the clock as a value", `"time"`, `var now = time.Now`, "uses time.Now"},
		{"the clock under another name", `clock "time"`, `func f() { _ = clock.Since(clock.Time{}) }`, "uses time.Since"},
		{"the clock without a name", `. "time"`, `func f() { Sleep(1) }`, "without a name"},
		{"a deadline", `"time"`, `func f(t time.Time) time.Duration { return time.Until(t) }`, "uses time.Until"},
		{"a timer", `"time"`, `func f() { time.AfterFunc(1, f) }`, "uses time.AfterFunc"},
		{"a kept timer", `"time"`, `type s struct{ t *time.Timer }`, "uses time.Timer"},
		{"a sleep", `"time"`, `func f() { time.Sleep(1) }`, "uses time.Sleep"},
		{"a goroutine", ``, `func f() { go f() }`, "starts a goroutine"},
		{"a lock", `"sync"`, `type s struct{ mu sync.Mutex }`, `imports "sync"`},
		{"an atomic", `"sync/atomic"`, `var n atomic.Int32`, `imports "sync/atomic"`},
		{"a log", `"log/slog"`, `func f() { slog.Info("") }`, `imports "log/slog"`},
		{"a context", `"context"`, `func f(context.Context) {}`, `imports "context"`},
		{"a socket", `"net"`, `var c net.Conn`, `imports "net"`},
		{"HTTP", `"net/http"`, `var c http.Client`, `imports "net/http"`},
		{"a file", `"os"`, `func f() { os.Getpid() }`, `imports "os"`},
		{"a signal", `"os/signal"`, `func f() { signal.Reset() }`, `imports "os/signal"`},
		{"secret randomness", `"crypto/rand"`, `func f() { rand.Text() }`, `imports "crypto/rand"`},
		{"shared randomness", `"math/rand/v2"`, `func f() int { return rand.IntN(6) }`, "uses math/rand/v2.IntN"},
		{"a stranger's code", `"example.org/clock"`, `var _ = clock.Now`, `imports "example.org/clock"`},
		{"output", `"fmt"`, `func f() { fmt.Println() }`, "uses fmt.Println"},
		{"output without a package", ``, `func f() { println() }`, "prints"},
		{"a channel", ``, `type s struct{ c chan int }`, "has a channel"},
		{"a receive", ``, `func f(c ...<-chan int) { <-c[0] }`, "receives"},
		{"a select", ``, `func f() { select {} }`, "selects"},
		{name: "durations", imports: `"time"`, body: `func f(d time.Duration) time.Time { return time.Unix(0, 0).Add(d * time.Second) }`},
		{name: "addresses", imports: `"net/netip"`, body: `var a netip.AddrPort`},
		{name: "given randomness", imports: `"math/rand/v2"`, body: `func f() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }`},
		{name: "text", imports: `"fmt"`, body: `func f() string { return fmt.Sprintf("%d", 1) }`},
		{name: "a method called Now", imports: `"time"`, body: `type w struct{}; func (w) Now() time.Duration { return 0 }; func f(time w) { time.Now() }`},
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, c.name, "package p\nimport (\n"+c.imports+"\n)\n"+c.body, 0)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		switch found := impurities(fset, f); {
		case c.want == "" && len(found) > 0:
			t.Errorf("%s is refused: %q", c.name, found)
		case c.want != "" && !slices.ContainsFunc(found, func(s string) bool { return strings.Contains(s, c.want) }):
			t.Errorf("%s: found %q, want %q", c.name, found, c.want)
		}
	}
}
