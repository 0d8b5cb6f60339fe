package sctp

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/realmwire/realmwire/transport/internal/budget"
)

// errorUnknownChunk is the cause of an ERROR that reports one.
const errorUnknownChunk = 6

// Receive takes one packet of the peer: the plaintext of a DTLS record. The messages are valid until the next call, and
// as long as packet is. An error means that the peer broke the protocol: the owner calls Close, whose ABORT tells it so.
func (a *Association) Receive(now time.Time, packet []byte) ([]Message, error) {
	a.in.begin()
	a.resets.streams = a.resets.streams[:0]
	a.echo.ok = false
	a.once = once{}
	h, chunks, ok := open(packet)
	if !ok || !a.mine(h, chunks) {
		return nil, nil
	}
	if !a.Left(now) {
		a.dear++
		return nil, nil
	}
	defer a.charge()
	for n := 0; len(chunks) > 0 && n < maxControl; {
		c, rest, ok := nextChunk(chunks)
		if !ok {
			return a.in.messages, fmt.Errorf("%w: a broken chunk", ErrProtocol)
		}
		more, err := a.chunk(now, h, c)
		if err != nil || !more {
			return a.in.messages, err
		}
		a.in.work++
		if chunks = rest; c.kind != chunkData {
			n++
		}
	}
	return a.in.messages, nil
}

// Left tells whether a packet that comes now would be looked at, or the peer has made too much work.
func (a *Association) Left(now time.Time) bool { return a.work.Left(now) }

// What chunks count for beyond their being there: see package budget.
const (
	workHeld    = 5 // a chunk that waits
	workMessage = 3 // a message that is handed out
	workStreams = 2 // so many streams that are begun anew count for one
	workRecords = 8 // so many records that a SACK has us look at, or gap blocks, count for one
)

// charge takes the work of a packet off the peer's budget.
func (a *Association) charge() {
	a.work.Spend(budget.Packet + a.in.work + a.out.work)
	a.in.work, a.out.work = 0, 0
}

// maxControl bounds the chunks of a packet that are no DATA: peers have no use for more than a few, and hundreds of the smallest
// fit. What follows them is not looked at, as if the path had lost it.
const maxControl = 16

// mine tells whether a packet carries our tag (RFC 9260 section 8.5): an INIT has none, and who has lost its state returns
// its own.
func (a *Association) mine(h header, chunks []byte) bool {
	kind, flags := chunks[0], chunks[1]
	switch {
	case kind == chunkInit:
		return h.tag == 0
	case a.state == waiting && !a.opening.sent:
		return false
	case h.source != a.remote || h.destination != a.local:
		return false
	case kind == chunkAbort && flags&1 != 0:
		return h.tag == a.peerTag
	}
	return h.tag == a.cfg.Tag
}

// chunk takes one chunk. It reports false where the rest of the packet is to be ignored.
func (a *Association) chunk(now time.Time, h header, c chunk) (more bool, err error) {
	switch c.kind {
	case chunkInit:
		if h.tag != 0 {
			return false, nil
		}
		return false, a.init(h, c.body) // it stands alone
	case chunkInitAck:
		return false, a.initAck(now, h, c.body) // likewise
	case chunkCookieEcho:
		a.cookieEcho(now, c.body)
		return a.state == established, nil
	case chunkAbort:
		a.ended(Aborted)
		return false, nil
	case chunkShutdown:
		if a.state == established || a.end == ShutDown {
			a.ended(ShutDown)
			a.answer(chunkShutdownAck, 0, nil)
		}
		return false, nil
	}
	if a.state == echoed && (c.kind == chunkCookieAck || c.kind == chunkData) { // data, where the other was lost
		a.establish()
	}
	if a.state != established {
		return false, nil
	}
	return a.traffic(now, c)
}

// traffic takes the chunks of an association that stands.
func (a *Association) traffic(now time.Time, c chunk) (more bool, err error) {
	switch c.kind {
	case chunkData:
		d, ok := parseData(c)
		if !ok {
			return false, fmt.Errorf("%w: DATA without data", ErrProtocol)
		}
		return true, a.in.data(now, &d)
	case chunkSack:
		if again(&a.once.sack) {
			return true, nil
		}
		s, ok := parseSack(c)
		if !ok {
			return false, fmt.Errorf("%w: a SACK shorter than it says", ErrProtocol)
		}
		return true, a.out.sack(now, s)
	case chunkForward:
		if again(&a.once.forward) {
			return true, nil
		}
		return true, a.in.forward(now, c.body)
	case chunkReconfig:
		if again(&a.once.reconfig) {
			return true, nil
		}
		return true, a.reconfig(c.body)
	case chunkHeartbeat:
		a.answer(chunkHeartbeatAck, 0, c.body)
	case chunkHeartbeatAck:
		a.echo.read(c.body)
	case chunkShutdownAck, chunkError, chunkCookieAck, chunkECNE, chunkCWR, chunkShutdownComplete:
	default:
		if c.kind>>6&unknownReport != 0 && len(c.raw) <= maxReport {
			a.answer(chunkError, 0, appendParam(nil, errorUnknownChunk, c.raw))
		}
		return c.kind>>6&unknownSkip != 0, nil
	}
	return true, nil
}

// once remembers which of the chunks that make work came in a packet already. Peers have no reason to send two of a kind
// in one; a hostile one could make a packet cost a hundred times as much.
type once struct{ sack, forward, reconfig bool }

func again(seen *bool) bool {
	was := *seen
	*seen = true
	return was
}

// ended notes the end that the peer made. Nothing that waits will leave.
func (a *Association) ended(end End) {
	if a.end == NotEnded {
		a.end = end
	}
	a.state = over
	a.control = a.control[:0]
	a.shake.answer = false
	a.opening = opening{}
}

// answer queues a chunk that answers one of the peer's, unless so many wait that they would fill a packet: peers ask again.
func (a *Association) answer(kind, flags byte, body []byte) {
	if len(a.control)+chunkHeader+padded(len(body)) > a.cfg.MTU-headerSize {
		return
	}
	a.control = appendChunk(a.control, kind, flags, body)
}

// echo is the token of a probe that came back.
type echo struct {
	token [8]byte
	ok    bool
}

// probeInfo is the parameter that a HEARTBEAT carries: ours holds the token alone.
const probeInfo = 1

func (e *echo) read(body []byte) {
	kind, value, _, ok := nextParamOf(body)
	if ok && kind == probeInfo && len(value) == len(e.token) {
		e.token, e.ok = [8]byte(value), true
	}
}

func nextParamOf(body []byte) (kind uint16, value, rest []byte, ok bool) {
	if len(body) == 0 {
		return 0, nil, nil, false
	}
	return nextParam(body)
}

// AppendProbe appends a packet with a HEARTBEAT that carries token, for the owner to send to an address that it wants to
// know the peer at. The peer echoes it, and Echoed tells so.
func (a *Association) AppendProbe(b []byte, token [8]byte) []byte {
	start := len(b)
	b = appendHeader(b, header{a.local, a.remote, a.peerTag})
	b = append(b, chunkHeartbeat, 0)
	b = binary.BigEndian.AppendUint16(b, 2*chunkHeader+8)
	b = appendParam(b, probeInfo, token[:])
	seal(b[start:])
	return b
}

// Echoed returns the token of a probe that the last Receive brought back.
func (a *Association) Echoed() (token [8]byte, ok bool) { return a.echo.token, a.echo.ok }
