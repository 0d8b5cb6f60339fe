// Package harness is what those tests share that build the program and drive it from outside.
package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// Module is the path of the module under test.
const Module = "github.com/realmwire/realmwire"

var build struct {
	once sync.Once
	dir  string
	err  error
}

// Main runs the tests of a package that calls [Binary], and removes what was built; its TestMain calls it.
func Main(m *testing.M) int {
	code := m.Run()
	if build.dir != "" {
		_ = os.RemoveAll(build.dir)
	}
	return code
}

// Binary builds cmd/realmwire, once for all tests of a package, and returns its path. With REALMWIRE_RACE it has the race detector.
func Binary(tb testing.TB) string {
	tb.Helper()
	build.once.Do(func() {
		if build.dir, build.err = os.MkdirTemp("", "realmwire-test-"); build.err != nil {
			return
		}
		args := []string{"build", "-o", filepath.Join(build.dir, "realmwire")}
		if os.Getenv("REALMWIRE_RACE") != "" {
			args = append(args, "-race")
		}
		cmd := exec.Command("go", append(args, Module+"/cmd/realmwire")...) //nolint:noctx // a build ends by itself
		cmd.Dir = Root()
		if out, err := cmd.CombinedOutput(); err != nil {
			build.err = fmt.Errorf("build cmd/realmwire: %w\n%s", err, out)
		}
	})
	if build.err != nil {
		tb.Fatal(build.err)
	}
	return filepath.Join(build.dir, "realmwire")
}

// Root is the module's folder.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}
