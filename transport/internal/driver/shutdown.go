package driver

import (
	"time"

	"github.com/realmwire/realmwire/transport"
)

// shutdownWait bounds how long a server that closes waits for its goodbyes to leave.
const shutdownWait = 2 * time.Second

// Door counts the sessions of a server, and lets them in until it is shut. The zero value is open. Its server's lock guards it.
type Door struct {
	inside int
	empty  chan struct{} // not nil once the door is shut; closed when nobody is inside any more
}

// Enter counts a session in; it reports false where the door is shut.
func (d *Door) Enter() bool {
	if d.Shut() {
		return false
	}
	d.inside++
	return true
}

// Leave counts one out that had entered.
func (d *Door) Leave() {
	d.inside--
	if d.Shut() && d.inside == 0 {
		close(d.empty)
	}
}

// Shut reports whether the door is shut.
func (d *Door) Shut() bool { return d.empty != nil }

// Close shuts the door. What it returns is closed when nobody is inside any more; nil where the door was shut already.
func (d *Door) Close() (empty <-chan struct{}) {
	if d.Shut() {
		return nil
	}
	d.empty = make(chan struct{})
	if d.inside == 0 {
		close(d.empty)
	}
	return d.empty
}

// Dismiss tells all peers of a server whose door was shut that it ends, and waits until their sessions are over, which is when
// empty is closed, but not for long.
func Dismiss[C transport.Conn](d *Driver, all []C, empty <-chan struct{}) {
	for _, c := range all {
		c.Close(transport.ServerShutdown, transport.ShuttingDown)
	}
	d.Flush()
	timer := time.NewTimer(shutdownWait)
	defer timer.Stop()
	select {
	case <-empty:
	case <-timer.C:
	}
}
