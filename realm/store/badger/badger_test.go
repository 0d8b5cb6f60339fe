//go:build linux

package badger

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/realmwire/realmwire/realm/internal/storetest"
	"github.com/realmwire/realmwire/realm/store"
)

// childDir, when set, makes this test binary open the folder and say what came of it: some errors need another process or user.
const childDir = "REALMWIRE_TEST_OPEN"

// tmpfsDir, when set, makes this test binary fill a small disk which it mounts there.
const tmpfsDir = "REALMWIRE_TEST_FILL"

func TestMain(m *testing.M) {
	if dir := os.Getenv(tmpfsDir); dir != "" {
		fillDisk(dir)
		return
	}
	if dir := os.Getenv(childDir); dir != "" {
		s, err := Open(Config{Dir: dir})
		fmt.Println(err)
		if err == nil {
			_ = s.Close()
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func openIn(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestContract(t *testing.T) {
	var dir string
	storetest.Run(t,
		func(t *testing.T) store.Store { dir = t.TempDir(); return openIn(t, dir) },
		func(t *testing.T) store.Store { return openIn(t, dir) })
}

func TestLockedFolder(t *testing.T) {
	dir := t.TempDir()
	openIn(t, dir)
	if _, err := Open(Config{Dir: dir}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second open in this process: %v", err)
	}
	if out := openInChild(t, dir, nil); !strings.Contains(out, ErrLocked.Error()) || !strings.Contains(out, dir) {
		t.Errorf("open in another process: %s", out)
	}
}

// TestReadOnlyFolder opens as another user when it runs as root, whom no mode bit stops.
func TestReadOnlyFolder(t *testing.T) {
	parent, err := os.MkdirTemp("", "rw-readonly")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(parent) })
	if err := os.Chmod(parent, 0o555); err != nil {
		t.Fatal(err)
	}
	var cred *syscall.Credential
	if os.Getuid() == 0 {
		cred = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	for _, dir := range []string{parent, filepath.Join(parent, "new")} {
		if out := openInChild(t, dir, cred); !strings.Contains(out, ErrNotWritable.Error()) || !strings.Contains(out, dir) {
			t.Errorf("read-only %s: %s", dir, out)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Config{Dir: file}); !errors.Is(err, ErrNotWritable) {
		t.Errorf("a file instead of a folder: %v", err)
	}
}

// openInChild runs this binary again from a place that any user can read.
func openInChild(t *testing.T, dir string, cred *syscall.Credential) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if cred != nil {
		self = copyForAll(t, self)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func copyForAll(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "rw-child")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	copied := filepath.Join(dir, "child")
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(copied, data, 0o755)); err != nil {
		t.Fatal(err)
	}
	return copied
}

func TestFullDisk(t *testing.T) {
	s := openIn(t, t.TempDir())
	put := func(key string) error {
		return s.Commit(t.Context(), []store.Op{
			{Kind: store.Put, Key: key, Value: []byte("v"), Expect: 0},
			{Kind: store.Put, Key: key + "/2", Value: []byte("v"), Expect: 0},
		})
	}
	if err := put("before"); err != nil {
		t.Fatal(err)
	}
	s.minFree = math.MaxUint64 // no disk has this much: from here on it counts as full
	if err := put("during"); !errors.Is(err, store.ErrFull) {
		t.Fatalf("a full disk: %v", err)
	}
	for key, want := range map[string]bool{"before": true, "before/2": true, "during": false, "during/2": false} {
		if e, err := s.Get(t.Context(), key); err != nil || (e.Rev != 0) != want {
			t.Errorf("%s: %+v, %v", key, e, err)
		}
	}
	s.minFree = 1
	if err := put("during"); err != nil {
		t.Errorf("after space was freed: %v", err)
	}
	if _, err := Open(Config{Dir: t.TempDir(), MinFree: math.MaxUint64}); !errors.Is(err, store.ErrFull) {
		t.Errorf("opening on a full disk: %v", err)
	}
}

func TestMetrics(t *testing.T) {
	reg := prometheus.NewRegistry()
	s, err := Open(Config{Dir: t.TempDir(), Registerer: reg})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	op := []store.Op{{Kind: store.Put, Key: "k", Expect: 0}}
	if err := s.Commit(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), op); !errors.Is(err, store.ErrConflict) {
		t.Fatal(err)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		if c := f.GetMetric()[0].GetCounter(); c != nil {
			got[f.GetName()] = c.GetValue()
		}
	}
	if got["realmwire_store_commits_total"] != 1 || got["realmwire_store_conflicts_total"] != 1 {
		t.Errorf("metrics %v", got)
	}
}

// BenchmarkCommit shows what group commit is worth: one writer pays a sync for each commit, many share it.
func BenchmarkCommit(b *testing.B) {
	value := make([]byte, 512)
	for _, writers := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := openIn(b, b.TempDir())
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range writers {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						op := store.Op{Kind: store.Put, Key: fmt.Sprintf("c/%d", n%5000), Value: value, Expect: store.AnyRev}
						if err := s.Commit(b.Context(), []store.Op{op}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}
