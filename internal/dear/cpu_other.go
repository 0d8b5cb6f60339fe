//go:build !linux

package dear

import "time"

var start = time.Now()

// cpu is the time that has passed: the process should have the machine to itself.
func cpu() time.Duration { return time.Since(start) }
