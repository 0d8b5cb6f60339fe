//go:build !unix

package badger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// checkFree knows no way to ask here; Badger's own error is what the caller gets.
func checkFree(string, uint64) error { return nil }

// lockFolder tells whether another process has the folder open: it then has a file there that nobody else can open.
func lockFolder(dir string) (unlock func(), err error) {
	f, err := os.Open(filepath.Join(dir, "LOCK"))
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	}
	if err != nil {
		return nil, lockedError(dir)
	}
	return func() {}, f.Close()
}
