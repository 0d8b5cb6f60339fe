//go:build !race

package gentest_test

const raced = false
