package badger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/realmwire/realmwire/realm/store"
)

// tmpfsFilled tells the child that it has filled the disk already.
const tmpfsFilled = "REALMWIRE_TEST_FILLED"

// TestDiskFilledByOthers fills a real disk, a small tmpfs in a mount namespace of a child process, to the last byte. Badger writes through memory
// maps there, so whatever goes wrong kills the child instead of returning an error.
func TestDiskFilledByOthers(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), tmpfsDir+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || strings.Contains(string(out), "not permitted to mount") {
		t.Skip("this system does not let the test mount a small disk of its own")
	}
	if err != nil || !strings.HasSuffix(string(out), "done\n") {
		t.Fatalf("%v: %s", err, out)
	}
}

// fillDisk is the child. It exits with 1 and says why where something is not as it must be.
func fillDisk(dir string) {
	data, filler := filepath.Join(dir, "data"), filepath.Join(dir, "filler")
	if os.Getenv(tmpfsFilled) != "" {
		reopenAfterFull(data, filler)
		return
	}
	if err := errors.Join(
		syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
		syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=100m"),
	); err != nil {
		fmt.Println("not permitted to mount:", err)
		return
	}
	s, err := Open(Config{Dir: data})
	check(err == nil, "opening", err)
	written := 0
	for ; err == nil && written < 1_000_000; written++ {
		err = putBlock(s, fmt.Sprintf("k/%d", written%50))
	}
	check(errors.Is(err, store.ErrFull) && written > 50, "writing until it is refused", err)

	f, err := os.Create(filler)
	check(err == nil, "creating the filler", err)
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	check(errors.Is(putBlock(s, "refused"), store.ErrFull), "writing on a full disk", nil)
	e, err := s.Get(context.Background(), "k/3")
	check(err == nil && len(e.Value) == blockBytes, "reading on a full disk", err)
	err = s.Close()
	check(errors.Is(err, store.ErrFull), "closing on a full disk", err)
	// The program starts again, in the same namespace.
	self, err := os.Executable()
	check(err == nil, "finding the program", err)
	err = syscall.Exec(self, os.Args, append(os.Environ(), tmpfsFilled+"=yes"))
	check(false, "starting again", err)
}

// reopenAfterFull opens what a full disk left behind: first still full, then after somebody made room.
func reopenAfterFull(data, filler string) {
	_, err := Open(Config{Dir: data})
	check(errors.Is(err, store.ErrFull), "opening on a full disk", err)
	err = os.Remove(filler)
	check(err == nil, "making room", err)
	s, err := Open(Config{Dir: data, MinFree: 1 << 20})
	check(err == nil, "opening again", err)
	e, err := s.Get(context.Background(), "k/3")
	check(err == nil && len(e.Value) == blockBytes, "reading what was committed", err)
	e, err = s.Get(context.Background(), "refused")
	check(err == nil && e.Rev == 0, "a refused commit left something", err)
	err = putBlock(s, "after")
	check(err == nil, "writing again", err)
	err = s.Close()
	check(err == nil, "closing", err)
	fmt.Println("done")
}

const blockBytes = 20_000

func putBlock(s *Store, key string) error {
	return s.Commit(context.Background(), []store.Op{{Kind: store.Put, Key: key, Value: make([]byte, blockBytes), Expect: store.AnyRev}})
}

func check(ok bool, what string, err error) {
	if !ok {
		fmt.Println(what, err)
		os.Exit(1)
	}
}
