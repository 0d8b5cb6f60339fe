package dear

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpu is the time that the process's threads have run: the machine may be busy with others.
func cpu() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
