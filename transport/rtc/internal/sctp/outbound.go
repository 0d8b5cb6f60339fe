package sctp

import "time"

const (
	// maxOutstanding bounds the chunks sent and not acknowledged.
	maxOutstanding = 512
	// maxQueued bounds the reliable chunks that wait to be sent for the first time.
	maxQueued = 2048
	// fragmentSpare is what a fragment of a reliable message leaves of a packet, so that an acknowledgement fits beside it.
	fragmentSpare = 36
	// missingMax is how many reports of a gap mean that a chunk is lost (RFC 9260 section 7.2.4).
	missingMax = 3
	// timingEvery is how often a chunk of the latest lane asks for an acknowledgement at once, to measure the round trip.
	timingEvery = 500 * time.Millisecond
	// lossGain is the weight of one chunk in the moving share of loss.
	lossGain = 1.0 / 64
)

// fate is what is known of a chunk that was sent.
type fate uint8

const (
	flying    fate = iota
	unsent         // reliable: it has a TSN, because the fragments of a message need TSNs in a row, but has not left
	lost           // reliable: to be sent again
	arrived        // a gap report says so; the peer may yet take it back
	abandoned      // latest: not sent again; the peer is told by FORWARD-TSN
)

// record is a chunk sent, or reliable and about to be.
type record struct {
	sent        time.Time // when it left last, its copies included
	payload     []byte    // reliable only
	tsn         uint32
	ppid        uint32
	stream, ssn uint16
	size        uint16
	fragments   uint16 // of the message that begins here
	flags       byte
	fate        fate
	latest      bool
	timed       bool // it asked to be acknowledged at once
	missing     uint8
	sends       uint8
	copies      uint8
}

// once tells whether it is known which of its copies an acknowledgement answers (Karn): there is one.
func (r *record) once() bool { return r.sends == 1 && r.copies == 0 }

// pending is the latest message that waits for room.
type pending struct {
	set     bool
	stream  uint16
	ppid    uint32
	payload []byte
}

// outbound is the sending side.
type outbound struct {
	congestion congestion
	rtt        rtt
	mtu        int
	pool       pool
	streams    streams
	queue      deque[record] // reliable, not sent yet
	out        deque[record] // sent, by TSN, without a gap
	latest     pending
	next       uint32 // the TSN that the next new chunk gets
	cum        uint32 // the peer has all up to here
	forward    uint32 // or need not wait for what is missing, up to here
	forwardDue bool   // the peer has not been told of forward
	forwardAt  time.Time
	peerWindow int
	flight     int       // bytes under way
	waiting    int       // records that are unsent or lost
	waitFrom   uint32    // where the first of them may be
	arrivedTo  uint32    // no gap report named one beyond
	takenBack  time.Time // when the last report was that named less
	doubt      time.Time // when one came that soon after did too, and was not heeded; zero if none did
	work       int       // that the packet under way made, see Association.charge
	alarm      alarm
	small      int // records that may ride again, see repeats.go
	backlog    int
	backlogMax int
	timedAt    time.Time
	loss       float64
	stats      Stats
}

// room tells whether a chunk may leave. reserve is the part of the window that it must leave free. With nothing under
// way one chunk always may: it asks a peer whose window is shut whether it is open again.
func (o *outbound) room(size, reserve int) bool {
	return o.flight == 0 || o.flight+size <= o.congestion.window-reserve && o.flight+size <= o.peerWindow
}

// nextSize is the size of the data that leaves next, 0 where none may. Lost chunks go first, then reliable ones, then the
// latest message.
func (o *outbound) nextSize() int {
	if r := o.nextWaiting(); r != nil {
		return int(r.size)
	}
	if o.begins() {
		return int(o.queue.at(0).size)
	}
	if o.latest.set && o.fresh(1, len(o.latest.payload), 0) {
		return len(o.latest.payload)
	}
	return 0
}

// begins tells whether the queue's first message may begin to leave: behind all that has a TSN.
func (o *outbound) begins() bool {
	if o.queue.len() == 0 || o.waiting > 0 {
		return false
	}
	r := o.queue.at(0)
	return o.fresh(int(r.fragments), int(r.size), latestReserve)
}

// fresh tells whether a new message of so many chunks may leave, the first of which has a size.
func (o *outbound) fresh(chunks, size, reserve int) bool {
	return o.out.len()+chunks <= maxOutstanding && o.next-o.cum < maxAhead/2 && o.room(size, reserve)
}

// nextWaiting is the first chunk that has a TSN and is to leave, nil where none may.
func (o *outbound) nextWaiting() *record {
	if o.waiting == 0 {
		return nil
	}
	first := o.out.at(0).tsn
	for i := max(0, int(int32(o.waitFrom-first))); i < o.out.len(); i++ {
		r := o.out.at(i)
		if r.fate != lost && r.fate != unsent {
			continue
		}
		o.waitFrom = r.tsn
		if r.fate == lost && o.room(int(r.size), 0) || r.fate == unsent && o.room(int(r.size), latestReserve) {
			return r
		}
		break
	}
	return nil
}

// wait notes that r is to leave.
func (o *outbound) wait(r *record, f fate) {
	if r.fate = f; o.waiting == 0 || before(r.tsn, o.waitFrom) {
		o.waitFrom = r.tsn
	}
	o.waiting++
}

