package zone

import (
	"sync"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/core"
)

// Limits of an inbox. What passes one is dropped and counted; a connection whose reliable message would be is closed.
const (
	maxQueued     = 64      // messages of one connection between two ticks
	maxInboxItems = 1 << 16 // of all connections
	maxInboxBytes = 16 << 20
)

// item is an event with what the loop, but not the core, needs.
type item struct {
	core.Event
	from  *connection        // who sent it; nil: nobody
	reply chan core.Eviction // EventEvict only
}

// inbox gathers events from other goroutines until the loop takes them. Two batches take turns, so that nothing is
// allocated once they have grown.
type inbox struct {
	mu       sync.Mutex
	items    []item // guarded by mu, as all that follows
	arena    []byte // what messages point into
	full     []item // the batch that the loop has
	fullBuf  []byte
	closed   bool
	counters inboxCounters

	// wake is filled when something came that should not wait for the tick: it is a step of joining, and somebody looks at
	// a loading screen.
	wake chan struct{}
}

// inboxCounters are an inbox's part of [Counters].
type inboxCounters struct {
	InboxDropped uint64 `help:"messages dropped because too many waited for the tick"`
}

func newInbox() inbox { return inbox{wake: make(chan struct{}, 1)} }

func (b *inbox) hurry() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// message queues a copy of a peer's message, which comes now. False: it was dropped, without a look at the clock.
func (b *inbox) message(from *connection, e core.Event, now func() time.Duration) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || from.queued >= maxQueued || len(b.items) >= maxInboxItems || len(b.arena)+len(e.Msg) > maxInboxBytes {
		b.counters.InboxDropped++
		return false
	}
	from.queued++
	e.At = now()
	at := len(b.arena)
	b.arena = append(b.arena, e.Msg...)
	e.Msg = b.arena[at:len(b.arena):len(b.arena)]
	b.items = append(b.items, item{Event: e, from: from})
	if e.Lane == transport.Reliable && !from.greeted {
		from.greeted = true // with Join; only the first may hurry, lest a peer sets the pace of the loop
		b.hurry()
	}
	return true
}

// post queues what must not be lost; its senders are bounded by the number of connections. False: the loop has ended.
func (b *inbox) post(it item) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.items = append(b.items, it)
	if it.Kind == core.EventAttach || it.Kind == core.EventHandover || it.Kind == core.EventEvict {
		b.hurry()
	}
	return true
}

// take returns what has gathered, valid until the next take.
func (b *inbox) take() []item {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.full)
	b.items, b.full = b.full[:0], b.items
	b.arena, b.fullBuf = b.fullBuf[:0], b.arena
	for i := range b.full {
		if s := b.full[i].from; s != nil {
			s.queued = 0
		}
	}
	return b.full
}

// close refuses everything from now on and returns what is left.
func (b *inbox) close() []item {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	left := b.items
	b.items = nil
	return left
}

func (b *inbox) counted() inboxCounters {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.counters
}

// connection joins one transport connection to the loop. It implements [transport.Handler].
type connection struct {
	zone   *Zone
	id     core.ConnID
	conn   transport.Conn // set by Accept; the loop sends on it
	queued int            // guarded by the inbox's mutex
	// greeted: its first reliable message has come; guarded by the inbox's mutex
	greeted bool
}

var _ transport.Handler = (*connection)(nil)

// Message implements [transport.Handler].
func (s *connection) Message(c transport.Conn, lane transport.Lane, msg []byte) {
	e := core.Event{Kind: core.EventMessage, Conn: s.id, Lane: lane, Msg: msg}
	if !s.zone.inbox.message(s, e, s.zone.now) && lane == transport.Reliable {
		// The lane promises that nothing is lost: a connection that floods it cannot go on.
		c.Close(transport.ProtocolError, "too many messages at once")
	}
}

// Closed implements [transport.Handler].
func (s *connection) Closed(_ transport.Conn, code transport.CloseCode, _ string) {
	s.zone.inbox.post(item{Event: core.Event{Kind: core.EventClosed, Conn: s.id, Code: code, At: s.zone.now()}})
}
