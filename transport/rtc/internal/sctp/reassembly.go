package sctp

import "slices"

const (
	// maxHeld bounds the chunks held because something before them is missing.
	maxHeld = 512
	// maxFragments bounds the chunks of one message, beyond what maxHeld allows.
	maxFragments = 512
)

// Message is one message of the peer.
type Message struct {
	Stream uint16
	PPID   uint32
	Data   []byte
}

// assembly puts messages together and in order. A chunk costs the same however many others wait, but for finding its place among
// them: who sends crumbs of messages without an end, or turns their order round, gets no more for it.
type assembly struct {
	maxMessage int
	pool       pool
	streams    streams
	held       runs          // chunks that wait: for the rest of their message, or for its turn
	ready      map[turn]*run // of these, the ordered messages that are complete
	heldChunks int
	heldBytes  int
	spare      *run      // for the next chunk
	messages   []Message // for the caller of Receive
	spent      [][]byte  // buffers of the pool that messages lie in
}

// begin takes back what the last call of Receive handed out.
func (a *assembly) begin() {
	for _, b := range a.spent {
		a.pool.put(b)
	}
	a.messages, a.spent = emptied(a.messages), emptied(a.spent)
}

// listKept is the largest list that is kept for the next packet.
const listKept = 32

// emptied returns list without what was in it.
func emptied[T any](list []T) []T {
	clear(list)
	if cap(list) > listKept {
		return nil
	}
	return list[:0]
}

// hold keeps a copy of d until its turn. Its message, or what waited for it, may be complete now. It reports false for a
// message that is too long.
func (a *assembly) hold(d *data, s *stream) bool {
	r := a.single(d)
	i := a.held.after(d.tsn)
	if i > 0 && a.held[i-1].meets(r) {
		i--
		r = a.join(a.held[i], r)
	} else {
		a.held = slices.Insert(a.held, i, r)
	}
	if i+1 < len(a.held) && r.meets(a.held[i+1]) {
		a.join(r, a.held[i+1])
		a.held.remove(i+1, i+2)
	}
	switch {
	case r.size > a.maxMessage:
		return false
	case !r.complete():
	case r.unordered():
		a.held.remove(i, i+1)
		a.deliver(r)
	case a.ready[r.turn()] == nil:
		if a.ready == nil {
			a.ready = make(map[turn]*run)
		}
		a.ready[r.turn()] = r
		a.collect(s)
	}
	return true
}

// single makes a run of one chunk.
func (a *assembly) single(d *data) *run {
	r := a.spare
	if a.spare = nil; r == nil {
		r = new(run)
	}
	*r = run{
		first: d.tsn, last: d.tsn, ppid: d.ppid, stream: d.stream, ssn: d.ssn, flags: d.flags & (flagWhole | flagUnordered),
		chunks: 1, size: len(d.payload), head: part{data: a.pool.copy(d.payload)},
	}
	r.tail = &r.head
	a.heldChunks++
	a.heldBytes += len(d.payload)
	return r
}

// join appends next to r, which it meets, and returns r.
func (a *assembly) join(r, next *run) *run {
	r.last, r.chunks, r.size = next.last, r.chunks+next.chunks, r.size+next.size
	r.flags |= next.flags & flagEnd
	if next.tail != &next.head || len(next.head.data) > cap(r.tail.data)-len(r.tail.data) {
		r.tail.next, r.tail = &next.head, next.tail
		return r
	}
	r.tail.data = append(r.tail.data, next.head.data...) // crumbs share a buffer
	a.pool.put(next.head.data)
	*next = run{}
	a.spare = next
	return r
}

// collect hands out the messages of s whose turn has come.
func (a *assembly) collect(s *stream) {
	for len(a.ready) > 0 {
		r := a.ready[turn{s.id, s.next}]
		if r == nil {
			return
		}
		s.next++
		at := a.held.after(r.first)
		a.held.remove(at-1, at)
		a.deliver(r)
	}
}

// settle lets go of what cum has passed: there, nothing is missing any more. All that may go on waiting is the message
// that ends at cum, which the next chunk may continue.
func (a *assembly) settle(cum uint32) {
	n := 0
	for n < len(a.held) && !before(cum, a.held[n].first) {
		r := a.held[n]
		if !r.ends() && r.begins() && r.last == cum {
			break
		}
		n++
		if r.complete() && (r.unordered() || a.inTurn(r)) {
			a.deliver(r)
		} else {
			a.forget(r)
		}
	}
	if n > 0 {
		a.held.remove(0, n)
	}
}

// inTurn moves the order of r's stream on to r, whose TSN says that nothing before it will come. It reports false where
// the order is past r.
func (a *assembly) inTurn(r *run) bool {
	s := a.streams.get(r.stream)
	if s == nil || before16(r.ssn, s.next) {
		return false
	}
	s.next = r.ssn + 1
	return true
}

// deliver hands out a complete message, which is held no more.
func (a *assembly) deliver(r *run) {
	m := Message{Stream: r.stream, PPID: r.ppid}
	if r.head.next == nil {
		m.Data = r.head.data
		a.spent = append(a.spent, r.head.data)
		r.head.data = nil
	} else {
		m.Data = make([]byte, 0, r.size)
		for p := &r.head; p != nil; p = p.next {
			m.Data = append(m.Data, p.data...)
		}
	}
	a.messages = append(a.messages, m)
	a.forget(r)
}

// forget lets go of a run that is held no more.
func (a *assembly) forget(r *run) {
	if r.complete() && a.ready[r.turn()] == r {
		delete(a.ready, r.turn())
	}
	a.heldChunks -= r.chunks
	a.heldBytes -= r.size
	for p := &r.head; p != nil; p = p.next {
		a.pool.put(p.data)
	}
	if *r = (run{}); a.spare == nil {
		a.spare = r
	}
	if a.heldChunks == 0 {
		a.ready = nil
	}
}
