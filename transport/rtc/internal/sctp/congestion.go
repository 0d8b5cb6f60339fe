package sctp

const (
	// minCwnd is the floor of the congestion window. It is far above the RFC's, because a session's rate is already bounded
	// by what its path is seen to carry; here the window only has to keep bulk from flooding it.
	minCwnd = 32 << 10
	maxCwnd = 1 << 20
	// latestReserve is the part of the window that reliable data leaves to the latest lane, so that bulk never holds up
	// what is newest.
	latestReserve = 4 << 10
)

// congestion is the window of RFC 9260 section 7.2, in bytes of data.
type congestion struct {
	window     int
	threshold  int
	partial    int    // bytes acknowledged since the window last grew
	recovering bool   // a loss has shrunk the window already
	until      uint32 // the TSN that ends the recovery
}

func (c *congestion) init() { *c = congestion{window: minCwnd, threshold: maxCwnd} }

// acked grows the window for bytes that arrived. full says that the window had been used up: one that is not needed stays.
func (c *congestion) acked(cum uint32, bytes, mtu int, full bool) {
	if c.recovering {
		if before(cum, c.until) {
			return
		}
		c.recovering = false
	}
	if !full {
		return
	}
	if c.window <= c.threshold {
		c.window = min(c.window+min(bytes, mtu), maxCwnd)
		return
	}
	c.partial += bytes
	if c.partial >= c.window {
		c.partial -= c.window
		c.window = min(c.window+mtu, maxCwnd)
	}
}

// lost halves the window, once for all that was under way. last is the newest TSN sent.
func (c *congestion) lost(last uint32) {
	if c.recovering {
		return
	}
	c.threshold = max(c.window/2, minCwnd)
	c.window, c.partial = c.threshold, 0
	c.recovering, c.until = true, last
}

// expired shrinks the window to its floor.
func (c *congestion) expired(last uint32) {
	c.threshold = max(c.window/2, minCwnd)
	c.window, c.partial = minCwnd, 0
	c.recovering, c.until = true, last
}
