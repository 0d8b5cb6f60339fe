//go:build linux

package badger

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/realm/store"
)

const damageKeys = 300

func damageValue(i int) []byte { return bytes.Repeat([]byte{byte('a' + i%26)}, 1+i) }

// fillFolder commits damageKeys keys in runs that end by themselves, so that the folder has several tables. It returns the open store of the
// last run.
func fillFolder(t testing.TB, dir string, runs int) *Store {
	t.Helper()
	for i := 0; ; {
		s, err := Open(Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		for ; i < damageKeys; i++ {
			op := store.Op{Kind: store.Put, Key: fmt.Sprintf("k/%03d", i), Value: damageValue(i), Expect: 0}
			if err := s.Commit(t.Context(), []store.Op{op}); err != nil {
				t.Fatal(err)
			}
			if runs > 1 && i == damageKeys-damageKeys*(runs-1)/runs {
				i++
				break
			}
		}
		if runs--; runs == 0 {
			return s
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// files is a folder's content by name. What every start writes and nobody reads is left out.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			out[e.Name()] = "a folder"
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() != "LOCK" {
			out[e.Name()] = string(b)
		}
	}
	return out
}

// plant writes such a content as a folder.
func plant(t testing.TB, content map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range content {
		writeSparse(t, filepath.Join(dir, name), b)
	}
	return dir
}

// writeSparse writes a file whose end of zeros takes no room, as Badger's own.
func writeSparse(t testing.TB, path, b string) {
	t.Helper()
	err := os.WriteFile(path, []byte(strings.TrimRight(b, "\x00")), 0o600)
	if err = errors.Join(err, os.Truncate(path, int64(len(b)))); err != nil {
		t.Fatal(err)
	}
}

// stamps tells which files are there, and when they were written.
func stamps(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = fmt.Sprint(info.Size(), info.ModTime(), info.Mode())
	}
	return out
}

// stoppedAndKilled are folders with all keys: one whose store was closed, and one as a killed process leaves it.
func stoppedAndKilled(t testing.TB) map[string]map[string]string {
	dir := t.TempDir()
	s := fillFolder(t, dir, 3)
	killed := files(t, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return map[string]map[string]string{"killed": killed, "stopped": files(t, dir)}
}

// TestDamage damages every file of a folder in every way, one at a time. The store opens with all that was confirmed, or is refused: then with
// an error that names the folder and a mend, and with every byte as it was.
func TestDamage(t *testing.T) {
	for state, content := range stoppedAndKilled(t) {
		t.Run(state, func(t *testing.T) {
			if dir := plant(t, content); !opens(t, dir, true) {
				t.Fatal("an undamaged folder was refused")
			}
			outcomes := map[string]int{}
			for name, b := range content {
				for damage, broken := range damages(b) {
					t.Run(name+"/"+damage, func(t *testing.T) {
						dir := plant(t, content)
						path := filepath.Join(dir, name)
						switch {
						case broken != nil:
							writeSparse(t, path, *broken)
						case damage == "removed":
							_ = os.Remove(path)
						default:
							_ = os.Remove(path)
							_ = os.Mkdir(path, 0o700)
						}
						if opens(t, dir, false) {
							outcomes["opened"]++
						} else {
							outcomes["refused"]++
						}
					})
				}
			}
			if outcomes["opened"] == 0 || outcomes["refused"] == 0 {
				t.Errorf("%v: nothing was tried", outcomes)
			}
		})
	}
}

// damages are ways to break a file; nil stands for one that is gone.
func damages(b string) map[string]*string {
	out := map[string]*string{"removed": nil, "folder": nil}
	add := func(name, broken string) {
		if broken != b {
			out[name] = &broken
		}
	}
	add("emptied", "")
	add("7 bytes", b[:min(7, len(b))])
	add("16 bytes", b[:min(16, len(b))])
	add("half", b[:len(b)/2])
	add("short of a byte", b[:max(0, len(b)-1)])
	add("longer", b+"tail")
	rnd := rand.New(rand.NewPCG(uint64(len(b)), 1))
	noise := make([]byte, min(len(b), 64<<10))
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	add("noise", string(noise))
	used := len(strings.TrimRight(b, "\x00")) // a flip beyond it changes nothing that matters
	for range 6 {
		if used > 0 {
			i := rnd.IntN(used)
			add(fmt.Sprintf("flip at %d", i), b[:i]+string(b[i]^0x40)+b[i+1:])
		}
	}
	return out
}

// opens opens a folder and tells whether it was let in; it is an error where either is done wrong.
func opens(t *testing.T, dir string, whole bool) bool {
	t.Helper()
	before := stamps(t, dir)
	var log bytes.Buffer
	s, err := Open(Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), dir) {
			t.Errorf("the error names no folder: %v", err)
		}
		if text := err.Error(); strings.Contains(text, "\n") || !strings.Contains(text, "backup") && !strings.Contains(text, "delete this one file") && !strings.Contains(text, "move it out") {
			t.Errorf("the error has more than a line, or no mend: %v", err)
		}
		if after := stamps(t, dir); !maps.Equal(before, after) {
			t.Errorf("files were changed: %v, now %v", before, after)
		}
		return false
	}
	defer s.Close()
	missing := 0
	for i := range damageKeys {
		e, err := s.Get(t.Context(), fmt.Sprintf("k/%03d", i))
		if err != nil || !bytes.Equal(e.Value, damageValue(i)) {
			missing++
		}
	}
	if missing > 0 && !strings.Contains(log.String(), confirmedFile) {
		t.Errorf("%d of %d confirmed keys are gone, and nothing was said", missing, damageKeys)
	}
	if whole && !s.Whole() {
		t.Error("nothing is missing, but the store does not say so")
	}
	if missing > 0 && s.Whole() {
		t.Error("the store says that it is whole")
	}
	return true
}

