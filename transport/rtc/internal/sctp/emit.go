package sctp

import (
	"time"

	"github.com/realmwire/realmwire/transport/internal/budget"
)

// errorUserAbort is the cause of our ABORT (RFC 9260 section 3.3.10.12).
const errorUserAbort = 12

// Emit appends the next packet that should leave now. It reports false when there is none. A packet holds, in this
// order: the acknowledgement, FORWARD-TSN, answers, lost chunks, new reliable ones, the latest message, and copies.
func (a *Association) Emit(now time.Time, b []byte) ([]byte, bool) {
	start := len(b)
	h := header{a.local, a.remote, a.peerTag}
	switch {
	case a.opening.due:
		b = a.appendOpening(now, b)
	case a.shake.answer:
		a.work.Spend(budget.Answer)
		b = a.appendInitAck(now, appendHeader(b, h))
	case a.state == closing:
		a.state = over
		b = appendHeader(b, h)
		b = appendChunk(b, chunkAbort, 0, appendParam(nil, errorUserAbort, nil))
	case len(a.control) == 0 && (a.state != established || !a.due(now)):
		return b, false
	default:
		if a.out.nextSize() == 0 { // it only answers
			a.work.Spend(budget.Answer)
		}
		b = a.appendBody(now, appendHeader(b, h), start+a.cfg.MTU)
	}
	seal(b[start:])
	return b, true
}

// due tells whether something must leave now.
func (a *Association) due(now time.Time) bool {
	return a.in.ack && !now.Before(a.in.ackAt) || a.out.forwardExpired(now) || a.out.nextSize() > 0
}

// appendBody fills a packet up to limit.
func (a *Association) appendBody(now time.Time, b []byte, limit int) []byte {
	if a.state != established {
		b = append(b, a.control...)
		a.control = a.control[:0]
		return b
	}
	if room := limit - len(b) - len(a.control); a.ackFits(now, room) {
		b = a.in.appendSack(b, room)
	}
	if a.forwardFits(now, limit-len(b)-len(a.control)) {
		b = a.out.appendForward(now, b)
	}
	b = append(b, a.control...)
	a.control = a.control[:0]
	for {
		size := a.out.nextSize()
		if size == 0 || len(b)+dataHeader+padded(size) > limit {
			break
		}
		b = a.out.appendNext(now, b)
	}
	return a.out.appendRepeats(now, b, limit-len(b))
}

// ackFits tells whether an acknowledgement goes into a packet. One that is not due yet makes way for data that would
// not fit beside it.
func (a *Association) ackFits(now time.Time, room int) bool {
	switch {
	case !a.in.ack || room < sackHeader:
		return false
	case !now.Before(a.in.ackAt):
		return true
	}
	return a.in.sackSize()+dataHeader+padded(a.out.nextSize()) <= room
}

// forwardFits tells the same of a FORWARD-TSN.
func (a *Association) forwardFits(now time.Time, room int) bool {
	switch {
	case !a.out.forwardReady(now) || room < forwardSize:
		return false
	case a.out.forwardExpired(now):
		return true
	}
	return forwardSize+dataHeader+padded(a.out.nextSize()) <= room
}
