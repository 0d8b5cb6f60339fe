package gentest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Seed is what REALMWIRE_SCHEMA_SEED says, else a new one. It is printed, so that what failed once can fail again.
func Seed(t *testing.T) uint64 {
	t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("REALMWIRE_SCHEMA_SEED"), 10, 64)
	if err != nil {
		seed = uint64(rand.Uint32())
	}
	t.Logf("REALMWIRE_SCHEMA_SEED=%d", seed)
	return seed
}
