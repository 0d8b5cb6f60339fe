package sctp

import "time"

// Small reliable chunks ride again, with the TSN that they have, in the packets that leave anyway until the peer has
// acknowledged them: where a lost one would wait for a round trip and more, its copy comes with the next snapshot. To the
// peer they are duplicates, which every receiver must expect. They are not counted as under way.
const (
	// repeatMax is the largest payload that is repeated; bulk waits for the reports of gaps.
	repeatMax = 256
	// repeatRoom bounds the copies in one packet.
	repeatRoom = 384
	// repeatCopies is how often a chunk rides again.
	repeatCopies = 6
	// repeatEvery keeps copies out of the packets of the same moment, which are lost together. The first two ride as soon
	// as they can; from the third on each waits twice as long as the one before, because few are needed.
	repeatEvery = 6 * time.Millisecond
	// repeatScan bounds how many records are looked at for copies: a peer that acknowledges nothing has us keep many.
	repeatScan = 128
)

// appendRepeats appends the copies that should ride in a packet which leaves now, at most room bytes.
func (o *outbound) appendRepeats(now time.Time, b []byte, room int) []byte {
	room = min(room, repeatRoom)
	left := o.small
	for i := 0; i < min(o.out.len(), repeatScan) && left > 0 && room > dataHeader; i++ {
		r := o.out.at(i)
		if !r.repeatable() {
			continue
		}
		left--
		size := dataHeader + padded(int(r.size))
		if r.fate != flying || r.copies == repeatCopies || size > room || now.Sub(r.sent) < repeatEvery<<max(0, int(r.copies)-1) {
			continue
		}
		b = appendData(b, r.chunk(r.payload))
		room -= size
		r.copies++
		r.sent = now
		o.stats.Copies++
	}
	return b
}
