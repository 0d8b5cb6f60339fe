package kcp

import (
	"encoding/binary"
	"time"

	kcpcore "github.com/xtaci/kcp-go/v5"

	"github.com/realmwire/realmwire/transport"
)

// The reliable lane: messages, each after its length in lengthSize bytes, make one stream of bytes; the stream is cut into
// KCP segments, so that small messages share a segment and none needs KCP's own fragments.
const (
	lengthSize = 3

	kcpMTU     = transport.MaxLatestMessage
	segmentMax = kcpMTU - kcpcore.IKCP_OVERHEAD
	kcpWindow  = 128 // segments, each way

	// maxSegment guards kcp-go's core, which panics in Input on a segment over its buffers of 1,500 bytes.
	maxSegment = 1400

	// maxQueuedOutput bounds the segments that wait to be sealed; KCP sends again what is dropped here.
	maxQueuedOutput = 256 << 10

	// keepCapacity is how much buffer an idle lane keeps.
	keepCapacity = 4 << 10
)

// reliable is one session's reliable lane. kcp-go's core inside reads the process clock; nothing else here does.
type reliable struct {
	core *kcpcore.KCP

	pending  []byte            // the stream not yet given to the core
	sizes    [kcpWindow]uint16 // of the segments given to the core and not yet acknowledged, a ring
	nextSize int               // where the next goes
	inFlight int               // how many
	inBytes  int               // their sum

	received []byte // the stream as it came, not yet a whole message
	consumed int    // of received, by messages already handed out
	unsent   bool   // the core holds segments that it has not emitted yet
	number   uint32 // of the next segment that the core gets
	acked    window // of those in flight
	expected uint32 // the number of the peer's segment that comes next
	early    window // those beyond it that came
	ackDue   bool   // the core holds acknowledgements; whatever it emits next contains them
	repeats  repeats

	out     []byte    // segments to be sealed, one bunch after the other
	bunches []int     // the end of each in out
	sent    int       // bunches already taken
	now     time.Time // of the call under way, for what the core emits in it
	due     time.Time // when bunch must leave at the latest; data at once, acknowledgements may wait for company
	dropped uint64    // bunches, for want of room in out
}

func newReliable(id uint32) *reliable {
	r := &reliable{}
	r.core = kcpcore.NewKCP(id, r.output)
	r.core.NoDelay(1, 10, 2, 1)
	r.core.WndSize(kcpWindow, kcpWindow)
	r.core.SetMtu(kcpMTU)
	return r
}

// output takes a bunch of segments from the core.
func (r *reliable) output(buf []byte, size int) {
	r.ackDue = false
	if len(r.out)+size > maxQueuedOutput {
		r.dropped++
		return
	}
	due := r.now
	if r.repeats.sent(r.now, buf[:size]) {
		r.unsent = false
	} else {
		due = due.Add(ackHold)
	}
	if r.sent == len(r.bunches) || due.Before(r.due) {
		r.due = due
	}
	r.out = append(r.out, buf[:size]...)
	r.bunches = append(r.bunches, len(r.out))
}

// backlog is the number of bytes queued or not acknowledged.
func (r *reliable) backlog() int { return len(r.pending) + r.inBytes }

// send queues a message, whose size is checked.
func (r *reliable) send(msg []byte) error {
	if r.backlog()+lengthSize+len(msg) > transport.MaxReliableBacklog {
		return transport.ErrBackpressure
	}
	r.pending = append(r.pending, byte(len(msg)), byte(len(msg)>>8), byte(len(msg)>>16))
	r.pending = append(r.pending, msg...)
	return nil
}

// advance moves the stream into the core and lets it emit what is due. It must be called every ten milliseconds while busy.
func (r *reliable) advance(now time.Time) {
	r.now = now
	r.settle()
	moved := 0
	for moved < len(r.pending) && r.inFlight < kcpWindow {
		n := min(len(r.pending)-moved, segmentMax)
		r.core.Send(r.pending[moved : moved+n])
		r.acked.clear(r.number)
		r.number++
		r.sizes[r.nextSize] = uint16(n)
		r.nextSize = (r.nextSize + 1) % kcpWindow
		r.inFlight++
		r.unsent = true
		r.inBytes += n
		moved += n
	}
	if moved > 0 {
		r.pending = consume(r.pending, moved)
	}
	r.core.Update()
}

// hurried reports whether the core has something to emit that it could not emit yet.
func (r *reliable) hurried() bool { return r.unsent || len(r.pending) > 0 || r.ackDue }

