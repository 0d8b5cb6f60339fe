//go:build race

package gentest_test

// raced: the race detector makes the generator ten times slower, and it has no goroutines.
const raced = true