// TestEmptyFiles has what a process leaves that is killed while it creates or removes files: the next start works.
func TestEmptyFiles(t *testing.T) {
	content := stoppedAndKilled(t)
	for name, leftover := range map[string][]string{
		"log created":       {"00009.mem"},
		"value log created": {"000009.vlog"},
		"first value log":   {"000001.vlog"},
		"both":              {"00009.mem", "000009.vlog", "000010.vlog"},
		"table created":     {"000099.sst"},
		"manifest begun":    {"MANIFEST-REWRITE"},
		"discard":           {"DISCARD"},
	} {
		for state := range content {
			t.Run(state+"/"+name, func(t *testing.T) {
				dir := plant(t, content[state])
				for _, f := range leftover {
					if err := os.WriteFile(filepath.Join(dir, f), nil, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if !opens(t, dir, true) {
					t.Error("refused")
				}
			})
		}
	}
	t.Run("nothing but the lock", func(t *testing.T) {
		dir := plant(t, map[string]string{"LOCK": "1\n", "MANIFEST-REWRITE": ""})
		openIn(t, dir)
	})
}

// TestGapInTheLogs takes an older log away where a newer one is there.
func TestGapInTheLogs(t *testing.T) {
	dir := t.TempDir()
	s := fillFolder(t, dir, 1)
	first := files(t, dir)["00001.mem"]
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openIn(t, dir)
	for i := range 5 {
		if err := s.Commit(t.Context(), []store.Op{{Kind: store.Put, Key: fmt.Sprintf("more/%d", i), Expect: 0}}); err != nil {
			t.Fatal(err)
		}
	}
	content := files(t, dir)
	var newer string
	for name := range content {
		if strings.HasSuffix(name, ".mem") {
			newer = name
		}
	}
	if newer == "" || first == "" {
		t.Fatalf("no logs: %v", content)
	}
	for name := range content {
		if strings.HasSuffix(name, ".sst") {
			delete(content, name)
		}
	}
	empty := t.TempDir()
	if err := openIn(t, empty).Close(); err != nil {
		t.Fatal(err)
	}
	content["MANIFEST"] = files(t, empty)["MANIFEST"]
	content["00009.mem"] = content[newer]
	delete(content, newer)
	content["00001.mem"] = first
	if !opens(t, plant(t, content), true) {
		t.Error("both logs: refused")
	}
	delete(content, "00001.mem")
	if opens(t, plant(t, content), false) {
		t.Error("without the first: opened")
	}
}

// TestOlderFolder opens one from before the commits had numbers.
func TestOlderFolder(t *testing.T) {
	numberless := func(t *testing.T) (dir string) {
		dir = t.TempDir()
		s := openIn(t, dir)
		txn := s.db.NewTransaction(true)
		for i := range damageKeys {
			if err := txn.Set(fmt.Appendf(nil, "k/%03d", i), damageValue(i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(txn.Commit(), s.Close(), os.Remove(filepath.Join(dir, confirmedFile))); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	dir := numberless(t)
	if !opens(t, dir, false) {
		t.Fatal("refused")
	}
	if !opens(t, dir, true) {
		t.Fatal("refused the second time")
	}
	for _, size := range []int64{8, 16, 20} {
		dir := numberless(t)
		if err := os.Truncate(filepath.Join(dir, manifestFile), size); err != nil {
			t.Fatal(err)
		}
		if opens(t, dir, false) {
			t.Errorf("a manifest of %d bytes was let in", size)
		}
	}
}

// TestConfirmedIsGone opens a folder without the note, and one whose note is of another start of the machine.
func TestConfirmedIsGone(t *testing.T) {
	content := stoppedAndKilled(t)
	for state, c := range content {
		dir := plant(t, c)
		if err := os.Remove(filepath.Join(dir, confirmedFile)); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		s, err := Open(Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if s.Whole() || !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), dir) {
			t.Errorf("%s: whole %t, log %s", state, s.Whole(), &log)
		}
		_ = s.Close()
		if _, err := os.Stat(filepath.Join(dir, confirmedFile)); errors.Is(err, fs.ErrNotExist) {
			t.Error("no new note")
		}
		if !opens(t, dir, true) {
			t.Error("refused after it")
		}
	}
	dir := plant(t, content["killed"])
	said, err := readConfirmed(dir)
	if err != nil || said.closed || said.number != damageKeys {
		t.Fatalf("%+v, %v", said, err)
	}
	said.number -= 3 // as the disk had it when the power went
	said.boot = strings.Repeat("0", bootSize)
	slot := append(said.encode(), make([]byte, slotStride-slotSize)...)
	if err := os.WriteFile(filepath.Join(dir, confirmedFile), append(slot, slot...), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openIn(t, dir)
	if s.Whole() {
		t.Error("after a power cut nobody can say that the store is whole")
	}
	if s.number != damageKeys {
		t.Errorf("goes on after %d, want %d", s.number, damageKeys)
	}
}

// TestNumberIsHidden scans everything: the number is not an entry.
func TestNumberIsHidden(t *testing.T) {
	s := fillFolder(t, t.TempDir(), 1)
	defer s.Close()
	err := s.View(t.Context(), func(r store.Reader) error {
		entries, err := r.Scan("", "", store.MaxScan)
		if len(entries) != damageKeys || entries[0].Key != "k/000" {
			t.Errorf("%d entries, the first %+v", len(entries), entries[0])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
