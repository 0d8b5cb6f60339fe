//go:build linux

package main_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
)

// limited starts `realmwire up` with a limit of open files as the shell's ulimit sets it.
func limited(t *testing.T, ulimit string, args ...string) *harness.Process {
	t.Helper()
	sh := []string{"-c", "ulimit " + ulimit + ` && exec "$0" "$@"`, harness.Binary(t), "up", "--http", "127.0.0.1:0", "--ops", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", t.TempDir()}
	return harness.Start(t, "/bin/sh", append(sh, args...)...)
}

// ask makes a request on a connection of its own.
func ask(addr, path string) (status int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return 0, err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, nil
}

// With more connections than the system lets a process have, health checks are answered, the log says what to raise, others are told to
// come again, and when the connections are gone, everything is as before.
func TestOutOfDescriptors(t *testing.T) {
	for name, port := range map[string]func(p *harness.Process) string{
		"of the page":     func(p *harness.Process) string { return p.HTTP },
		"of the operator": func(p *harness.Process) string { return p.Ops },
	} {
		t.Run(name, func(t *testing.T) {
			p := limited(t, "-n 40")
			var held []net.Conn
			defer func() {
				for _, c := range held {
					_ = c.Close()
				}
			}()
			for range 60 { // silent
				c, err := net.Dial("tcp", port(p))
				if err != nil {
					t.Fatal(err)
				}
				held = append(held, c)
			}
			for range 5 {
				for _, at := range []string{p.HTTP, p.Ops} {
					if status, err := ask(at, "/healthz"); status != http.StatusOK {
						t.Errorf("/healthz: %d, %v", status, err)
					}
				}
			}
			if status, err := ask(p.HTTP, "/v1/realm"); status != http.StatusServiceUnavailable {
				t.Errorf("/v1/realm: %d, %v; want 503", status, err)
			}
			for _, c := range held {
				_ = c.Close()
			}
			held = nil
			for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
				status, err := ask(p.HTTP, "/v1/realm")
				if status == http.StatusOK {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("the realm does not answer when the connections are gone: %d, %v", status, err)
				}
			}
			p.Stop()
			log := p.Log.String()
			if n := strings.Count(log, "out of file descriptors"); n != 1 || !strings.Contains(log, "limit=40") || !strings.Contains(log, "ulimit -n") {
				t.Errorf("want one warning that names the limit and the mend:\n%s", log)
			}
			if !strings.Contains(log, "few files") || !strings.Contains(log, "everything is saved") {
				t.Errorf("want the low limit at the start, and everything saved:\n%s", log)
			}
		})
	}
}

// A soft limit is raised to the hard one, without a word.
func TestSoftLimitIsRaised(t *testing.T) {
	var own syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &own); err != nil {
		t.Fatal(err)
	}
	harness.Need(t, "a hard limit of 4096 open files", own.Max >= 4096)
	p := limited(t, "-S -n 64")
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", p.PID))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(limits)) {
		var soft, hard int
		if n, _ := fmt.Sscanf(line, "Max open files %d %d", &soft, &hard); n == 2 && soft < hard-1 {
			t.Errorf("soft %d, hard %d", soft, hard)
		}
	}
	p.Stop()
	if strings.Contains(p.Log.String(), "few files") {
		t.Errorf("a limit that was raised is called low:\n%s", p.Log)
	}
}
