package child

import (
	"os/exec"
	"syscall"
)

// bind lets the kernel kill the child when the thread that starts it ends. Its own process group keeps a terminal's Ctrl-C from it:
// we stop it when we have the last figures.
func bind(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
