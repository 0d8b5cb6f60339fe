package realmwire_test

import (
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
	{"protocol/snapshot", "protocol/best", "who does not ask for the best tier links nothing of it"},
	{"transport", "protocol", "transports carry bytes and know no wire above them"},
	{"transport", "zone", "transports know no game"},
	{"transport", "realm", "transports know no accounts"},
	{"transport", "client", "a client stands on transports, not they on it"},
	{"zone", "realm", "internal/server joins them"},
	{"zone", "client", "a zone knows clients by their connections only"},
	{"realm", "zone", "internal/server joins them"},
	{"realm", "protocol", "accounts, leases and lobbies know no wire"},
	{"client", "transport/listen", "a client listens to nobody"},
	{"client", "protocol/gen", "a client uses what was generated, not the generator"},
	{"client", "protocol/schema", "a client uses what was generated, not its declaration"},
	{"internal/server", "transport/kcp", "transport/listen knows the transports"},
	{"internal/server", "transport/rtc", "transport/listen knows the transports"},
	{"internal/server", "transport/ws", "transport/listen knows the transports"},
	{"internal/server", "transport/udp", "transport/listen knows the transports"},
	{"zone/games", "transport", "a game knows no network"},
	{"zone/games", "zone/interest", "a game sees the rules interface only"},
}

// TestLaws holds what docs/architecture.md says of who may import whom, and of what the pure cores must not do.
func TestLaws(t *testing.T) {
	t.Run("imports", func(t *testing.T) {
		checked := 0
		eachImport(t, func(file, pkg, imported string) {
			checked++
			if why := unlawful(file, pkg, imported); why != "" {
				t.Errorf("%s imports %s: %s", file, imported, why)
			}
		})
		if checked < 50 {
			t.Fatalf("only %d imports were found; the test looks in the wrong place", checked)
		}
	})
	t.Run("pure packages", pureClosureHolds)
	t.Run("pure files", pureFilesHold)
	t.Run("the client's clock", clientClockHolds)
	t.Run("goroutines", goroutinesAreGuarded)
}

// unlawful says which law an import breaks, "" if none. pkg is the importing package's folder, "" for the root.
func unlawful(file, pkg, imported string) string {
	test := strings.HasSuffix(file, "_test.go")
	if below(pkg, "protocol") && !test && thirdParty(imported) {
		return "protocol stands on the standard library alone"
	}
	inside, ok := strings.CutPrefix(imported, module)
	if !ok {
		return ""
	}
	inside = strings.TrimPrefix(inside, "/")
	for _, l := range laws {
		if below(pkg, l.from) && below(inside, l.to) {
			return l.why
		}
	}
	oneOf := func(allowed ...string) bool { return slices.Contains(allowed, inside) }
	switch {
	case test:
		return ""
	case below(inside, "internal/harness") && !below(pkg, "internal/harness"):
		return "only tests may"
	case (inside == "" || below(inside, "cmd")) && !below(pkg, "cmd"):
		return "nothing below the front door may"
	case below(inside, "internal/server") && pkg != "" && !below(pkg, "internal/server"):
		return "only the front door may"
	case below(inside, "loadtest") && !below(pkg, "internal/server") && !below(pkg, "loadtest"):
		return "only internal/server may"
	case below(pkg, "client") && !below(inside, "client") && !below(inside, "protocol") && !below(inside, "transport") && !oneOf("zone/mover", "zone/tilemap"):
		return "a client sees protocol, transport, zone/mover and zone/tilemap"
	case below(pkg, "zone/games") && below(inside, "zone") && !below(inside, "zone/games") && !oneOf("zone/rules", "zone/mover", "zone/tilemap"):
		return "a game sees zone/rules, zone/mover and zone/tilemap"
	}
	return ""
}

// thirdParty reports whether an import is neither ours nor the standard library's.
func thirdParty(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".") && !below(imported, module)
}

func TestLawsOfImportsCanBeBroken(t *testing.T) {
	for _, c := range []struct {
		file, imported string
		lawful         bool
	}{
		{"protocol/bits/bits.go", module + "/transport", false},
		{"protocol/bits/bits.go", "github.com/klauspost/reedsolomon", false},
		{"protocol/bits/bits_test.go", "pgregory.net/rapid", true},
		{"transport/transport.go", module + "/protocol/bits", false},
		{"transport/transport.go", module + "/client", false},
		{"zone/loop.go", module + "/realm", false},
		{"zone/loop.go", module + "/client", false},
		{"realm/realm.go", module + "/protocol/message", false},
		{"loadtest/swarm.go", module + "/internal/harness", false},
		{"loadtest/e2e_test.go", module + "/internal/harness", true},
		{"zone/loop.go", module, false},
		{"zone/loop.go", module + "/loadtest", false},
		{"zone/loop.go", module + "/internal/server", false},
		{"realmwire.go", module + "/internal/server", true},
		{"internal/server/up.go", module + "/loadtest", true},
		{"zone/core/core.go", module + "/zone/interest", true},
		{"zone/games/rpg/sim.go", module + "/transport", false},
		{"zone/games/rpg/sim.go", module + "/zone/core", false},
		{"zone/games/rpg/sim.go", module + "/zone/rules", true},
		{"client/client.go", module + "/zone", false},
		{"client/client.go", module + "/zone/mover", true},
		{"client/client.go", module + "/transport/kcp", true},
		{"client/client.go", module + "/transport/listen", false},
		{"client/client.go", module + "/protocol/snapshot", true},
		{"client/client.go", module + "/protocol/schema", false},
		{"client/client.go", module + "/protocol/gen", false},
		{"cmd/realmwire/main.go", module, true},
	} {
		if why := unlawful(c.file, folder(c.file), c.imported); (why == "") != c.lawful {
			t.Errorf("%s imports %s: lawful is %t, %q", c.file, c.imported, !c.lawful, why)
		}
	}
}

// below tells whether a package lies in a folder; all of the module lies in "".
func below(pkg, folder string) bool {
	return folder == "" || pkg == folder || strings.HasPrefix(pkg, folder+"/")
}

// folder is where a file of the module lies, "" for the root.
func folder(file string) string {
	if dir := path.Dir(file); dir != "." {
		return dir
	}
	return ""
}

func eachImport(t *testing.T, visit func(file, pkg, imported string)) {
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && file != "."):
			return filepath.SkipDir
		case !strings.HasSuffix(file, ".go"):
			return nil
		}
		f, err := parser.ParseFile(fset, file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			visit(file, folder(filepath.ToSlash(file)), name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
