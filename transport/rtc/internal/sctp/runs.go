package sctp

// slot is a place in runs.
type slot uint16

const noSlot slot = 0xFFFF

// run is what has come of one message without a gap: one chunk or more. Its bytes are a chain of buffers, of which it has the first;
// the others lie in the slots of runs that were joined to it.
type run struct {
	data        []byte
	next, tail  slot   // of the chain
	first, last uint32 // TSNs
	ppid        uint32 // of the first chunk
	stream, ssn uint16
	chunks      uint16
	flags       byte // begin: the message begins with it; end: it ends with it; unordered
	size        int
}

func (r *run) begins() bool    { return r.flags&flagBegin != 0 }
func (r *run) ends() bool      { return r.flags&flagEnd != 0 }
func (r *run) complete() bool  { return r.flags&flagWhole == flagWhole }
func (r *run) unordered() bool { return r.flags&flagUnordered != 0 }

// meets tells whether next goes on where r stops.
func (r *run) meets(next *run) bool {
	return next.first == r.last+1 && !r.ends() && !next.begins() && next.stream == r.stream &&
		(next.flags^r.flags)&flagUnordered == 0 && (next.ssn == r.ssn || r.unordered())
}

// turn is the place of an ordered message: its stream and its number there.
type turn uint32

func turnOf(stream, ssn uint16) turn { return turn(stream)<<16 | turn(ssn) }

// runs are those that wait. Every search halves; to make room, two kilobytes move at most, without a pointer in them: maxHeld and
// maxFragments bound how many runs there are.
type runs struct {
	slots []run
	free  []slot
	order []slot // by TSN
	ready []slot // of these, the ordered messages that are complete, by turn
	empty int    // packets since the last run has gone
}

// put takes a run into a slot.
func (l *runs) put(r run) slot {
	if n := len(l.free); n > 0 {
		s := l.free[n-1]
		l.free = l.free[:n-1]
		l.slots[s] = r
		return s
	}
	l.slots = append(l.slots, r)
	return slot(len(l.slots) - 1)
}

// clear empties a slot.
func (l *runs) clear(s slot) {
	l.slots[s] = run{}
	l.free = append(l.free, s)
}

// at is the i-th run by TSN.
func (l *runs) at(i int) *run { return &l.slots[l.order[i]] }

// after returns the place of the first run that begins beyond tsn.
func (l *runs) after(tsn uint32) int {
	lo, hi := 0, len(l.order)
	if hi > 0 && before(l.at(hi-1).first, tsn) {
		return hi // most come in order
	}
	for lo < hi {
		if mid := (lo + hi) / 2; before(tsn, l.at(mid).first) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// turnAt returns where in ready the message of a turn stands, or belongs.
func (l *runs) turnAt(t turn) (at int, found bool) {
	lo, hi := 0, len(l.ready)
	for lo < hi {
		mid := (lo + hi) / 2
		r := &l.slots[l.ready[mid]]
		switch m := turnOf(r.stream, r.ssn); {
		case m == t:
			return mid, true
		case m < t:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return lo, false
}

// keptEmpty is for how many packets large lists are kept when nothing waits any more: who comes again soon finds them.
const keptEmpty = 64

// rest lets go of large lists some packets after the last run has gone.
func (l *runs) rest() {
	if len(l.order) > 0 || cap(l.slots) <= listKept {
		l.empty = 0
	} else if l.empty++; l.empty == keptEmpty {
		*l = runs{}
	}
}
