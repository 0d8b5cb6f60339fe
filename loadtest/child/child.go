// Package child runs a server of one's own: this same program in a child process, on a temporary folder and free ports.
package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	logFile   = "server.log"
	readyFile = "ready.json"
	maxReady  = 64 << 10 // bytes of the ready file
	maxTail   = 4 << 10  // bytes of the log that an error shows
)

// Config says how to run it. The zero value works.
type Config struct {
	Executable string // empty: this program's own
	Game       string // the name of one of its games; empty: its first
	Tick       int    // Hz; 0: the server's default
	Snapshots  string // latest or kcp; empty: the server's default
	Args       []string
	Patience   time.Duration // that Stop has before it kills; 0: DefaultPatience
	Env        []string      // in addition; REALMWIRE_… of this process is not passed on, for it would redirect the server
}

// Server is a running child. Its fields do not change.
type Server struct {
	HTTP string // host:port
	Ops  string // likewise, of the operator's pages
	UDP  string
	PID  int

	folder   string
	patience time.Duration
	cmd      *exec.Cmd
	exited   chan struct{} // closed when it has ended
	err      error         // set before exited is closed
}

// args is the command line of the child.
func (c *Config) args(folder string) []string {
	a := []string{
		"up", "--http", "127.0.0.1:0", "--ops", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", filepath.Join(folder, "data"),
		"--rate-limit", "off", "--ready-file", filepath.Join(folder, readyFile),
	}
	if c.Game != "" {
		a = append(a, "--game", c.Game)
	}
	if c.Tick != 0 {
		a = append(a, "--tick", strconv.Itoa(c.Tick))
	}
	if c.Snapshots != "" {
		a = append(a, "--snapshots", c.Snapshots)
	}
	return append(a, c.Args...)
}

func environment(own, extra []string) []string {
	env := make([]string, 0, len(own)+len(extra))
	for _, v := range own {
		if !strings.HasPrefix(v, "REALMWIRE_") {
			env = append(env, v)
		}
	}
	return append(env, extra...)
}

// Start starts the server and returns when it is ready. When it ends before, the error shows the end of its log.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Executable == "" {
		exe, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("start a server for the load test: %w; start one yourself and name it with --url", err)
		}
		cfg.Executable = exe
	}
	folder, err := os.MkdirTemp("", "realmwire-loadtest-*")
	if err != nil {
		return nil, fmt.Errorf("start a server for the load test: %w", err)
	}
	s := &Server{folder: folder, patience: cfg.Patience, exited: make(chan struct{})}
	if s.patience <= 0 {
		s.patience = DefaultPatience
	}
	if err := s.launch(cfg); err != nil {
		_ = os.RemoveAll(folder)
		return nil, fmt.Errorf("start a server for the load test: %w", err)
	}
	if err := s.awaitReady(ctx); err != nil {
		tail := s.LogTail()
		_ = s.Stop()
		return nil, fmt.Errorf("start a server for the load test: %w\n%s", err, tail)
	}
	return s, nil
}

// launch starts the process, its output going to the log file.
func (s *Server) launch(cfg Config) error {
	log, err := os.Create(filepath.Join(s.folder, logFile))
	if err != nil {
		return err
	}
	defer log.Close()                                           // the child has its own
	s.cmd = exec.Command(cfg.Executable, cfg.args(s.folder)...) //nolint:noctx // Stop ends it gently; a context would kill it
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.Env = environment(os.Environ(), cfg.Env)
	if err := runBound(s); err != nil {
		return err
	}
	s.PID = s.cmd.Process.Pid
	return nil
}

// ready is what the server writes when it serves.
type ready struct {
	HTTP string `json:"http"`
	UDP  string `json:"udp"`
	Ops  string `json:"ops"`
	PID  int    `json:"pid"`
}

// parseReady reads the ready file; false: it is not whole yet.
func parseReady(raw []byte) (ready, bool) {
	var r ready
	if len(raw) > maxReady || json.Unmarshal(raw, &r) != nil || r.HTTP == "" {
		return r, false
	}
	return r, true
}

// Exited is closed when the server has ended, for whatever reason.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// URL is where its gateway is.
func (s *Server) URL() string { return "http://" + s.HTTP }

// Metrics is where its figures are.
func (s *Server) Metrics() string { return "http://" + s.Ops + "/metrics" }

// LogTail is the end of what the server has written.
func (s *Server) LogTail() string {
	raw, err := os.ReadFile(filepath.Join(s.folder, logFile))
	if err != nil || len(raw) == 0 {
		return "(the server has written nothing)"
	}
	return "the server's last words:\n" + strings.ToValidUTF8(string(raw[max(0, len(raw)-maxTail):]), "")
}

// Stop ends the server: asked to stop, and killed when it has not within its patience. It removes the folder. An error says that
// it did not end well; the server is gone all the same.
func (s *Server) Stop() error {
	defer func() { _ = os.RemoveAll(s.folder) }() // a temporary folder
	select {
	case <-s.exited:
		return s.outcome(true)
	default:
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // where that does not exist, killing follows
	if s.awaitExit() {
		return s.outcome(false)
	}
	_ = s.cmd.Process.Kill()
	<-s.exited
	return fmt.Errorf("the server did not stop within %s and was killed\n%s", s.patience, s.LogTail())
}

func (s *Server) outcome(early bool) error {
	var exit *exec.ExitError
	switch {
	case early:
		return fmt.Errorf("the server ended by itself (%w)\n%s", errors.Join(errEnded, s.err), s.LogTail())
	case errors.As(s.err, &exit) && !exit.Exited(): // ended by our signal before it handled it
		return nil
	case s.err != nil:
		return fmt.Errorf("the server stopped with an error: %w\n%s", s.err, s.LogTail())
	}
	return nil
}

var errEnded = errors.New("it must serve until it is stopped")

// DefaultPatience is how long a server may take to stop.
const DefaultPatience = 10 * time.Second

const (
	readyPatience = 30 * time.Second
	readyPoll     = 10 * time.Millisecond
)
