//go:build !linux

package child

import "os/exec"

// bind does nothing: this system has no way to end a child with its parent. Stop ends it.
func bind(*exec.Cmd) {}
