//go:build !unix

package harness

import (
	"os"
	"syscall"
)

// ownGroup changes nothing where there are no groups of processes.
func ownGroup() *syscall.SysProcAttr { return nil }

func killGroup(p *os.Process) { _ = p.Kill() }
