//go:build unix

package harness

import (
	"os"
	"syscall"
)

// ownGroup has a process be the first of a group, which killGroup ends.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
