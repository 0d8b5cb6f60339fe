//go:build unix

package badger

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/realmwire/realmwire/realm/store"
)

// checkFree tells whether the disk under dir has more than minFree bytes left for this user.
func checkFree(dir string, minFree uint64) error {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return fmt.Errorf("ask for the free space of %s: %w", dir, err)
	}
	free := uint64(st.Bavail) * uint64(st.Bsize) //nolint:unconvert // the fields' types differ between systems
	if free < minFree {
		return fmt.Errorf("%w: %d MB left under %s, %d MB needed; free some space", store.ErrFull, free>>20, dir, minFree>>20)
	}
	return nil
}

// lockFolder keeps other processes from opening the folder, in the way that Badger does.
func lockFolder(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, lockedError(dir)
	}
	return func() { _ = f.Close() }, nil
}
