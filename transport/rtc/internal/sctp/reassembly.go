package sctp

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

// piece is a chunk that waits: for the rest of its message, or for its message's turn.
type piece struct {
	tsn         uint32
	ppid        uint32
	stream, ssn uint16
	flags       byte
	payload     []byte
}

// follows tells whether p continues the message that prev is part of.
func (p *piece) follows(prev *piece) bool {
	return p.tsn == prev.tsn+1 && prev.flags&flagEnd == 0 && p.flags&flagBegin == 0 && p.stream == prev.stream &&
		(p.flags^prev.flags)&flagUnordered == 0 && (p.ssn == prev.ssn || p.flags&flagUnordered != 0)
}

// assembly puts messages together and in order.
type assembly struct {
	maxMessage int
	pool       pool
	streams    streams
	held       []piece // by TSN
	heldBytes  int
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

// hold keeps a copy of d until its turn. Its message, or what waited for it, may be complete now.
func (a *assembly) hold(d *data, s *stream) bool {
	i := len(a.held)
	for i > 0 && before(d.tsn, a.held[i-1].tsn) {
		i--
	}
	a.held = append(a.held, piece{})
	copy(a.held[i+1:], a.held[i:])
	a.held[i] = piece{d.tsn, d.ppid, d.stream, d.ssn, d.flags, a.pool.copy(d.payload)}
	a.heldBytes += len(d.payload)
	lo := i
	for lo > 0 && a.held[lo].follows(&a.held[lo-1]) {
		lo--
	}
	hi, size, complete := a.run(lo)
	if size > a.maxMessage {
		return false
	}
	switch {
	case !complete:
	case d.unordered():
		a.deliver(lo, hi, size)
	case d.ssn == s.next:
		a.collect(s)
	}
	return true
}

// run finds where the message that begins at held[lo] ends, or how far it goes without a gap.
func (a *assembly) run(lo int) (hi, size int, complete bool) {
	size = len(a.held[lo].payload)
	hi = lo + 1
	for hi < len(a.held) && a.held[hi].follows(&a.held[hi-1]) {
		size += len(a.held[hi].payload)
		hi++
	}
	return hi, size, a.held[lo].flags&flagBegin != 0 && a.held[hi-1].flags&flagEnd != 0
}

// collect hands out the messages of s whose turn has come.
func (a *assembly) collect(s *stream) {
	for i := 0; i < len(a.held); {
		p := &a.held[i]
		if p.stream != s.id || p.flags&flagUnordered != 0 || before16(p.ssn, s.next) {
			i++
			continue
		}
		hi, size, complete := a.run(i)
		if p.ssn != s.next || !complete {
			return
		}
		s.next++
		a.deliver(i, hi, size)
	}
}

// settle lets go of what cum has passed: there, nothing is missing any more. All that may go on waiting is the message
// that ends at cum, which the next chunk may continue.
func (a *assembly) settle(cum uint32) {
	for len(a.held) > 0 && !before(cum, a.held[0].tsn) {
		hi, size, complete := a.run(0)
		p := &a.held[0]
		switch {
		case complete && p.flags&flagUnordered == 0 && a.inTurn(p):
			a.deliver(0, hi, size)
		case complete && p.flags&flagUnordered != 0:
			a.deliver(0, hi, size)
		case p.flags&flagBegin != 0 && !complete && a.held[hi-1].tsn == cum:
			return
		default:
			a.drop(0, hi)
		}
	}
}

// inTurn moves the order of p's stream on to p, whose TSN says that nothing before it will come. It reports false where
// the order is past p.
func (a *assembly) inTurn(p *piece) bool {
	s := a.streams.get(p.stream)
	if s == nil || before16(p.ssn, s.next) {
		return false
	}
	s.next = p.ssn + 1
	return true
}

// deliver hands out the message in held[lo:hi].
func (a *assembly) deliver(lo, hi, size int) {
	first := &a.held[lo]
	m := Message{Stream: first.stream, PPID: first.ppid}
	if hi == lo+1 {
		m.Data = first.payload
		a.spent = append(a.spent, first.payload)
		first.payload = nil
		a.heldBytes -= size
	} else {
		m.Data = make([]byte, 0, size)
		for i := lo; i < hi; i++ {
			m.Data = append(m.Data, a.held[i].payload...)
		}
	}
	a.messages = append(a.messages, m)
	a.drop(lo, hi)
}

// drop forgets held[lo:hi].
func (a *assembly) drop(lo, hi int) {
	for i := lo; i < hi; i++ {
		a.heldBytes -= len(a.held[i].payload)
		a.pool.put(a.held[i].payload)
	}
	n := copy(a.held[lo:], a.held[hi:])
	clear(a.held[lo+n:])
	a.held = a.held[:lo+n]
	if len(a.held) == 0 && cap(a.held) > listKept {
		a.held = nil
	}
}
