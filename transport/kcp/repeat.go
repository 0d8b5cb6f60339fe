package kcp

import (
	"encoding/binary"
	"time"

	kcpcore "github.com/xtaci/kcp-go/v5"
)

// Small segments of the reliable lane ride again in the datagrams that leave anyway, until the peer has acknowledged them:
// where a lost one would wait for a round trip and more, its copy comes with the next snapshot or input.
// See docs/wire.md#frames.
const (
	// repeatMax is the largest segment that is repeated; bulk waits for KCP's own repetition.
	repeatMax = 256
	// repeatRoom bounds the copies in one datagram.
	repeatRoom = 384
	// repeatCopies is how often a segment rides again.
	repeatCopies = 6
	// repeatEvery keeps copies out of the datagrams of the same moment, which are lost together. The first two ride as soon
	// as they can; from the third on each waits twice as long as the one before, because few are needed.
	repeatEvery = 6 * time.Millisecond
	// repeatKept bounds the segments remembered.
	repeatKept = 32
	// ackHold is how long KCP's acknowledgements wait for a datagram to ride on: longer than a tick at 30 Hz.
	ackHold = 40 * time.Millisecond
)

// Offsets in a KCP segment.
const (
	segCmd = 4
	segTS  = 8
	segSN  = 12
	segUNA = 16
	segLen = 20
)

// repeats are the small segments sent and not known to have arrived, in the order in which they were first sent.
type repeats struct {
	kept []repeat
	free [][]byte
}

type repeat struct {
	sn     uint32
	data   []byte
	first  time.Time // when the core sent it last: its timestamp is of then
	last   time.Time
	copies int
}

// wait is how long the next copy stays behind the last.
func (k *repeat) wait() time.Duration { return repeatEvery << max(0, k.copies-1) }

// sent takes note of the segments that the core sends. It reports whether one of them carries data.
func (r *repeats) sent(now time.Time, segments []byte) (data bool) {
	for b := segments; len(b) >= kcpcore.IKCP_OVERHEAD; {
		size := kcpcore.IKCP_OVERHEAD + int(binary.LittleEndian.Uint32(b[segLen:]))
		if size > len(b) {
			return data
		}
		if b[segCmd] == kcpcore.IKCP_CMD_PUSH {
			data = true
			if size <= repeatMax {
				r.keep(now, b[:size])
			}
		}
		b = b[size:]
	}
	return data
}

func (r *repeats) keep(now time.Time, segment []byte) {
	sn := binary.LittleEndian.Uint32(segment[segSN:])
	for i := range r.kept {
		if k := &r.kept[i]; k.sn == sn { // the core repeats it
			k.data = append(k.data[:0], segment...)
			k.first, k.last = now, now
			return
		}
	}
	if len(r.kept) == repeatKept {
		return
	}
	var buf []byte
	if n := len(r.free); n > 0 {
		buf, r.free = r.free[n-1], r.free[:n-1]
	}
	r.kept = append(r.kept, repeat{sn: sn, data: append(buf, segment...), first: now, last: now})
}

// heard takes the acknowledgements in segments that came from the peer, which are well-formed.
func (r *repeats) heard(segments []byte) {
	for b := segments; len(r.kept) > 0 && len(b) > 0; {
		una := binary.LittleEndian.Uint32(b[segUNA:])
		acked, one := binary.LittleEndian.Uint32(b[segSN:]), b[segCmd] == kcpcore.IKCP_CMD_ACK
		r.drop(func(k *repeat) bool { return int32(k.sn-una) < 0 || one && k.sn == acked })
		b = b[kcpcore.IKCP_OVERHEAD+int(binary.LittleEndian.Uint32(b[segLen:])):]
	}
}

func (r *repeats) drop(arrived func(*repeat) bool) {
	n := 0
	for i := range r.kept {
		k := &r.kept[i]
		if arrived(k) {
			r.free = append(r.free, k.data[:0])
			continue
		}
		r.kept[n] = *k
		n++
	}
	r.kept = r.kept[:n]
}

// appendTo adds to b the copies that should ride in a datagram which leaves now, at most room bytes, as one frame.
func (r *repeats) appendTo(now time.Time, b []byte, room int) []byte {
	room = min(room, repeatRoom)
	header := len(b)
	for i := range r.kept {
		k := &r.kept[i]
		if k.copies == repeatCopies || now.Sub(k.last) < k.wait() || len(k.data) > room {
			continue
		}
		if len(b) == header {
			b = append(b, frameReliable, 0, 0)
		}
		at := len(b)
		b = append(b, k.data...)
		// The timestamp is echoed to measure the round trip: a copy's is its own.
		ts := binary.LittleEndian.Uint32(k.data[segTS:]) + uint32(now.Sub(k.first)/time.Millisecond)
		binary.LittleEndian.PutUint32(b[at+segTS:], ts)
		room -= len(k.data)
		k.last = now
		k.copies++
	}
	if len(b) > header {
		binary.LittleEndian.PutUint16(b[header+1:], uint16(len(b)-header-dataFrameSize))
	}
	return b
}
