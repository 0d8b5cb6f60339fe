package realmwire_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
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

// pureFolders hold the cores of the transports beside the files that join them to sockets and clocks. Every file there is pure, a new one too,
// unless it stands in impureFiles.
var pureFolders = []string{"transport"}

// pureFiles are pure in folders that are not.
var pureFiles = []string{"client/clock.go", "client/link.go"}

// impureFiles are files, and folders, that the law does not hold for, and why.
var impureFiles = map[string]string{
	"transport/calls.go":                       "gives a handler one call at a time, under a lock",
	"transport/internal/conntest":              "the suite that every transport passes: it waits for real ones",
	"transport/internal/driver/driver.go":      "shares a transport's sessions between the socket's goroutines, under a lock",
	"transport/internal/driver/loop.go":        "reads the clock and waits for timers",
	"transport/internal/driver/shutdown.go":    "waits for sessions to end",
	"transport/internal/driver/timers.go":      "shares the timers of sessions, under a lock",
	"transport/kcp/accept.go":                  "draws what the server adds to a handshake",
	"transport/kcp/client.go":                  "joins a session to the client's socket",
	"transport/kcp/conn.go":                    "shares a session with its callers, under a lock",
	"transport/kcp/dial.go":                    "opens the client's socket, and draws what it adds to a handshake",
	"transport/kcp/loop.go":                    "reads the clock and the client's socket",
	"transport/kcp/raw.go":                     "opens a socket for frames that load tests make",
	"transport/kcp/server.go":                  "shares sessions between the socket's goroutines, under a lock",
	"transport/listen/listen.go":               "opens the sockets of a process",
	"transport/netsim/loop.go":                 "reads the clock and sockets, and waits for when packets are due",
	"transport/netsim/proxy.go":                "has the sockets of the datagrams' proxy",
	"transport/netsim/relay.go":                "has the sockets of the streams' proxy",
	"transport/netsim/stream.go":               "impairs a real net.Conn",
	"transport/rtc/addresses.go":               "asks the system for its addresses",
	"transport/rtc/answer.go":                  "draws the names and passwords of an answer",
	"transport/rtc/api.go":                     "sets up pion, the client's WebRTC",
	"transport/rtc/client.go":                  "joins pion's callbacks to a connection",
	"transport/rtc/config.go":                  "has an option that takes a context",
	"transport/rtc/dial.go":                    "opens the client's connection with pion",
	"transport/rtc/handshake.go":               "runs pion's DTLS handshake in a goroutine",
	"transport/rtc/internal/dtls/handshake.go": "runs pion's DTLS handshake, which blocks",
	"transport/rtc/internal/dtls/identity.go":  "makes a certificate",
	"transport/rtc/internal/dtls/loop.go":      "reads the clock for the pipe's deadlines",
	"transport/rtc/internal/dtls/pipe.go":      "is the net.PacketConn that pion's handshake blocks on",
	"transport/rtc/loop.go":                    "reads the clock and waits for timers",
	"transport/rtc/receive.go":                 "draws what a new association starts from",
	"transport/rtc/server.go":                  "shares sessions between the socket's goroutines, under a lock",
	"transport/rtc/session.go":                 "shares a session with its callers, under a lock",
	"transport/ticket/opener.go":               "remembers spent tickets for all transports, under a lock",
	"transport/ticket/sealer.go":               "draws nonces",
	"transport/udp/batch_linux.go":             "makes system calls",
	"transport/udp/batch_other.go":             "reads and writes the socket",
	"transport/udp/socket.go":                  "opens and reads the socket",
	"transport/ws/config.go":                   "has an option that takes an HTTP client",
	"transport/ws/conn.go":                     "shares a connection with its callers, and times them",
	"transport/ws/dial.go":                     "opens the client's connection",
	"transport/ws/frame.go":                    "tells coder/websocket's errors and close codes in ours",
	"transport/ws/loop.go":                     "reads the clock and waits for timers",
	"transport/ws/opening.go":                  "takes over connections from the HTTP server",
	"transport/ws/pace.go":                     "reads a net.Conn, and makes its peer wait",
	"transport/ws/server.go":                   "answers HTTP requests",
}

