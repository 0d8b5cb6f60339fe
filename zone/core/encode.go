package core

import (
	"math"
	"time"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
)

// Encoder encodes the clients' snapshots. Between Step and whatever is asked of the core next, several encoders may work at
// once, each for one goroutine, on different sessions: they read the world, and write nothing but the session's own state.
type Encoder struct {
	core  *Core
	bits  *snapshot.Encoder
	count EncoderCounters
}

// NewEncoder makes an encoder, whose counts are the core's from now on. Make one for each goroutine that encodes.
func (c *Core) NewEncoder() *Encoder {
	e := &Encoder{core: c, bits: snapshot.NewEncoder(c.world)}
	c.encoders = append(c.encoders, e)
	return e
}

// Encode makes the snapshot of the i-th of the core's Sessions, in buf's memory where that is large enough; false: it is
// sent none this tick. Each session is encoded once a tick.
func (e *Encoder) Encode(i int, buf []byte) (Send, bool) {
	s := e.core.sessions[i]
	if !s.inWorld() || s.fault != nil {
		return Send{}, false
	}
	var send Send
	var ok bool
	s.fault = try(func() {
		e.core.updateInterest(s)
		send, ok = e.snapshot(s, buf[:0])
	})
	if s.fault != nil { // the core ends the session with the next tick
		e.bits = snapshot.NewEncoder(e.core.world) // what it had begun to share is not for the others
		return Send{}, false
	}
	return send, ok
}

// snapshot encodes one client's view of the tick.
func (e *Encoder) snapshot(s *session, buf []byte) (Send, bool) {
	c, now := e.core, e.core.now
	lane := transport.Latest
	if s.ordered {
		if s.view.Outstanding() >= s.pace.outstanding() {
			e.count.SnapshotSkipped++
			return Send{}, false
		}
		lane = transport.Reliable
	}
	full := min(c.cfg.SnapshotBytes, s.maxLatest)
	s.pace.decide(full, int(c.hz), now)
	budget := s.pace.budget(full)
	if budget < full {
		e.count.SnapshotPaced++
	}
	h := snapshot.Header{Starved: s.inputs.Starved(), TickHz: uint8(c.hz)}
	if echo := &s.echo; echo.has {
		h.HasEcho, h.Echo = true, echo.time
		h.HoldMs = uint8(min(max((now-echo.at)/time.Millisecond, 0), math.MaxUint8))
		h.Lead = echo.lead
		echo.has = false
	}
	msg, _ := e.bits.Encode(s.view, buf, h, budget)
	s.pace.noteSent(c.tick, len(msg), now)
	e.count.Snapshot++
	e.count.SnapshotBytes += uint64(len(msg))
	return Send{s.conn, lane, msg}, true
}
