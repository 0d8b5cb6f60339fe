//go:build linux

package godot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// server is a whole realm in one process.
type server struct {
	URL string `json:"-"`
	PID int    `json:"pid"`
	TCP string `json:"http"`
	UDP string `json:"udp"`

	cmd *exec.Cmd
	log *bytes.Buffer // to be read when the process has ended
}

// shared is what the tests share: the binary, and one server for those that leave it in peace.
var shared struct {
	build, boot sync.Once
	dir         string
	server      *server
	err         error
}

// binary builds cmd/realmwire once.
func binary(t *testing.T) string {
	t.Helper()
	shared.build.Do(func() {
		if shared.dir, shared.err = os.MkdirTemp("", "realmwire-godot-"); shared.err != nil {
			return
		}
		out, err := exec.Command("go", "build", "-o", filepath.Join(shared.dir, "realmwire"), "../cmd/realmwire").CombinedOutput()
		if err != nil {
			shared.err = fmt.Errorf("build the server: %w\n%s", err, out)
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return filepath.Join(shared.dir, "realmwire")
}

// startServer returns the shared server, on free ports.
func startServer(t *testing.T) *server {
	t.Helper()
	path := binary(t)
	shared.boot.Do(func() { shared.server = boot(t, path, filepath.Join(shared.dir, "data"), "127.0.0.1:0") })
	if shared.server == nil {
		t.Fatal("the server did not start")
	}
	return shared.server
}

// boot runs `realmwire up` with its data in a folder and waits until it is ready.
func boot(t *testing.T, binary, data, http string) *server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ready.json")
	s := &server{log: &bytes.Buffer{}}
	s.cmd = exec.Command(binary, "up", "--http", http, "--udp", "127.0.0.1:0", "--rate-limit", "off", "--data", data, "--ready-file", file)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("start the server: %v", err)
	}
	for range 600 {
		if b, err := os.ReadFile(file); err == nil && json.Unmarshal(b, s) == nil && s.PID == s.cmd.Process.Pid {
			s.URL = "http://" + s.TCP
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.kill()
	t.Fatalf("the server is not ready\n%s", s.log)
	return nil
}

// kill ends the process as a power cut would.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

func stopServer() {
	if shared.server != nil {
		shared.server.kill()
	}
	if shared.dir != "" {
		_ = os.RemoveAll(shared.dir)
	}
}