// impure says why the law does not hold for a file, and where that is said; "" if it holds.
func impure(file string) (entry, why string) {
	for _, entry := range []string{file, path.Dir(file)} {
		if why := impureFiles[entry]; why != "" {
			return entry, why
		}
	}
	return "", ""
}

// pureThirdParty are libraries that pure files may use, and why.
var pureThirdParty = map[string]string{
	"github.com/xtaci/kcp-go/v5": "KCP's core; it reads the process clock, so sessions are simulated under testing/synctest",
	"github.com/pion/stun/v4":    "writes and reads STUN's messages",
}

// pureStandard are the packages of the standard library that pure files may use, by their whole paths; impureNames takes some names out again.
var pureStandard = []string{
	"bytes", "cmp", "errors", "fmt", "io/fs", "iter", "maps", "math", "math/bits", "math/rand/v2", "net/netip", "reflect", "regexp", "slices",
	"runtime/debug", "strconv", "strings", "time", "unicode", "unicode/utf8",
	"crypto/aes", "crypto/cipher", "crypto/hkdf", "crypto/hmac", "crypto/sha256", "crypto/subtle", "hash", "hash/crc32",
	"encoding/binary", "encoding/hex", "encoding/json",
}

// impureNames are what may not be used of packages that are pure otherwise: called or not.
var impureNames = map[string]func(name string) bool{
	"time": func(name string) bool {
		return slices.Contains([]string{"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep", "Timer", "Ticker", "Local", "LoadLocation"}, name)
	},
	"fmt": func(name string) bool {
		return strings.HasPrefix(name, "Print") || strings.HasPrefix(name, "Scan")
	},
	"math/rand/v2": globalRandomness,
	// It draws its nonces.
	"crypto/cipher": func(name string) bool { return name == "NewGCMWithRandomNonce" },
	// They run coroutines.
	"iter": func(name string) bool { return name == "Pull" || name == "Pull2" },
	// A game gives its maps as a value; others read them.
	"io/fs": func(name string) bool { return name != "FS" },
	// A stack is a value; the rest changes the process.
	"runtime/debug": func(name string) bool { return name != "Stack" },
	"reflect": func(name string) bool {
		return slices.Contains([]string{"ChanOf", "MakeChan", "Select", "SelectCase"}, name)
	},
}

// globalRandomness reports whether a name of math/rand/v2 draws from the generator that everybody shares.
func globalRandomness(name string) bool {
	return !strings.HasPrefix(name, "New") && !slices.Contains([]string{"Rand", "Source", "PCG", "ChaCha8", "Zipf"}, name)
}

func impureImport(name string) bool {
	switch {
	case below(name, module):
		return false // pureClosureHolds looks into it
	case thirdParty(name):
		return pureThirdParty[name] == ""
	}
	return !slices.Contains(pureStandard, name)
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
			// Of what the standard library has, only a time has a method of this name without arguments.
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Local" && len(n.Args) == 0 {
				note(n, "uses time.Time.Local")
			}
		case *ast.SelectorExpr:
			if of, ok := n.X.(*ast.SelectorExpr); ok && n.Sel.Name == "Local" && of.Sel.Name == "Time" {
				note(n, "uses time.Time.Local")
			}
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
	f := parse(t, fset, file)
	for _, what := range impurities(fset, f) {
		t.Errorf("%s: a pure core has no clock, goroutine, channel, lock, log, context, socket, file or global randomness; what joins it to them belongs "+
			"in loop.go, or in a file of impureFiles with its reason (a package of the standard library that is pure: in pureStandard)", what)
	}
	return f
}

