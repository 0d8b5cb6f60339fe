package main_test

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
)

// SIGHUP, as a closed terminal sends it, is a stop like SIGTERM and Ctrl-C: status 0, and nothing left that says otherwise.
func TestSignalsStop(t *testing.T) {
	bin := harness.Binary(t)
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT} {
		dir := t.TempDir()
		p := harness.StartUp(t, bin, dir)
		p.Signal(sig)
		if err := p.Err(); err != nil {
			t.Errorf("%v: %v\n%s", sig, err, p.Log)
		}
		if !strings.Contains(p.Log.String(), "everything is saved") {
			t.Errorf("%v: the log does not say that everything is saved:\n%s", sig, p.Log)
		}
		if _, err := os.Stat(filepath.Join(dir, "running.json")); err == nil {
			t.Errorf("%v: the mark of a running realm stayed", sig)
		}
	}
}

// nohup keeps a server running when its terminal is closed.
func TestNohup(t *testing.T) {
	nohup, err := exec.LookPath("nohup")
	harness.Need(t, "nohup", err == nil)
	bin := harness.Binary(t)
	p := harness.Start(t, nohup, bin, "up", "--http", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", t.TempDir())
	p.Signal(syscall.SIGHUP)
	select {
	case <-p.Done():
		t.Fatalf("the server ended under nohup: %v", p.Err())
	case <-time.After(300 * time.Millisecond): // the time that the next SIGTERM has for coming first, if there were no nohup
	}
	p.Stop()
}

// Every role may be told to stop at any point of its start. The moment is not the test's to choose: it tries some, with a realm that
// is up or away.
func TestStopWhileStarting(t *testing.T) {
	bin := harness.Binary(t)
	data := t.TempDir()
	harness.Start(t, bin, "realm", "--http", "127.0.0.1:0", "--data", data)
	clean := 0
	for _, ms := range []int{4, 8, 12, 16, 20, 25, 30, 40, 60, 90, 130} {
		for role, args := range map[string][]string{
			"up":      {"--http", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", t.TempDir()},
			"realm":   {"--http", "127.0.0.1:0", "--data", t.TempDir()},
			"gateway": {"--http", "127.0.0.1:0", "--data", data},
			"zone":    {"--udp", "127.0.0.1:0", "--data", data},
		} {
			p := harness.Launch(t, bin, append([]string{role}, args...)...)
			time.Sleep(time.Duration(ms) * time.Millisecond)
			p.Signal(syscall.SIGTERM)
			err := p.Err()
			var exit *exec.ExitError
			switch {
			case err == nil:
				clean++
			case errors.As(err, &exit) && exit.ExitCode() == -1 && p.Log.String() == "":
				// Before the first line of the program ran, as happens on a machine that is busy; TestSignalsAreCaughtFirst holds how early that is.
			default:
				t.Errorf("%s told to stop after %d ms: %v\n%s", role, ms, err, p.Log)
			}
			if text := p.Log.String(); strings.Contains(text, "canceled") || strings.Contains(text, "level=ERROR") {
				t.Errorf("%s told to stop after %d ms complains:\n%s", role, ms, text)
			}
			if role == "up" || role == "realm" {
				if _, err := os.Stat(filepath.Join(args[len(args)-1], "running.json")); err == nil {
					t.Errorf("%s told to stop after %d ms left the mark of a running realm", role, ms)
				}
			}
		}
	}
	if clean < 11 {
		t.Errorf("only %d of 44 starts got as far as the program before they were told to stop; give them longer", clean)
	}
}

// A role that waits for others stops at once, too: here for a NATS server that takes connections and says nothing.
func TestStopWhileJoining(t *testing.T) {
	bin := harness.Binary(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for role, args := range map[string][]string{"gateway": {"--nats-token", "x"}, "zone": {"--nats-token", "x", "--udp", "127.0.0.1:0"}, "realm": nil} {
		p := harness.Launch(t, bin, append([]string{role, "--http", "127.0.0.1:0", "--data", t.TempDir(), "--nats", "nats://" + silent.Addr().String()}, args...)...)
		conn, err := silent.Accept()
		if err != nil {
			t.Fatal(err)
		}
		p.Signal(syscall.SIGTERM)
		if err := p.Err(); err != nil {
			t.Errorf("%s told to stop while it joins NATS: %v\n%s", role, err, p.Log)
		}
		_ = conn.Close()
	}
}

// The signals are caught before all packages but those that it takes to catch them: Go initialises a hundred others before main.
func TestSignalsAreCaughtFirst(t *testing.T) {
	cmd := exec.Command(harness.Binary(t), "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace bytes.Buffer
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	var before string
	for line := range strings.Lines(trace.String()) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "init" {
			continue
		}
		if f[1] == harness.Module+"/internal/stop/early" {
			if before != "os/signal" {
				t.Errorf("%s is initialised before the signals are caught, not os/signal", before)
			}
			return
		}
		before = f[1]
	}
	t.Errorf("the program does not catch signals before main:\n%s", &trace)
}
