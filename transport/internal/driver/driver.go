// Package driver runs the session cores of all transports over a process's one UDP socket, however many there are: with one timer, one
// goroutine, and the datagrams of a tick leaving together.
package driver

import (
	"net/netip"
	"sync"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport/udp"
)

// Session is a session's core as the driver sees it: pure, with a lock around it.
type Session interface {
	// Lock guards the session, its Place included, but for AfterTimer.
	sync.Locker
	// Advance does what has fallen due at now.
	Advance(now time.Time)
	// Emit appends the next datagram that should leave to b, which is empty and has room for udp.MaxPayload bytes, and returns it
	// with the address that it goes to. ok is false when nothing should leave.
	Emit(now time.Time, b []byte) (datagram []byte, to netip.AddrPort, ok bool)
	// Wake is when Advance must be called next; it may have passed. ok is false when never.
	Wake() (at time.Time, ok bool)
	// AfterTimer is called without the lock when a timer's Advance and its datagrams are done: for what needs other locks.
	AfterTimer()
	// Break ends the session at once: work for it panicked, so its state cannot be believed. Wake is in the past then, and AfterTimer
	// tells the handler.
	Break()
	// Place is the session's own.
	Place() *Place
}

// Place is what the driver keeps in each session. The zero value is that of a new one.
type Place struct {
	dirty bool      // it stands in the list of those with something to send
	armed time.Time // when its timer goes off; zero when none is set

	timerPos int           // place in the heap of timers, guarded by that; 0 when not in it
	timerAt  time.Duration // likewise
}

// Driver drives sessions. It is safe for concurrent use.
type Driver struct {
	sock   *udp.Socket
	epoch  time.Time // the timers' zero
	timers timers

	dirtyMu sync.Mutex // guards what follows
	dirty   []Session  // have something to send; each has dirty set
	spare   []Session  // the other buffer of that list

	flushMu     sync.Mutex // guards flushWriter and what is being flushed
	flushWriter *udp.Writer

	loopWriter *udp.Writer // owned by the loop
	kick       chan struct{}
	stop       chan struct{}
	done       chan struct{}
	stopOnce   sync.Once
}

// Listen opens the socket on addr (host:port) and starts a driver on it.
func Listen(addr string) (*Driver, error) {
	sock, err := udp.Listen(addr, udp.Config{})
	if err != nil {
		return nil, err
	}
	d := &Driver{
		sock: sock, epoch: now(), flushWriter: sock.NewWriter(), loopWriter: sock.NewWriter(),
		kick: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	go d.loop()
	return d, nil
}

// Socket is where datagrams come in; the driver owns it.
func (d *Driver) Socket() *udp.Socket { return d.sock }

// Changed notes that a session has something to send; it leaves with the next Flush, or soon without. s is locked.
func (d *Driver) Changed(s Session) {
	p := s.Place()
	if p.dirty {
		return
	}
	p.dirty = true
	d.dirtyMu.Lock()
	d.dirty = append(d.dirty, s)
	first := len(d.dirty) == 1
	d.dirtyMu.Unlock()
	if first {
		d.wake()
	}
}

// flush sends what all changed sessions have to send.
func (d *Driver) flush(now time.Time) {
	d.flushMu.Lock()
	defer d.flushMu.Unlock()
	d.dirtyMu.Lock()
	list := d.dirty
	d.dirty = d.spare[:0]
	d.dirtyMu.Unlock()
	for _, s := range list {
		d.serve(now, s, d.flushWriter, func(p *Place) { p.dirty = false })
	}
	d.flushWriter.Flush()
	clear(list)
	d.spare = list
}

// serve does what has fallen due for a session, and moves its datagrams into w; note notes in its place why.
func (d *Driver) serve(now time.Time, s Session, w *udp.Writer, note func(*Place)) {
	defer d.Caught(now, s)
	s.Lock()
	defer s.Unlock()
	note(s.Place())
	s.Advance(now)
	d.Emit(now, s, w)
}

// Caught ends a session for which work panicked, and nothing else. It is deferred around such work, which holds no lock of the session's
// beyond its own deferred Unlocks.
func (d *Driver) Caught(now time.Time, s Session) {
	if p := recover(); p != nil {
		guard.Note("transport: session", p)
		d.Break(now, s)
	}
}

// Break ends a session, which is not locked, at once.
func (d *Driver) Break(now time.Time, s Session) {
	s.Lock()
	defer s.Unlock()
	s.Break()
	d.arm(now, s)
}

// Emit moves every datagram that should leave into w, and sets the session's timer. s is locked.
func (d *Driver) Emit(now time.Time, s Session, w *udp.Writer) {
	for {
		b, to, ok := s.Emit(now, w.Next())
		if !ok {
			break
		}
		w.Commit(to, len(b))
	}
	d.arm(now, s)
}

// arm sets the session's timer if it should go off sooner than it would. s is locked.
func (d *Driver) arm(now time.Time, s Session) {
	p := s.Place()
	wake, ok := s.Wake()
	if !ok {
		return
	}
	wake = d.together(now, wake)
	if !p.armed.IsZero() && !wake.Before(p.armed) {
		return
	}
	if wake.Before(d.epoch) {
		wake = d.epoch
	}
	p.armed = wake
	if d.timers.set(s, p, wake.Sub(d.epoch)) {
		d.wake()
	}
}

// together moves a time on to one that many sessions share, so that one awakening serves them all: most have sent what they
// owed with the tick's snapshot by then.
func (d *Driver) together(now, wake time.Time) time.Time {
	grid := nearGrid
	if wake.Sub(now) > farAway {
		grid = farGrid
	}
	if rest := wake.Sub(d.epoch) % grid; rest > 0 {
		return wake.Add(grid - rest)
	}
	return wake
}

// tick advances a session whose timer went off.
func (d *Driver) tick(now time.Time, s Session) {
	d.serve(now, s, d.loopWriter, func(p *Place) { p.armed = time.Time{} })
	defer d.Caught(now, s)
	s.AfterTimer()
}

func (d *Driver) wake() {
	select {
	case d.kick <- struct{}{}:
	default:
	}
}

// Earlier returns the earlier of a and b, where a zero b means never.
func Earlier(a, b time.Time) time.Time {
	if !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
