package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Ready is what a role writes into its --ready-file.
type Ready struct {
	PID  int    `json:"pid"`
	HTTP string `json:"http"`
	UDP  string `json:"udp"`
	URL  string `json:"url"`
	Ops  string `json:"ops"`
}

// Process is a command of the program that a test runs.
type Process struct {
	Ready
	Log *Log

	tb   testing.TB
	cmd  *exec.Cmd
	done chan struct{}
	err  error // once done is closed
}

// Log gathers what a process, or a logger, writes; from any goroutine.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements [io.Writer].
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Launch runs a command of the program at path without waiting for it. The test's end kills it.
func Launch(tb testing.TB, path string, args ...string) *Process {
	tb.Helper()
	p := &Process{tb: tb, Log: &Log{}, done: make(chan struct{})}
	p.cmd = exec.Command(path, args...) //nolint:noctx // the test's end kills it
	p.cmd.Stdout, p.cmd.Stderr = p.Log, p.Log
	if err := p.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	tb.Cleanup(func() {
		p.Kill()
		if tb.Failed() {
			tb.Logf("log of realmwire %v:\n%s", args, p.Log)
		}
	})
	return p
}

// readyWithin is how long a role may take to start on a busy machine.
const readyWithin = 60 * time.Second

// Start runs a role of the program at path and waits until it is ready.
func Start(tb testing.TB, path string, args ...string) *Process {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "ready.json")
	p := Launch(tb, path, append(args, "--ready-file", file)...)
	deadline := time.Now().Add(readyWithin)
	for {
		if b, err := os.ReadFile(file); err == nil && json.Unmarshal(b, &p.Ready) == nil && p.PID == p.cmd.Process.Pid {
			return p
		}
		select {
		case <-p.done:
			tb.Fatalf("realmwire %v ended before it was ready: %v\n%s", args, p.err, p.Log)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			tb.Fatalf("realmwire %v is not ready after %v\n%s", args, readyWithin, p.Log)
		}
	}
}

// StartUp runs `realmwire up` on free ports of the one network with its data in dir. Of args, a flag that it names itself counts.
func StartUp(tb testing.TB, path, dir string, args ...string) *Process {
	tb.Helper()
	return StartUpOn(tb, OneNetwork(tb), path, dir, args...)
}

// StartUpOn is StartUp on a network.
func StartUpOn(tb testing.TB, n Network, path, dir string, args ...string) *Process {
	tb.Helper()
	return Start(tb, path, append([]string{"up", "--http", n.Addr(), "--ops", net.JoinHostPort(n.Reach, "0"), "--udp", n.Addr(), "--data", dir, "--rate-limit", "off"}, args...)...)
}

// Done is closed when the process has ended; Err then says how.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is how the process ended, nil for well.
func (p *Process) Err() error {
	<-p.done
	return p.err
}

// Stop asks the process to end, as Ctrl-C does, and waits until it has.
func (p *Process) Stop() {
	p.tb.Helper()
	p.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		if p.err != nil {
			p.tb.Fatalf("stopping: %v\n%s", p.err, p.Log)
		}
	case <-time.After(30 * time.Second):
		p.Kill()
		p.tb.Fatalf("did not stop within 30 s\n%s", p.Log)
	}
}

// Signal sends the process a signal, and does not wait.
func (p *Process) Signal(sig os.Signal) { _ = p.cmd.Process.Signal(sig) }

// Kill ends the process at once; its system does not.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Get fetches a path of the process's HTTP server; /metrics, and all of a process that has no other, of the operator's pages.
func (p *Process) Get(path string) (status int, body string) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	at := p.HTTP
	if path == "/metrics" || at == "" {
		at = p.Ops
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at+path, nil)
	if err != nil {
		p.tb.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.tb.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(resp.Body)
	return resp.StatusCode, b.String()
}
