package sctp

import (
	"encoding/binary"
	"fmt"
)

// Parameters of RE-CONFIG (RFC 6525 section 4).
const (
	paramResetOutgoing = 13
	paramResetIncoming = 14
	paramResetAll      = 15
	paramResetResponse = 16
	paramAddOutgoing   = 17
	paramAddIncoming   = 18
)

// Results of a request.
const (
	resetPerformed  = 1
	resetDenied     = 2
	resetBadNumber  = 5
	resetInProgress = 6
)

// resets are the peer's requests to begin streams anew, which is how data channels are closed (RFC 8831 section 6.7).
type resets struct {
	next    uint32 // the number of the request that comes next
	result  uint32 // of the last
	streams []uint16
}

// ResetStreams returns the streams that the peer reset in the last Receive: it closed these data channels. Of a
// request for all streams, these are all that it has sent on in order.
func (a *Association) ResetStreams() []uint16 { return a.resets.streams }

// reconfig takes a RE-CONFIG chunk and answers each request in it.
func (a *Association) reconfig(b []byte) error {
	for len(b) > 0 {
		kind, value, rest, ok := nextParam(b)
		if !ok {
			return fmt.Errorf("%w: a RE-CONFIG with a broken parameter", ErrProtocol)
		}
		b = rest
		switch kind {
		case paramResetOutgoing:
			if len(value) < 12 {
				return fmt.Errorf("%w: a stream reset of %d bytes", ErrProtocol, len(value))
			}
			number := binary.BigEndian.Uint32(value)
			a.respond(number, a.reset(number, binary.BigEndian.Uint32(value[8:]), value[12:]))
		case paramResetIncoming, paramResetAll, paramAddOutgoing, paramAddIncoming:
			if len(value) < 4 {
				return fmt.Errorf("%w: a RE-CONFIG request of %d bytes", ErrProtocol, len(value))
			}
			number := binary.BigEndian.Uint32(value)
			if number == a.resets.next {
				a.resets.next, a.resets.result = number+1, resetDenied
			}
			a.respond(number, resetDenied)
		}
	}
	return nil
}

// reset performs a request, and returns its result. One that was performed before has the same result again; one for
// which data is missing is looked at again, under its old number or, as some peers do it, the next.
func (a *Association) reset(number, last uint32, list []byte) uint32 {
	r := &a.resets
	again := number == r.next-1
	switch {
	case again && r.result != 0 && r.result != resetInProgress:
		return r.result
	case again && r.result == resetInProgress, number == r.next:
	default:
		return resetBadNumber
	}
	r.next = number + 1
	r.result = resetPerformed
	if before(a.in.cum, last) {
		r.result = resetInProgress
		return r.result
	}
	if len(list) < 2 {
		a.in.work += len(a.in.streams) / workStreams
		for i := range a.in.streams {
			a.restart(&a.in.streams[i])
		}
	}
	list = list[:min(len(list), 2*maxStreams)]
	a.in.work += len(list) / 2 / workStreams
	for ; len(list) >= 2; list = list[2:] {
		if s := a.in.streams.get(binary.BigEndian.Uint16(list)); s != nil {
			a.restart(s)
		}
	}
	return r.result
}

func (a *Association) restart(s *stream) {
	s.next = 0
	if len(a.resets.streams) < maxStreams {
		a.resets.streams = append(a.resets.streams, s.id)
	}
}

// respond answers a request.
func (a *Association) respond(number, result uint32) {
	var p [12]byte
	binary.BigEndian.PutUint16(p[:], paramResetResponse)
	binary.BigEndian.PutUint16(p[2:], uint16(len(p)))
	binary.BigEndian.PutUint32(p[4:], number)
	binary.BigEndian.PutUint32(p[8:], result)
	a.answer(chunkReconfig, 0, p[:])
}
