//go:build linux

// Package godot_test runs the Godot project in a real Godot: its unit tests, its lint, its bot against a real server, and its
// screens. .ci/godot installs the engine.
package godot_test

//go:generate go run ../web/art demo/art

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
)

const (
	defaultRoot = "/opt/realmwire-godot"
	// runTimeout ends a Godot that hangs.
	runTimeout = 4 * time.Minute
)

// project is a copy of this folder, and of the vectors that its tests read, inside the engine's root.
type project struct {
	root   string // of the engine
	folder string // of the copy, as the engine sees it
	name   string // of the project in it; empty: godot
}

// in is the same with another project.
func (p project) in(name string) project {
	p.name = name
	return p
}

var staged struct {
	once sync.Once
	dir  string // as we see it
	log  string // of the import
	p    project
	err  error
}

func TestMain(m *testing.M) {
	code := harness.Main(m)
	if staged.dir != "" {
		_ = os.RemoveAll(staged.dir)
	}
	stopServer()
	os.Exit(code)
}

// stage returns the project, copied and imported once. Where there is no Godot it skips the test, or fails it where nothing
// may be skipped (REALMWIRE_NO_SKIP, as in CI).
func stage(t *testing.T) project {
	t.Helper()
	root := os.Getenv("REALMWIRE_GODOT_ROOT")
	if root == "" {
		root = defaultRoot
	}
	what := missing(root)
	harness.Need(t, what, what == "")
	staged.once.Do(func() { staged.err = stageIn(root) })
	if staged.err != nil {
		t.Fatal(staged.err)
	}
	return staged.p
}

// missing is what is needed to run Godot and is not here, or nothing.
func missing(root string) string {
	if os.Geteuid() != 0 {
		return "root, to run Godot in " + root
	}
	for _, f := range []string{".realmwire-ready", "usr/bin/godot", "proc/self", "dev/urandom"} {
		if _, err := os.Stat(filepath.Join(root, f)); err != nil {
			return fmt.Sprintf("Godot in %s (where %s is missing): run .ci/godot %s", root, f, root)
		}
	}
	return ""
}

func stageIn(root string) error {
	dir, err := os.MkdirTemp(filepath.Join(root, "tmp"), "realmwire-")
	if err != nil {
		return fmt.Errorf("make a folder in the engine's root: %w", err)
	}
	staged.dir = dir
	staged.p = project{root: root, folder: strings.TrimPrefix(dir, root)}
	for _, part := range []string{"godot", "protocol/snapshot/testdata", "protocol/internal/demo/testdata", "zone/mover/testdata", "protocol/motion/testdata", "transport/kcp/testdata"} {
		if err := copyTree(filepath.Join("..", part), filepath.Join(dir, part)); err != nil {
			return err
		}
	}
	out, err := staged.p.run(context.Background(), nil, "--headless", "--import")
	if err != nil {
		return fmt.Errorf("import the project: %w\n%s", err, out)
	}
	staged.log = out
	return nil
}

func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".godot" {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
}

// run runs Godot on the project and returns what it wrote. before is put before the command, as xvfb-run is.
func (p project) run(ctx context.Context, before []string, args ...string) (string, error) {
	return p.stream(ctx, func(string) {}, before, args...)
}

// stream is run, and calls line with each line as it is written.
func (p project) stream(ctx context.Context, line func(string), before []string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	all := append([]string{p.root}, before...)
	all = append(append(all, "godot", "--path", p.folder+"/"+cmp.Or(p.name, "godot")), args...)
	cmd := exec.CommandContext(ctx, "chroot", all...)
	cmd.Env = append(os.Environ(), "HOME="+p.folder, "XDG_DATA_HOME="+p.folder+"/data", "XDG_CONFIG_HOME="+p.folder+"/config", "XDG_CACHE_HOME="+p.folder+"/cache")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	cmd.Stderr = cmd.Stdout
	// Its children (a virtual screen, the engine below it) end with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		return "", err
	}
	var out strings.Builder
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		out.WriteString(lines.Text() + "\n")
		line(lines.Text())
	}
	return out.String(), cmd.Wait()
}

// path is a file of the copy as we see it.
func (p project) path(name string) string { return filepath.Join(p.root, p.folder, "godot", name) }
