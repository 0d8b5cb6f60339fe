//go:build linux

package godot_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/transport/netsim"
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

// shared is one server for those tests that leave it in peace.
var shared struct {
	boot   sync.Once
	dir    string
	server *server
}

// startServer returns the shared server, on free ports.
func startServer(t *testing.T) *server {
	t.Helper()
	path := harness.Binary(t)
	shared.boot.Do(func() {
		var err error
		if shared.dir, err = os.MkdirTemp("", "realmwire-godot-"); err != nil {
			t.Fatal(err)
		}
		shared.server = boot(t, path, filepath.Join(shared.dir, "data"), harness.OneNetwork(t).Addr())
	})
	if shared.server == nil {
		t.Fatal("the server did not start")
	}
	return shared.server
}

// boot runs `realmwire up` with its data in a folder and waits until it is ready.
func boot(t *testing.T, binary, data, http string) *server {
	t.Helper()
	n := harness.OneNetwork(t)
	file := filepath.Join(t.TempDir(), "ready.json")
	s := &server{log: &bytes.Buffer{}}
	args := []string{"up", "--http", http, "--udp", n.Addr(), "--rate-limit", "off", "--data", data, "--ready-file", file}
	front := network(t, data)
	if front != nil {
		args = append(args, "--public-addr", front.UDP())
	}
	s.cmd = exec.Command(binary, args...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("start the server: %v", err)
	}
	for range 600 {
		if b, err := os.ReadFile(file); err == nil && json.Unmarshal(b, s) == nil && s.PID == s.cmd.Process.Pid {
			s.URL = "http://" + n.At(s.TCP)
			if front != nil {
				s.URL = "http://" + front.HTTP()
				if err := front.Lead(s.UDP, s.TCP); err != nil {
					t.Fatal(err)
				}
			}
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.kill()
	t.Fatalf("the server is not ready\n%s", s.log)
	return nil
}

// fronts are the bad networks before servers, by the servers' data: one that is started again is behind the same.
var fronts = map[string]*netsim.Front{}

// network is the bad network that REALMWIRE_NETWORK asks for, with words as realmwire netsim takes them; nil: none.
func network(t *testing.T, data string) *netsim.Front {
	t.Helper()
	profile := os.Getenv("REALMWIRE_NETWORK")
	if profile == "" || fronts[data] != nil {
		return fronts[data]
	}
	var p netsim.Profile
	if err := p.UnmarshalText([]byte(profile)); err != nil {
		t.Fatal(err)
	}
	front, err := netsim.NewFront(p, 1)
	if err != nil {
		t.Fatal(err)
	}
	fronts[data] = front
	return front
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
	for _, f := range fronts {
		_ = f.Close()
	}
	if shared.dir != "" {
		_ = os.RemoveAll(shared.dir)
	}
}
