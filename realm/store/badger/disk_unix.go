//go:build unix

package badger

import (
	"fmt"

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
