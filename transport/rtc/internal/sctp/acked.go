package sctp

import (
	"encoding/binary"
	"fmt"
	"time"
)

// news is what one acknowledgement tells for the first time.
type news struct {
	bytes   int
	highest uint32    // the newest TSN that a gap report names
	gap     bool      // there is one
	newest  time.Time // when the youngest of the chunks that arrived was sent
}

func (n *news) add(r *record) {
	n.bytes += int(r.size)
	if r.once() && r.sent.After(n.newest) {
		n.newest = r.sent
	}
}

// sack takes the peer's acknowledgement (RFC 9260 section 6.2.1).
func (o *outbound) sack(now time.Time, s sack) error {
	if before(s.cum, o.cum) {
		return nil // overtaken by a later one
	}
	if !before(s.cum, o.next) {
		return fmt.Errorf("%w: it acknowledges what was never sent", ErrProtocol)
	}
	full := o.flight+o.mtu > o.congestion.window-latestReserve
	var n news
	for o.out.len() > 0 && !before(s.cum, o.out.at(0).tsn) {
		if r := o.out.at(0); r.fate != arrived {
			n.add(r)
			o.land(now, r)
		}
		o.release()
	}
	advanced := s.cum != o.cum
	o.cum = s.cum
	if before(o.forward, o.cum) {
		o.forward, o.forwardDue = o.cum, false
	}
	o.gaps(now, s, &n)
	if n.gap {
		o.missing(&n)
	}
	o.peerWindow = int(min(s.window, maxCwnd))
	if advanced || n.bytes > 0 {
		o.rtt.backoff = 0
		o.alarm.known = false
	}
	o.congestion.acked(o.cum, n.bytes, o.mtu, full)
	o.abandon(now)
	return nil
}

// renegeEvery is how often a peer may take back what it had named: it does so when it is short of memory, or two of its reports
// have changed places on their way. One that did it with every packet would have us go over all that is outstanding each time.
const renegeEvery = 100 * time.Millisecond

// gaps takes the reports of what arrived beyond the cumulative TSN. What an earlier report named and this one does not,
// the peer has thrown away again, or an older report was overtaken: a reliable chunk of that kind is under way anew.
func (o *outbound) gaps(now time.Time, s sack, n *news) {
	gaps, end := s.gaps, s.end()
	reneges := now.Sub(o.takenBack) >= renegeEvery
	arrivedTo, looked := s.cum, 0
	for i := range o.out.len() {
		r := o.out.at(i)
		if before(end, r.tsn) && before(o.arrivedTo, r.tsn) {
			break // nothing is known of what is further on, nor has been
		}
		looked++
		offset := r.tsn - s.cum
		for len(gaps) > 0 && uint32(binary.BigEndian.Uint16(gaps[2:])) < offset {
			gaps = gaps[4:]
		}
		named := len(gaps) > 0 && uint32(binary.BigEndian.Uint16(gaps)) <= offset
		switch {
		case named && r.fate != arrived:
			n.add(r)
			n.highest, n.gap = r.tsn, true
			o.land(now, r)
		case !named && r.fate == arrived && !r.latest && reneges:
			o.takeBack(now, r)
		case !named && r.fate == arrived && !r.latest:
			o.doubt = now
		}
		if r.fate == arrived {
			arrivedTo = r.tsn
		}
	}
	o.arrivedTo = arrivedTo
	o.work += (looked + len(s.gaps)/4) / workRecords
	if n.gap {
		o.work += 2 * looked / workRecords // for what is missing, and for the next alarm
	}
}

// takeBack notes that the peer may not have r any more.
func (o *outbound) takeBack(now time.Time, r *record) {
	r.fate, r.sends, r.sent = flying, max(r.sends, 2), now
	o.flight += int(r.size)
	o.takenBack = now
	o.alarm.known = false
	if r.repeatable() {
		o.small++
	}
}

// doubted takes back all that was named, where a report named less but came too soon after another of that kind: the next names
// again what the peer has.
func (o *outbound) doubted(now time.Time) {
	since := o.doubt
	if since.IsZero() || now.Sub(o.takenBack) < renegeEvery {
		return
	}
	o.doubt = time.Time{}
	for i := range o.out.len() {
		if r := o.out.at(i); r.fate == arrived && !r.latest {
			o.takeBack(since, r)
		}
	}
	o.takenBack = now
}

// missing counts a report against what was sent before something that arrived, and has not arrived itself.
func (o *outbound) missing(n *news) {
	losses := false
	for i := range o.out.len() {
		r := o.out.at(i)
		if !before(r.tsn, n.highest) {
			break
		}
		if r.fate != flying || r.sent.After(n.newest) { // a later copy of it may still be under way
			continue
		}
		if r.missing++; r.missing >= missingMax {
			o.lose(r)
			losses = true
		}
	}
	if losses {
		o.congestion.lost(o.next - 1)
	}
}

// forwardHold is how long a FORWARD-TSN waits for a packet to ride on: longer than a tick at 30 Hz.
const forwardHold = 40 * time.Millisecond

// abandon moves the point up to which the peer need not wait (RFC 3758 section 3.5) over the latest messages that it need
// not, or has.
func (o *outbound) abandon(now time.Time) {
	for o.out.len() > 0 {
		r := o.out.at(0)
		if !r.latest || r.fate == flying {
			return
		}
		o.forward = r.tsn
		if r.fate == abandoned && !o.forwardDue {
			o.forwardDue = true
			o.forwardAt = now.Add(forwardHold)
		}
		o.release()
	}
}

// forwardReady tells whether a FORWARD-TSN may ride on a packet that leaves now.
func (o *outbound) forwardReady(now time.Time) bool {
	return o.forward != o.cum && (o.forwardDue || !now.Before(o.forwardAt))
}

// forwardExpired tells whether it is worth a packet of its own.
func (o *outbound) forwardExpired(now time.Time) bool {
	return o.forward != o.cum && !now.Before(o.forwardAt)
}

// appendForward appends the FORWARD-TSN. It is repeated until the peer has followed. Ours names no streams, because the
// latest lane has no order.
func (o *outbound) appendForward(now time.Time, b []byte) []byte {
	o.forwardDue, o.forwardAt = false, now.Add(o.rtt.rto())
	b = append(b, chunkForward, 0, 0, forwardSize)
	return binary.BigEndian.AppendUint32(b, o.forward)
}
