//go:build !unix

package schema_test

import "os"

// makePipe makes a folder where the system has no pipes in folders: it is no file either.
func makePipe(path string) error { return os.Mkdir(path, 0o700) }
