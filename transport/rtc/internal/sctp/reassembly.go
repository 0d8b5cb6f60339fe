package sctp

import "slices"

const (
	// maxHeld bounds the chunks held because something before them is missing.
	maxHeld = 512
	// maxFragments bounds the chunks of one message, beyond what maxHeld allows.
	maxFragments = 512
	// crumb is the largest chunk whose buffer has no room for another. Larger ones have one of the pool.
	crumb = 32
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
	held       runs // what waits for the rest of its message, or for its message's turn
	heldChunks int
	heldBytes  int
	work       int       // that the packet under way made, see charge
	messages   []Message // for the caller of Receive
	spent      [][]byte  // buffers of the pool that messages lie in
}

// begin takes back what the last call of Receive handed out.
func (a *assembly) begin() {
	for _, b := range a.spent {
		a.pool.put(b)
	}
	a.messages, a.spent = emptied(a.messages), emptied(a.spent)
	a.held.rest()
}

// listKept is the largest list that is kept for the next packet: as many messages as one may hold.
const listKept = 64

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
	h := &a.held
	at := a.single(d)
	i := h.after(d.tsn)
	if i > 0 && h.at(i-1).meets(&h.slots[at]) {
		i--
		a.join(h.order[i], at)
		at = h.order[i]
	} else {
		h.order = slices.Insert(h.order, i, at)
	}
	if i+1 < len(h.order) && h.slots[at].meets(h.at(i+1)) {
		a.join(at, h.order[i+1])
		h.order = slices.Delete(h.order, i+1, i+2)
	}
	r := &h.slots[at]
	switch {
	case r.size > a.maxMessage:
		return false
	case !r.complete():
	case r.unordered():
		h.order = slices.Delete(h.order, i, i+1)
		a.deliver(at)
	default:
		if place, found := h.turnAt(turnOf(r.stream, r.ssn)); !found {
			h.ready = slices.Insert(h.ready, place, at)
			a.collect(s)
		}
	}
	return true
}

// single makes a run of one chunk.
func (a *assembly) single(d *data) slot {
	r := run{
		first: d.tsn, last: d.tsn, ppid: d.ppid, stream: d.stream, ssn: d.ssn, flags: d.flags & (flagWhole | flagUnordered),
		chunks: 1, size: len(d.payload), next: noSlot,
	}
	if len(d.payload) <= crumb {
		r.data = append([]byte(nil), d.payload...)
	} else {
		r.data = a.pool.copy(d.payload)
	}
	a.work += workHeld
	a.heldChunks++
	a.heldBytes += len(d.payload)
	at := a.held.put(r)
	a.held.slots[at].tail = at
	return at
}

// join appends the run in slot next to the one in slot at, which it meets.
func (a *assembly) join(at, next slot) {
	h := &a.held
	r, n := &h.slots[at], &h.slots[next]
	r.last, r.chunks, r.size = n.last, r.chunks+n.chunks, r.size+n.size
	r.flags |= n.flags & flagEnd
	tail := &h.slots[r.tail]
	if n.next != noSlot || len(tail.data)+len(n.data) > poolSize {
		tail.next, r.tail = next, n.tail
		return
	}
	tail.data = append(tail.data, n.data...) // crumbs share a buffer
	a.pool.put(n.data)
	h.clear(next)
}

// collect hands out the messages of s whose turn has come.
func (a *assembly) collect(s *stream) {
	h := &a.held
	for len(h.ready) > 0 {
		place, found := h.turnAt(turnOf(s.id, s.next))
		if !found {
			break
		}
		s.next++
		at := h.ready[place]
		i := h.after(h.slots[at].first)
		h.order = slices.Delete(h.order, i-1, i)
		a.deliver(at)
	}
}

// settle lets go of what cum has passed: there, nothing is missing any more. All that may go on waiting is the message
// that ends at cum, which the next chunk may continue.
func (a *assembly) settle(cum uint32) {
	h := &a.held
	n := 0
	for n < len(h.order) && !before(cum, h.at(n).first) {
		r := h.at(n)
		if !r.ends() && r.begins() && r.last == cum {
			break
		}
		if r.complete() && (r.unordered() || a.inTurn(r)) {
			a.deliver(h.order[n])
		} else {
			a.forget(h.order[n])
		}
		n++
	}
	if n > 0 {
		h.order = slices.Delete(h.order, 0, n)
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

// deliver hands out a complete message, which stands in the order no more.
func (a *assembly) deliver(at slot) {
	a.work += workMessage
	r := &a.held.slots[at]
	m := Message{Stream: r.stream, PPID: r.ppid}
	if r.next == noSlot {
		m.Data = r.data
		a.spent = append(a.spent, r.data)
		r.data = nil
	} else {
		m.Data = make([]byte, 0, r.size)
		for part := at; part != noSlot; part = a.held.slots[part].next {
			m.Data = append(m.Data, a.held.slots[part].data...)
		}
	}
	a.messages = append(a.messages, m)
	a.forget(at)
}

// forget lets go of a run that stands in the order no more.
func (a *assembly) forget(at slot) {
	h := &a.held
	r := &h.slots[at]
	if r.complete() && !r.unordered() {
		if place, found := h.turnAt(turnOf(r.stream, r.ssn)); found && h.ready[place] == at {
			h.ready = slices.Delete(h.ready, place, place+1)
		}
	}
	a.heldChunks -= int(r.chunks)
	a.heldBytes -= r.size
	for at != noSlot {
		next := h.slots[at].next
		a.pool.put(h.slots[at].data)
		h.clear(at)
		at = next
	}
}
