package realmwire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// need skips a test that cannot run here, or fails it where nothing may be skipped (REALMWIRE_NO_SKIP, as in CI).
func need(t *testing.T, what string, present bool) {
	t.Helper()
	switch {
	case present:
	case os.Getenv("REALMWIRE_NO_SKIP") != "":
		t.Fatalf("%s is missing, and REALMWIRE_NO_SKIP forbids to skip", what)
	default:
		t.Skipf("needs %s", what)
	}
}

var build struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if build.dir != "" {
		_ = os.RemoveAll(build.dir)
	}
	os.Exit(code)
}

// binary builds cmd/realmwire once for all tests.
func binary(t *testing.T) string {
	t.Helper()
	build.once.Do(func() {
		if build.dir, build.err = os.MkdirTemp("", "realmwire-test-"); build.err != nil {
			return
		}
		args := []string{"build", "-o", filepath.Join(build.dir, "realmwire")}
		if os.Getenv("REALMWIRE_RACE") != "" {
			args = append(args, "-race")
		}
		out, err := exec.Command("go", append(args, "./cmd/realmwire")...).CombinedOutput()
		if err != nil {
			build.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if build.err != nil {
		t.Fatal(build.err)
	}
	return filepath.Join(build.dir, "realmwire")
}

// ready is what a role writes into its --ready-file.
type ready struct {
	PID  int    `json:"pid"`
	HTTP string `json:"http"`
	UDP  string `json:"udp"`
	URL  string `json:"url"`
}

// process is a role that a test runs.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	ready ready
	log   *syncBuffer
	done  chan struct{}
	err   error
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// start runs a role and waits until it is ready. The test's end stops it.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	return startBinary(t, binary(t), args...)
}

// startBinary is start for a program that a test built.
func startBinary(t *testing.T, path string, args ...string) *process {
	t.Helper()
	p := launchBinary(t, path, args...)
	deadline := time.Now().Add(60 * time.Second)
	file := args[len(args)-1]
	for {
		if b, err := os.ReadFile(file); err == nil && json.Unmarshal(b, &p.ready) == nil && p.ready.PID == p.cmd.Process.Pid {
			return p
		}
		select {
		case <-p.done:
			t.Fatalf("realmwire %v ended before it was ready: %v\n%s", args, p.err, p.log)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("realmwire %v is not ready\n%s", args, p.log)
		}
	}
}

// launch runs a role without waiting; --ready-file is added as its last argument.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	return launchBinary(t, binary(t), args...)
}

func launchBinary(t *testing.T, path string, args ...string) *process {
	t.Helper()
	p := &process{t: t, log: &syncBuffer{}, done: make(chan struct{})}
	p.cmd = exec.Command(path, args...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("log of realmwire %v:\n%s", args, p.log)
		}
	})
	return p
}

// startUp runs `realmwire up` on free ports with its data in dir.
func startUp(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	args = append([]string{"up", "--http", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", dir, "--rate-limit", "off"}, args...)
	return start(t, append(args, "--ready-file", filepath.Join(t.TempDir(), "ready.json"))...)
}

// stop asks the process to end, as Ctrl-C does, and waits until it has.
func (p *process) stop() {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		if p.err != nil {
			p.t.Fatalf("stopping: %v\n%s", p.err, p.log)
		}
	case <-time.After(30 * time.Second):
		p.kill()
		p.t.Fatalf("did not stop within 30 s\n%s", p.log)
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// get fetches a path of the process's HTTP server.
func (p *process) get(path string) (int, string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.ready.HTTP+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(resp.Body)
	return resp.StatusCode, b.String()
}
