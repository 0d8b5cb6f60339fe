package descriptors

import "time"

const (
	// longest is how long a connection with one of the last descriptors may take.
	longest = 2 * time.Second
	// grace is how long it may say nothing where others wait. Who connects to ask has asked by the time that the connection is accepted.
	grace = 20 * time.Millisecond
	// warnEvery is the time between two warnings.
	warnEvery = time.Minute
)

// now is the package's only clock.
func now() time.Time { return time.Now() }

// pause is how long to wait for a descriptor that somebody else closes.
func pause() { time.Sleep(5 * time.Millisecond) }
