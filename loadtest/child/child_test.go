//go:build unix

package child

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test's own binary plays the child: what is tested is how a process is started, watched and ended.
const roleVariable = "CHILD_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "serve", "stubborn":
		serve(os.Getenv(roleVariable) == "stubborn")
	case "die":
		fmt.Println("the port is taken")
		os.Exit(3)
	case "parent":
		parent()
	}
}

func argument(name string) string {
	if i := slices.Index(os.Args, name); i >= 0 && i+1 < len(os.Args) {
		return os.Args[i+1]
	}
	return ""
}

// serve reports to be ready, and waits for the signal to stop.
func serve(stubborn bool) {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	fmt.Println("args:", strings.Join(os.Args[1:], " "))
	fmt.Println("redirected:", os.Getenv("REALMWIRE_NATS"))
	body := fmt.Sprintf(`{"http":"127.0.0.1:1","udp":"127.0.0.1:2","pid":%d}`, os.Getpid())
	if err := os.WriteFile(argument("--ready-file"), []byte(body), 0o600); err != nil {
		os.Exit(4)
	}
	for range stop {
		if !stubborn {
			os.Exit(0)
		}
	}
}

// parent starts a child, says its pid and dies without a word to it.
func parent() {
	s, err := Start(context.Background(), Config{Env: []string{roleVariable + "=serve"}})
	if err != nil {
		fmt.Println(err)
		os.Exit(5)
	}
	fmt.Println(s.PID)
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

func start(t *testing.T, role string, cfg Config) (*Server, error) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	cfg.Env = []string{roleVariable + "=" + role}
	return Start(t.Context(), cfg)
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

func TestAServerIsStartedAndStopped(t *testing.T) {
	t.Setenv("REALMWIRE_NATS", "nats://elsewhere")
	s, err := start(t, "serve", Config{Tick: 30, Snapshots: "kcp", Args: []string{"--more"}})
	if err != nil {
		t.Fatal(err)
	}
	log := s.LogTail()
	want := fmt.Sprintf("args: up --http 127.0.0.1:0 --ops 127.0.0.1:0 --udp 127.0.0.1:0 --data %s --rate-limit off --ready-file %s --tick 30 --snapshots kcp --more",
		filepath.Join(s.folder, "data"), filepath.Join(s.folder, readyFile))
	if !strings.Contains(log, want) || strings.Contains(log, "elsewhere") {
		t.Errorf("the child saw\n%s\nwant %s", log, want)
	}
	if s.URL() != "http://127.0.0.1:1" || s.UDP != "127.0.0.1:2" || !alive(s.PID) {
		t.Errorf("%+v", s)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
	if alive(s.PID) {
		t.Error("the process is still there")
	}
}

func TestAServerThatEndsBeforeItIsReady(t *testing.T) {
	_, err := start(t, "die", Config{})
	if err == nil || !strings.Contains(err.Error(), "the port is taken") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("%v", err)
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAServerThatEndsInTheMiddle(t *testing.T) {
	s, err := start(t, "serve", Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(s.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.Exited()
	if err := s.Stop(); err == nil || !strings.Contains(err.Error(), "ended by itself") || !strings.Contains(err.Error(), "args: up") {
		t.Errorf("%v", err)
	}
}

func TestAStubbornServerIsKilled(t *testing.T) {
	s, err := start(t, "stubborn", Config{Patience: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err == nil || !strings.Contains(err.Error(), "was killed") || alive(s.PID) {
		t.Errorf("%v", err)
	}
}

func TestAMissingExecutable(t *testing.T) {
	if _, err := Start(t.Context(), Config{Executable: "/nonexistent"}); err == nil || !strings.Contains(err.Error(), "nonexistent") {
		t.Errorf("%v", err)
	}
}

func TestReadyFilesThatAreNotWhole(t *testing.T) {
	for raw, want := range map[string]bool{
		"": false, "{": false, "{}": false, `{"http":"127.0.0.1:1"}`: true, strings.Repeat(" ", maxReady) + `{"http":"x"}`: false,
	} {
		if _, ok := parseReady([]byte(raw)); ok != want {
			t.Errorf("%.40q: %t", raw, ok)
		}
	}
}
