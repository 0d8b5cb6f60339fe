package sctp

import (
	"encoding/binary"
	"fmt"
	"time"
)

const (
	// ackHold is how long an acknowledgement waits for a packet to ride on: longer than a tick at 30 Hz.
	ackHold = 40 * time.Millisecond
	// ackBytes is how much may come before it is acknowledged at once: two full packets, as RFC 9260 section 6.2 asks.
	ackBytes = 2000
	// gapReports is how often a new gap is reported at once. Three reports make a peer send again; one of them may be lost.
	// What else comes before the gap is closed is acknowledged like anything.
	gapReports = 4
	// maxDuplicates bounds the duplicates that one SACK reports.
	maxDuplicates = 16
)

// inbound is the receiving side.
type inbound struct {
	tracker
	assembly
	window  int // the bytes that may wait
	refused uint64

	ack        bool // an acknowledgement is owed
	ackAt      time.Time
	unacked    int // bytes since the last one
	reports    int // of the gaps that are still to be made at once
	duplicates []uint32
}

// owe notes that an acknowledgement is owed at once, or after ackHold.
func (in *inbound) owe(now time.Time, hold time.Duration) {
	if !in.ack || hold == 0 { // what was owed before is due before
		in.ack, in.ackAt = true, now.Add(hold)
	}
}

// data takes a DATA chunk.
func (in *inbound) data(now time.Time, d *data) error {
	in.unacked += len(d.payload)
	if in.has(d.tsn) {
		if len(in.duplicates) < maxDuplicates {
			in.duplicates = append(in.duplicates, d.tsn)
		}
		in.owe(now, 0)
		return nil
	}
	gaps := len(in.spans)
	if err := in.take(d); err != nil {
		return err
	}
	if in.heldChunks > 0 {
		in.settle(in.cum)
	}
	if len(in.spans) > gaps {
		in.reports = gapReports
	}
	if len(in.spans) > 0 && in.reports > 0 || len(in.spans) < gaps || d.flags&flagImmediate != 0 || in.unacked >= ackBytes {
		in.owe(now, 0)
	} else {
		in.owe(now, ackHold)
	}
	return nil
}

// take delivers a chunk that is new, or holds it, or refuses it where a limit says so: then the peer sends it again.
func (in *inbound) take(d *data) error {
	var s *stream
	if !d.unordered() {
		if s = in.streams.get(d.stream); s == nil {
			return fmt.Errorf("%w: more than %d streams", ErrProtocol, maxStreams)
		}
	}
	inTurn := d.whole() && (s == nil || d.ssn == s.next)
	inSequence := d.tsn == in.cum+1
	if d.tsn-in.cum > maxAhead || !inTurn && !inSequence && !in.room(len(d.payload)) {
		in.refused++
		return nil
	}
	if in.heldChunks >= maxHeld+maxFragments {
		return fmt.Errorf("%w: a message in more than %d fragments", ErrProtocol, maxFragments)
	}
	if !in.add(d.tsn) {
		in.refused++
		return nil
	}
	if inTurn && len(d.payload) <= in.maxMessage {
		in.messages = append(in.messages, Message{Stream: d.stream, PPID: d.ppid, Data: d.payload})
		in.work += workMessage
		if s != nil {
			s.next++
			in.collect(s)
		}
		return nil
	}
	if !in.hold(d, s) {
		return fmt.Errorf("%w: a message of more than %d bytes", ErrProtocol, in.maxMessage)
	}
	return nil
}

// room tells whether a chunk that came early may wait.
func (in *inbound) room(size int) bool {
	return in.heldChunks < maxHeld && in.heldBytes+size <= in.window
}

// forward takes a FORWARD-TSN chunk (RFC 3758 section 3.6): the peer will not send again what is missing up to a TSN.
func (in *inbound) forward(now time.Time, body []byte) error {
	if len(body) < 4 {
		return fmt.Errorf("%w: a FORWARD-TSN of %d bytes", ErrProtocol, len(body))
	}
	cum, gaps := binary.BigEndian.Uint32(body), len(in.spans)
	if !before(in.cum, cum) { // our acknowledgement is under way, or was lost
		in.owe(now, ackHold)
		return nil
	}
	in.skip(cum)
	if len(in.spans) < gaps {
		in.owe(now, 0)
	} else { // some peers give up what they send as they send it: their notice is no news
		in.owe(now, ackHold)
	}
	in.settle(in.cum)
	for list := body[4:min(len(body), 4+4*maxStreams)]; len(list) >= 4; list = list[4:] {
		s := in.streams.get(binary.BigEndian.Uint16(list))
		if s == nil {
			return fmt.Errorf("%w: more than %d streams", ErrProtocol, maxStreams)
		}
		if ssn := binary.BigEndian.Uint16(list[2:]); !before16(ssn, s.next) {
			s.next = ssn + 1
		}
		in.collect(s)
	}
	return nil
}

// sackSize is the room that the whole acknowledgement takes.
func (in *inbound) sackSize() int { return sackHeader + 4*(len(in.spans)+len(in.duplicates)) }

// appendSack appends the acknowledgement, at most room bytes, which must do for one without gaps.
func (in *inbound) appendSack(b []byte, room int) []byte {
	spans := in.spans[:min(len(in.spans), (room-sackHeader)/4)]
	duplicates := in.duplicates[:min(len(in.duplicates), (room-sackHeader)/4-len(spans))]
	b = append(b, chunkSack, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(sackHeader+4*(len(spans)+len(duplicates))))
	b = binary.BigEndian.AppendUint32(b, in.cum)
	b = binary.BigEndian.AppendUint32(b, uint32(max(in.window-in.heldBytes, 0)))
	b = binary.BigEndian.AppendUint16(b, uint16(len(spans)))
	b = binary.BigEndian.AppendUint16(b, uint16(len(duplicates)))
	for _, s := range spans {
		b = binary.BigEndian.AppendUint16(b, uint16(s.first-in.cum))
		b = binary.BigEndian.AppendUint16(b, uint16(s.last-in.cum))
	}
	for _, tsn := range duplicates {
		b = binary.BigEndian.AppendUint32(b, tsn)
	}
	in.reports = max(in.reports-1, 0)
	in.ack, in.unacked, in.duplicates = false, 0, in.duplicates[:0]
	return b
}