// busy reports whether the core must be advanced soon: it has segments to repeat or acknowledgements to send.
func (r *reliable) busy() bool { return r.inFlight > 0 || len(r.pending) > 0 || r.ackDue }

// settle forgets the segments that the peer has acknowledged.
func (r *reliable) settle() {
	for r.inFlight > r.core.WaitSnd() {
		oldest := (r.nextSize - r.inFlight + kcpWindow) % kcpWindow
		r.inBytes -= int(r.sizes[oldest])
		r.inFlight--
	}
}

// input takes segments from the peer, and returns the units of work that they made. It reports false when they break the protocol.
func (r *reliable) input(now time.Time, id uint32, segments []byte) (work int, ok bool) {
	owes, ok := checkSegments(id, segments)
	if !ok {
		return 0, false
	}
	r.now = now
	segments, work = r.sift(segments)
	r.repeats.heard(segments)
	r.ackDue = r.ackDue || owes // before Input, which may emit at once
	before := len(r.bunches)
	if r.core.Input(segments, kcpcore.IKCP_PACKET_REGULAR, false) != 0 {
		return work, false
	}
	work += workSent * (len(r.bunches) - before)
	r.settle()
	return work, r.receive()
}

// receive takes out of the core what is in order. It reports false when the peer broke the protocol.
func (r *reliable) receive() bool {
	for {
		size := r.core.PeekSize()
		if size <= 0 {
			return size < 0 // a segment is never empty
		}
		have := len(r.received)
		r.received = append(r.received, make([]byte, size)...)
		if r.core.Recv(r.received[have:]) != size {
			return false
		}
	}
}

// next returns the next whole message of what has come, nil when there is none, and false when the peer broke the protocol.
// A message is valid until the next input.
func (r *reliable) next() (msg []byte, ok bool) {
	b := r.received[r.consumed:]
	if len(b) < lengthSize {
		return nil, true
	}
	size := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
	if size == 0 || size > transport.MaxReliableMessage {
		return nil, false
	}
	if len(b) < lengthSize+size {
		return nil, true
	}
	r.consumed += lengthSize + size
	return b[lengthSize : lengthSize+size], true
}

// compact drops the messages that were handed out.
func (r *reliable) compact() {
	if r.consumed > 0 {
		r.received = consume(r.received, r.consumed)
		r.consumed = 0
	}
}

// checkSegments checks what kcp-go's core does not, which trusts lengths and fragments. owes says that the core will have
// something to say to them.
func checkSegments(id uint32, b []byte) (owes, ok bool) {
	for len(b) > 0 {
		if len(b) < kcpcore.IKCP_OVERHEAD {
			return false, false
		}
		cmd, frg, size := b[4], b[5], binary.LittleEndian.Uint32(b[20:])
		if binary.LittleEndian.Uint32(b) != id || frg != 0 || size > maxSegment {
			return false, false
		}
		switch cmd {
		case kcpcore.IKCP_CMD_PUSH:
			owes = true
			if size == 0 {
				return false, false
			}
		case kcpcore.IKCP_CMD_ACK, kcpcore.IKCP_CMD_WASK, kcpcore.IKCP_CMD_WINS:
			owes = owes || cmd == kcpcore.IKCP_CMD_WASK
			if size != 0 {
				return false, false
			}
		default:
			return false, false
		}
		b = b[kcpcore.IKCP_OVERHEAD:]
		if len(b) < int(size) {
			return false, false
		}
		b = b[size:]
	}
	return owes, true
}

// wants reports whether a bunch should leave now even if nothing else does.
func (r *reliable) wants(now time.Time) bool { return r.sent < len(r.bunches) && !now.Before(r.due) }

// wake is when a bunch must leave, zero when there is none.
func (r *reliable) wake() time.Time {
	if r.sent == len(r.bunches) {
		return time.Time{}
	}
	return r.due
}

// bunch returns the next bunch of segments to be sealed, nil when there is none; take removes it.
func (r *reliable) bunch() []byte {
	if r.sent == len(r.bunches) {
		return nil
	}
	start := 0
	if r.sent > 0 {
		start = r.bunches[r.sent-1]
	}
	return r.out[start:r.bunches[r.sent]]
}

func (r *reliable) take() {
	if r.sent++; r.sent == len(r.bunches) {
		r.out, r.bunches, r.sent = consume(r.out, len(r.out)), r.bunches[:0], 0
	}
}

// consume removes the first n bytes of b and lets go of a large buffer that has become empty.
func consume(b []byte, n int) []byte {
	if n == len(b) && cap(b) > keepCapacity {
		return nil
	}
	return b[:copy(b, b[n:])]
}