func parse(t *testing.T, fset *token.FileSet, file string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(fset, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// pureClosureHolds goes from the pure packages through all that they import of ours.
func pureClosureHolds(t *testing.T) {
	queue := slices.Clone(pureRoots)
	seen := map[string]bool{}
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
			if _, why := impure(file); why != "" {
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
}

// pureFilesHold takes every file of the pure folders, and sees that what is exempt needs to be.
func pureFilesHold(t *testing.T) {
	files := slices.Clone(pureFiles)
	for _, root := range pureFolders {
		files = append(files, sourcesBelow(t, root)...)
	}
	needed := map[string]bool{}
	pure := 0
	for _, file := range files {
		entry, why := impure(file)
		if why == "" {
			checkPure(t, file)
			pure++
			continue
		}
		fset := token.NewFileSet()
		needed[entry] = needed[entry] || len(impurities(fset, parse(t, fset, file))) > 0
	}
	if pure < 30 {
		t.Errorf("only %d files are held pure; the test looks in the wrong place", pure)
	}
	for entry, why := range impureFiles {
		if !needed[entry] {
			t.Errorf("%s is exempt (%s), but is pure or gone: take it from the list", entry, why)
		}
	}
}

// clientClockHolds holds what client/doc.go says: only loop.go reads the clock.
func clientClockHolds(t *testing.T) {
	for _, file := range sources(t, "client/*.go") {
		fset := token.NewFileSet()
		reads := slices.ContainsFunc(impurities(fset, parse(t, fset, file)), func(what string) bool { return strings.Contains(what, "uses time.") })
		if want := path.Base(file) == "loop.go"; reads != want {
			t.Errorf("%s uses the clock: %t, want %t", file, reads, want)
		}
	}
}

// sourcesBelow are the files of a folder and of all below it but for tests.
func sourcesBelow(t *testing.T, root string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.FromSlash(root), func(dir string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return filepath.SkipDir
		case d.IsDir():
			out = append(out, sources(t, filepath.ToSlash(dir)+"/*.go")...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
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
		{"randomness of an older package", `"math/rand"`, `func f() int { return rand.Int() }`, `imports "math/rand"`},
		{"a random hash", `"hash/maphash"`, `var seed = maphash.MakeSeed()`, `imports "hash/maphash"`},
		{"a random nonce", `"crypto/cipher"`, `func f(b cipher.Block) { cipher.NewGCMWithRandomNonce(b) }`, "uses crypto/cipher.NewGCMWithRandomNonce"},
		{"a new key", `"crypto/ecdh"`, `func f() { ecdh.P256().GenerateKey(nil) }`, `imports "crypto/ecdh"`},
		{"a coroutine", `"iter"`, `func f(s iter.Seq[int]) { iter.Pull(s) }`, "uses iter.Pull"},
		{"a coroutine of pairs", `"iter"`, `func f(s iter.Seq2[int, int]) { iter.Pull2(s) }`, "uses iter.Pull2"},
		{"a file of a file system", `"io/fs"`, `func f(s fs.FS) { fs.ReadFile(s, "") }`, "uses io/fs.ReadFile"},
		{"a select by reflection", `"reflect"`, `func f() { reflect.Select(nil) }`, "uses reflect.Select"},
		{"files by an older package", `"io/ioutil"`, `func f() { ioutil.ReadFile("") }`, `imports "io/ioutil"`},
		{"files of templates", `"text/template"`, `func f() { template.ParseFiles("") }`, `imports "text/template"`},
		{"C", `"C"`, `func f() { C.time(nil) }`, `imports "C"`},
		{"the zone of this machine", `"time"`, `var z = time.Local`, "uses time.Local"},
		{"a time in this machine's zone", `"time"`, `func f(t time.Time) time.Time { return t.Local() }`, "uses time.Time.Local"},
		{"the same as a value", `"time"`, `var f = time.Time.Local`, "uses time.Time.Local"},
		{"a stranger's code", `"example.org/clock"`, `var _ = clock.Now`, `imports "example.org/clock"`},
		{"output", `"fmt"`, `func f() { fmt.Println() }`, "uses fmt.Println"},
		{"output without a package", ``, `func f() { println() }`, "prints"},
		{"a channel", ``, `type s struct{ c chan int }`, "has a channel"},
		{"a receive", ``, `func f(c ...<-chan int) { <-c[0] }`, "receives"},
		{"a select", ``, `func f() { select {} }`, "selects"},
		{name: "durations", imports: `"time"`, body: `func f(d time.Duration) time.Time { return time.Unix(0, 0).Add(d * time.Second) }`},
		{name: "times", imports: `"time"`, body: `func f(a, b time.Time) time.Duration { return a.Add(time.Second).Truncate(time.Minute).UTC().Sub(b) }`},
		{name: "sequences", imports: `"iter"`, body: `func f(yield iter.Seq[int]) {}`},
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