// appendNext appends the chunk that nextSize speaks of.
func (o *outbound) appendNext(now time.Time, b []byte) []byte {
	r := o.nextWaiting()
	if r == nil && o.begins() {
		o.launchMessage()
		r = o.nextWaiting()
	}
	if r == nil {
		return o.appendLatest(now, b)
	}
	o.waiting--
	if r.fate == lost {
		o.stats.Resent++
	}
	if r.fate == lost || o.waiting == 0 && o.queue.len() == 0 {
		r.flags |= flagImmediate // there may be nothing behind it that makes the peer acknowledge (RFC 7053)
		r.timed = true
	}
	r.fate, r.sent, r.missing = flying, now, 0
	r.sends = min(r.sends+1, 200)
	o.flight += int(r.size)
	o.alarm.by(o.deadline(r))
	return appendData(b, r.chunk(r.payload))
}

// launchMessage gives all chunks of the queue's first message their TSNs. Latest messages can leave before the last of
// them has: to the peer that is a packet which overtook others.
func (o *outbound) launchMessage() {
	for range o.queue.at(0).fragments {
		r := o.launch(*o.queue.at(0))
		o.wait(r, unsent)
		if r.repeatable() {
			o.small++
		}
		o.queue.pop()
	}
}

func (o *outbound) appendLatest(now time.Time, b []byte) []byte {
	m := &o.latest
	m.set = false
	r := o.launch(record{
		ppid: m.ppid, stream: m.stream, size: uint16(len(m.payload)), flags: flagWhole | flagUnordered,
		latest: true, sent: now, sends: 1,
	})
	if now.Sub(o.timedAt) >= timingEvery {
		o.timedAt = now
		r.flags |= flagImmediate
		r.timed = true
	}
	o.flight += int(r.size)
	o.alarm.by(o.deadline(r))
	return appendData(b, r.chunk(m.payload))
}

// launch gives a new chunk its TSN.
func (o *outbound) launch(r record) *record {
	r.tsn = o.next
	o.next++
	return o.out.push(r)
}

func (r *record) chunk(payload []byte) *data {
	return &data{tsn: r.tsn, ppid: r.ppid, stream: r.stream, ssn: r.ssn, flags: r.flags, payload: payload}
}

// repeatable tells whether r counts in small.
func (r *record) repeatable() bool {
	return !r.latest && r.size <= repeatMax && r.fate != arrived
}

// land notes that r arrived.
func (o *outbound) land(now time.Time, r *record) {
	if r.repeatable() {
		o.small--
	}
	switch r.fate {
	case flying:
		o.flight -= int(r.size)
		if r.once() {
			o.observe(0)
			if r.timed {
				o.rtt.sample(now.Sub(r.sent))
			}
		}
	case unsent, lost:
		o.waiting--
	}
	r.fate = arrived
}

// lose takes r for lost.
func (o *outbound) lose(r *record) {
	o.flight -= int(r.size)
	if r.once() {
		o.observe(1)
	}
	if r.latest {
		r.fate = abandoned
		o.stats.Abandoned++
		return
	}
	o.wait(r, lost)
}

// observe takes one chunk's fate into the moving share of loss.
func (o *outbound) observe(x float64) { o.loss += (x - o.loss) * lossGain }

// release drops the first record, which is settled.
func (o *outbound) release() {
	r := o.out.at(0)
	if !r.latest {
		o.backlog -= int(r.size)
		o.pool.put(r.payload)
	}
	o.out.pop()
}

// deadline is when r, which flies, counts as lost. What did not ask to be acknowledged at once may wait at the peer.
func (o *outbound) deadline(r *record) time.Time {
	wait := o.rtt.rto()
	if !r.timed {
		wait += ackDelay
	}
	return r.sent.Add(wait)
}

// advance takes as lost what was not acknowledged in time.
func (o *outbound) advance(now time.Time) {
	o.doubted(now)
	if o.alarm.known && (o.alarm.at.IsZero() || now.Before(o.alarm.at)) {
		return
	}
	o.alarm.known = false
	expired := false
	for i := range o.out.len() {
		r := o.out.at(i)
		if r.fate != flying || now.Before(o.deadline(r)) {
			continue
		}
		o.lose(r)
		expired = true
	}
	if expired {
		o.congestion.expired(o.next - 1)
		o.rtt.expired()
		o.abandon(now)
	}
}

// alarm is the earliest deadline of what flies, or sooner; known says that it has been looked up since deadlines may have moved
// nearer. An early alarm costs one look at all that flies; an acknowledgement that says nothing new costs none.
type alarm struct {
	at    time.Time // zero if there is none
	known bool
}

// by notes a deadline.
func (a *alarm) by(at time.Time) {
	if a.known {
		a.at = earlier(a.at, at)
	}
}

// wake is when something falls due; zero if nothing does.
func (o *outbound) wake() time.Time {
	if !o.alarm.known {
		o.alarm = alarm{known: true}
		for i := range o.out.len() {
			if r := o.out.at(i); r.fate == flying {
				o.alarm.by(o.deadline(r))
			}
		}
	}
	at := o.alarm.at
	if o.forward != o.cum {
		at = earlier(at, o.forwardAt)
	}
	if !o.doubt.IsZero() {
		at = earlier(at, o.takenBack.Add(renegeEvery))
	}
	return at
}

// earlier returns the earlier of two times, of which zero means never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
