//go:build !race

package kcp

const raced = false
