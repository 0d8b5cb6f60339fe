package peer

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/realmwire/realmwire/transport"
)

// leastOutstanding and mostOutstanding bound the ordered snapshots that a client has not acknowledged, as in zone/core/pace.go: two, and
// what the path holds. Here the path is never full.
const (
	leastOutstanding = 2
	mostOutstanding  = 16
)

// errOutstanding says that a state was left out.
var errOutstanding = errors.New("enough states are outstanding; the next tick's replaces this one")

// orderedConn sends states as a zone does with --snapshots kcp: on the reliable lane, a bounded number outstanding, and
// what is skipped is replaced by the next tick's. Events share the lane.
type orderedConn struct {
	Conn
	mu       sync.Mutex
	sent     []int64 // times of the states that are outstanding
	last     int64   // time of the last state, sent or not
	tick     int64   // between states; 0: not known
	shortest int64   // from a state to its acknowledgement; 0: none has come
}

func (c *orderedConn) Send(_ transport.Lane, msg []byte) error {
	if k, at, _, ok := Parse(msg); ok && k == State && !c.enter(at) {
		return errOutstanding
	}
	return c.Conn.Send(transport.Reliable, msg)
}

func (c *orderedConn) enter(at int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != 0 && at > c.last && (c.tick == 0 || at-c.last < c.tick) {
		c.tick = at - c.last
	}
	c.last = at
	if len(c.sent) >= c.outstanding() {
		return false
	}
	c.sent = append(c.sent, at)
	return true
}

// outstanding is how many may be on their way. c.mu is held.
func (c *orderedConn) outstanding() int {
	if c.tick == 0 || c.shortest == 0 {
		return leastOutstanding
	}
	return min(leastOutstanding+int((c.shortest+c.tick-1)/c.tick), mostOutstanding)
}

func (c *orderedConn) acked(at, now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for n < len(c.sent) && c.sent[n] <= at {
		if took := now - c.sent[n]; c.sent[n] == at && (c.shortest == 0 || took < c.shortest) {
			c.shortest = took
		}
		n++
	}
	c.sent = c.sent[:copy(c.sent, c.sent[n:])]
}

func listenOrdered(o Options, accept Accept) (Server, error) {
	return listenKCP(o, func(inner Conn) Receive {
		c := &orderedConn{Conn: inner}
		receive := accept(c)
		return func(msg []byte) {
			k, at, _, ok := Parse(msg)
			if !ok {
				return
			}
			c.acked(at, time.Now().UnixNano())
			if k != ack {
				receive(msg)
			}
		}
	})
}

// orderedClient acknowledges the newest state as a player's client does: its inputs, on the latest lane, carry the time of it.
// Where the workload has no inputs, it acknowledges each state by itself, and again while none comes.
type orderedClient struct {
	Conn
	newest atomic.Int64 // time of the newest state; 0 before the first
	inputs atomic.Bool  // the workload has some
	over   chan struct{}
	once   sync.Once
}

func dialOrdered(ctx context.Context, o Options, addr string, r Receive) (Conn, error) {
	c := &orderedClient{over: make(chan struct{})}
	came := make(chan struct{}, 1)
	conn, err := dialKCP(ctx, o, addr, func(msg []byte) {
		if k, at, _, ok := Parse(msg); ok && k == State {
			c.newest.Store(at)
			select {
			case came <- struct{}{}:
			default:
			}
		}
		r(msg)
	})
	if err != nil {
		return nil, err
	}
	c.Conn = conn
	go c.acknowledge(came)
	return c, nil
}

// ackAgain is how long an acknowledgement is given before it is repeated.
const ackAgain = 30 * time.Millisecond

func (c *orderedClient) acknowledge(came <-chan struct{}) {
	timer := time.NewTimer(ackAgain)
	defer timer.Stop()
	for {
		select {
		case <-came:
		case <-timer.C:
		case <-c.over:
			return
		}
		if at := c.newest.Load(); at > 0 && !c.inputs.Load() {
			var b [HeaderSize]byte
			Put(b[:], ack, at, 0)
			_ = c.Conn.Send(transport.Latest, b[:])
		}
		timer.Reset(ackAgain)
	}
}

func (c *orderedClient) Send(_ transport.Lane, msg []byte) error {
	c.inputs.Store(true)
	k, _, n, ok := Parse(msg)
	if !ok {
		return transport.ErrMessageSize
	}
	Put(msg, k, c.newest.Load(), n)
	return c.Conn.Send(transport.Latest, msg)
}

func (c *orderedClient) Close() {
	c.once.Do(func() { close(c.over) })
	c.Conn.Close()
}
