package driver

import "time"

const (
	// maxUnflushed is how long a message waits at most when nobody calls Flush.
	maxUnflushed = 2 * time.Millisecond
	// idleWait is how long the loop sleeps when no session exists.
	idleWait = time.Minute
)

// now is the package's only clock.
func now() time.Time { return time.Now() }

// Flush sends what was queued since the last one: call it at the end of a tick, so that the tick's datagrams leave in a
// handful of system calls.
func (d *Driver) Flush() { d.flush(now()) }

// Close ends the driver, whose sessions are advanced no more, and closes the socket. Servers on it are closed before.
func (d *Driver) Close() error {
	d.stopOnce.Do(func() { close(d.stop) })
	<-d.done
	return d.sock.Close()
}

// loop advances sessions when their time has come, and flushes what nobody flushed.
func (d *Driver) loop() {
	defer close(d.done)
	timer := time.NewTimer(idleWait)
	defer timer.Stop()
	var due []Session
	var flushBy time.Time
	for {
		t := now()
		due = d.timers.due(t.Sub(d.epoch), due[:0])
		for _, s := range due {
			d.tick(t, s)
		}
		clear(due)
		d.loopWriter.Flush()
		if !flushBy.IsZero() && !t.Before(flushBy) {
			d.flush(t)
			flushBy = time.Time{}
		}
		timer.Reset(d.sleep(t, flushBy))
		select {
		case <-timer.C:
		case <-d.kick:
			if flushBy.IsZero() {
				flushBy = now().Add(maxUnflushed)
			}
		case <-d.stop:
			return
		}
	}
}

// sleep is how long the loop may rest.
func (d *Driver) sleep(t, flushBy time.Time) time.Duration {
	wait := idleWait
	if next, ok := d.timers.next(); ok {
		wait = min(wait, d.epoch.Add(next).Sub(t))
	}
	if !flushBy.IsZero() {
		wait = min(wait, flushBy.Sub(t))
	}
	return max(wait, 0)
}
