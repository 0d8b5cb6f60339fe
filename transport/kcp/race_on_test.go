//go:build race

package kcp

// raced: the race detector makes everything ten times slower.
const raced = true
