package ws

import (
	"context"
	"errors"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport"
)

const (
	// lingerFor is how long accepted reliable messages are given to leave before the peer is told of the end.
	lingerFor = 500 * time.Millisecond
	// closeWait bounds the closing handshake.
	closeWait = time.Second
	// maxPingEvery is the longest time between pings; shorter timeouts shorten it.
	maxPingEvery = 2 * time.Second
)

// now is the package's only clock.
func now() time.Time { return time.Now() }

// pauseFor is how long one who has made too much work is not read, at least.
const pauseFor = 5 * time.Millisecond

// pause waits for pauseFor, or until it is over.
func pause(over <-chan struct{}) {
	timer := time.NewTimer(pauseFor)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-over:
	}
}

// began notes that a frame is being written. c.mu is held.
func (c *conn) began() { c.writingSince = now() }

// writer is a goroutine that writes.
func (c *conn) writer() {
	defer c.work.Done()
	if !guard.Run("websocket: write", c.write) {
		c.broken()
	}
}

// write is the writer: the only goroutine that writes messages, and the one that ends the session. It is there while there is
// something to write; an idle session keeps no stack for it.
func (c *conn) write() {
	c.drain(false)
	for !c.rest() {
		c.drain(false)
	}
	c.mu.Lock()
	ended, byPeer, abort := c.ended, c.byPeer, c.abort
	code, text := c.code, c.text
	c.mu.Unlock() // nothing above can panic
	if !ended {
		return
	}
	c.calls.Closed(c, code, text)
	if !byPeer {
		c.drain(true)
		if abort.Stop() {
			abort = time.AfterFunc(closeWait, c.cancel)
			c.goodbye(code, text)
			abort.Stop()
		}
	}
	c.cancel()
	_ = c.socket.CloseNow()
}

// broken ends the session at once, without the writer, which panicked.
func (c *conn) broken() {
	c.end(transport.Network, transport.Broke, true)
	c.calls.Closed(c, transport.Network, transport.Broke)
	c.cancel()
	_ = c.socket.CloseNow()
}

// rest reports whether the writer is done: nothing waits, or the session has ended.
func (c *conn) rest() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return true // the flag stays: no other writer begins
	}
	c.writing = !c.out.empty()
	return !c.writing
}

// goodbye does the closing handshake, for as long as the context lasts.
func (c *conn) goodbye(code transport.CloseCode, text string) {
	finished := make(chan struct{})
	guard.Go("websocket: goodbye", func() {
		defer close(finished)
		_ = c.socket.Close(statusOf(code), text)
	}, nil)
	select {
	case <-finished:
	case <-c.ctx.Done():
		_ = c.socket.CloseNow()
		<-finished
	}
}

// run runs the session until it has ended and nothing of it is left.
func (c *conn) run() {
	c.mu.Lock()
	c.started = true
	c.poke() // what was sent before
	c.mu.Unlock()
	c.work.Add(1) // the pings, of which one at most is under way or waits for its time
	c.pingIn(c.pingEvery() / 2)
	if !guard.Run("websocket: read", c.read) {
		c.end(transport.Network, transport.Broke, true)
	}
	c.stopPings()
	c.work.Wait()
}

func (c *conn) pingEvery() time.Duration { return min(maxPingEvery, c.timeout/4) }

// pingIn lets the next ping go out in a while.
func (c *conn) pingIn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pingsOver {
		c.work.Done()
		return
	}
	c.pinger = time.AfterFunc(d, guard.Func("websocket: ping", c.ping, c.lostPing))
}

// stopPings ends them: one that is under way ends with the context.
func (c *conn) stopPings() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pingsOver = true
	if c.pinger.Stop() {
		c.work.Done()
	}
}

// ping measures the round trip and ends the session when the peer is silent, or when it takes nothing. It has a goroutine only
// while a ping is under way.
func (c *conn) ping() {
	start := now()
	switch stuck := c.stuck(start); {
	case stuck >= c.timeout:
		c.silent()
		c.work.Done()
		return
	case stuck >= c.pingEvery(): // a ping would only wait behind it
		c.pingIn(min(c.pingEvery(), c.timeout-stuck))
		return
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.timeout)
	err := c.socket.Ping(ctx)
	expired := errors.Is(ctx.Err(), context.DeadlineExceeded)
	cancel()
	switch {
	case expired:
		c.silent()
		c.work.Done()
		return
	case err == nil:
		c.pong(now().Sub(start))
	}
	// Any other error is the reader's to report, or the ping could not leave: the next one sees what became of it.
	c.pingIn(c.pingEvery())
}

// lostPing ends the session whose ping panicked, and with it the pings.
func (c *conn) lostPing() {
	defer c.work.Done()
	c.end(transport.Network, transport.Broke, true)
	c.cancel()
}

// silent gives the peer up.
func (c *conn) silent() {
	c.end(transport.Timeout, "nothing was heard for "+c.timeout.String(), false)
	c.cancel()
}

// stuck is how long the frame that is being written has been so.
func (c *conn) stuck(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writingSince.IsZero() {
		return 0
	}
	return now.Sub(c.writingSince)
}

// pong notes a round trip.
func (c *conn) pong(rtt time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stats.RTT == 0 {
		c.stats.RTT = max(rtt, 1)
	} else {
		c.stats.RTT += (rtt - c.stats.RTT) / 4
	}
}
