// Package sctp is the server's end of one SCTP association, as WebRTC data channels use it over DTLS (RFC 8831, 8261):
// SCTP (RFC 9260), partial reliability (RFC 3758) and stream reset (RFC 6525). It answers the peer's INIT, and can send its own.
//
// An Association has no goroutine, clock, socket or randomness: packets and the time come in as arguments, packets go out
// through Emit. Its owner calls Emit until it reports false after every Receive, Advance and Send, and Advance when Wake is due.
//
// It sends on two lanes. Reliable messages are ordered within their stream and never lost; small ones ride again in
// packets that leave anyway until they are acknowledged. Of latest messages only the newest matters: a lost one is not
// sent again, and one that waits for room is replaced.
package sctp

import (
	"errors"
	"fmt"
	"time"

	"github.com/realmwire/realmwire/transport/internal/budget"
)

// Errors of sending.
var (
	ErrBackpressure = errors.New("sctp: the backlog is full")
	ErrClosed       = errors.New("sctp: the association is not open")
	ErrSize         = errors.New("sctp: a message of no byte, or too many")
	ErrStreams      = errors.New("sctp: too many streams")
)

// Config sets an association up. Tag and TSN must be random, Tag not 0; for the rest zero values mean the defaults.
type Config struct {
	Tag, TSN      uint32
	MTU           int // the largest packet that Emit makes, 0 = 1180
	MaxMessage    int // the largest message accepted, 0 = 64 KiB
	ReceiveWindow int // bytes that may wait for what is missing before them, 0 = 256 KiB
	MaxBacklog    int // reliable bytes queued or unacknowledged, 0 = 256 KiB
}

// minMTU leaves room for a whole handshake.
const minMTU = 256

func (c *Config) defaults() {
	c.MTU = max(orDefault(c.MTU, 1180), minMTU) &^ 3
	c.MaxMessage = orDefault(c.MaxMessage, 64<<10)
	c.ReceiveWindow = max(orDefault(c.ReceiveWindow, 256<<10), 4<<10)
	c.MaxBacklog = orDefault(c.MaxBacklog, 256<<10)
}

func orDefault(v, fallback int) int {
	if v == 0 {
		return fallback
	}
	return v
}

// state is where the association stands.
type state uint8

const (
	waiting  state = iota // for the peer's INIT, or the answer to ours
	answered              // with INIT ACK
	echoed                // the peer's cookie
	established
	closing // our ABORT is to leave
	over
)

// End says how an association ended.
type End uint8

// The ends.
const (
	NotEnded End = iota
	Closed       // by Close
	Aborted      // by the peer's ABORT
	ShutDown     // by the peer's SHUTDOWN
)

// Stats count since the association began.
type Stats struct {
	Refused   uint64 // the peer's DATA chunks over a limit of ours, which it must send again
	Dear      uint64 // packets that were not looked at, since the peer had made too much work
	Resent    uint64 // reliable chunks sent again because they were lost
	Copies    uint64 // reliable chunks that rode again before it was known whether they arrived
	Abandoned uint64 // latest messages that were lost
}

// Association is one end of an association. Its owner guards it.
type Association struct {
	cfg     Config
	state   state
	end     End
	local   uint16 // ports
	remote  uint16
	peerTag uint32

	in      inbound
	out     outbound
	shake   handshake
	opening opening
	control []byte // chunks that answer the peer's
	once    once
	work    budget.Budget
	dear    uint64
	resets  resets
	echo    echo
}

// New makes an association that waits for the peer.
func New(cfg Config) *Association {
	cfg.defaults()
	a := &Association{cfg: cfg}
	a.in.window, a.in.maxMessage = cfg.ReceiveWindow, cfg.MaxMessage
	a.out.mtu, a.out.backlogMax = cfg.MTU, cfg.MaxBacklog
	a.out.congestion.init()
	return a
}

// Established tells whether messages can be sent.
func (a *Association) Established() bool { return a.state == established }

// Ended tells how the association ended. ShutDown may leave an answer for Emit.
func (a *Association) Ended() End { return a.end }

// Backlog is the number of reliable bytes queued or not acknowledged.
func (a *Association) Backlog() int { return a.out.backlog }

// Idle tells whether the peer has acknowledged all that was sent.
func (a *Association) Idle() bool { return a.out.cum+1 == a.out.next }

// RTT is the smoothed round trip, 0 before the first measurement.
func (a *Association) RTT() time.Duration { return a.out.rtt.smooth }

// Loss is a moving share of our chunks that did not arrive at the first attempt; 0 also where nothing is known.
func (a *Association) Loss() float64 { return a.out.loss }

// Stats returns the counters.
func (a *Association) Stats() Stats {
	s := a.out.stats
	s.Refused, s.Dear = a.in.refused, a.dear
	return s
}

// SendReliable queues a copy of an ordered message.
func (a *Association) SendReliable(stream uint16, ppid uint32, msg []byte) error {
	o := &a.out
	fragment := a.cfg.MTU - headerSize - dataHeader - fragmentSpare
	chunks := (len(msg) + fragment - 1) / fragment
	switch {
	case a.state != established:
		return ErrClosed
	case len(msg) == 0 || len(msg) > o.backlogMax || chunks > maxOutstanding/2:
		return fmt.Errorf("%w: %d", ErrSize, len(msg))
	case o.backlog+len(msg) > o.backlogMax || o.queue.len()+chunks > maxQueued:
		return ErrBackpressure
	}
	s := o.streams.get(stream)
	if s == nil {
		return ErrStreams
	}
	o.backlog += len(msg)
	r := record{stream: stream, ssn: s.next, ppid: ppid, flags: flagBegin, fragments: uint16(chunks)}
	s.next++
	for len(msg) > 0 {
		n := min(len(msg), fragment)
		r.payload, r.size = o.pool.copy(msg[:n]), uint16(n)
		if msg = msg[n:]; len(msg) == 0 {
			r.flags |= flagEnd
		}
		o.queue.push(r)
		r.flags, r.fragments = 0, 0
	}
	return nil
}

// SendLatest keeps a copy of a message to be sent unordered, once, with the next Emit that finds room. It reports
// whether it took the place of an older one that had not left.
func (a *Association) SendLatest(stream uint16, ppid uint32, msg []byte) (replaced bool, err error) {
	if a.state != established {
		return false, ErrClosed
	}
	if len(msg) == 0 || len(msg) > a.cfg.MTU-headerSize-dataHeader {
		return false, fmt.Errorf("%w: %d", ErrSize, len(msg))
	}
	m := &a.out.latest
	replaced = m.set
	m.set, m.stream, m.ppid = true, stream, ppid
	m.payload = append(m.payload[:0], msg...)
	return replaced, nil
}

// Advance does what fell due.
func (a *Association) Advance(now time.Time) {
	if a.state == established {
		a.out.advance(now)
	} else {
		a.opening.advance(now)
	}
}

// Wake is when Advance, and then Emit, are due without anything else happening; zero means never.
func (a *Association) Wake() time.Time {
	if a.state != established {
		return a.opening.again
	}
	at := a.out.wake()
	if a.in.ack {
		at = earlier(at, a.in.ackAt)
	}
	return at
}

// Close gives up all that has not been acknowledged: the next Emit tells the peer by ABORT. An owner that wants its
// messages to arrive waits for Backlog to be 0 before.
func (a *Association) Close() {
	if a.end != NotEnded {
		return
	}
	a.end = Closed
	if a.state == established {
		a.state = closing
		return
	}
	a.state = over
	a.opening = opening{}
}
