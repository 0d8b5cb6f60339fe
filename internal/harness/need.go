package harness

import (
	"os"
	"testing"
)

// Need skips a test that cannot run here because what is missing, or fails it where nothing may be skipped
// (REALMWIRE_NO_SKIP, as in CI).
func Need(tb testing.TB, what string, present bool) {
	tb.Helper()
	switch {
	case present:
	case os.Getenv("REALMWIRE_NO_SKIP") != "":
		tb.Fatalf("%s is missing, and REALMWIRE_NO_SKIP forbids to skip", what)
	default:
		tb.Skipf("needs %s", what)
	}
}
