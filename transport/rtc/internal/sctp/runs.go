package sctp

import "slices"

// part is bytes of a run, in a buffer of the pool.
type part struct {
	data []byte
	next *part
}

// run is what has come of one message without a gap: one chunk or more.
type run struct {
	first, last uint32 // TSNs
	ppid        uint32 // of the first chunk
	stream, ssn uint16
	flags       byte // begin: the message begins with it; end: it ends with it; unordered
	chunks      int
	size        int
	head        part
	tail        *part
}

func (r *run) begins() bool    { return r.flags&flagBegin != 0 }
func (r *run) ends() bool      { return r.flags&flagEnd != 0 }
func (r *run) complete() bool  { return r.flags&flagWhole == flagWhole }
func (r *run) unordered() bool { return r.flags&flagUnordered != 0 }

// turn is the place of an ordered message: its stream and its number there.
type turn struct{ stream, ssn uint16 }

func (r *run) turn() turn { return turn{r.stream, r.ssn} }

// meets tells whether next goes on where r stops.
func (r *run) meets(next *run) bool {
	return next.first == r.last+1 && !r.ends() && !next.begins() && next.stream == r.stream &&
		(next.flags^r.flags)&flagUnordered == 0 && (next.ssn == r.ssn || r.unordered())
}

// runs are those that wait, by TSN. Every operation finds its place by halving; to make room there moves at most a few kilobytes
// of pointers, since maxHeld and maxFragments bound how many there are.
type runs []*run

// after returns the place of the first run that begins beyond tsn.
func (l runs) after(tsn uint32) int {
	lo, hi := 0, len(l)
	if hi > 0 && before(l[hi-1].first, tsn) {
		return hi // most come in order
	}
	for lo < hi {
		if mid := (lo + hi) / 2; before(tsn, l[mid].first) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// remove drops the runs from lo to before hi, and lets go of a large list that has become empty.
func (l *runs) remove(lo, hi int) {
	*l = slices.Delete(*l, lo, hi)
	if len(*l) == 0 && cap(*l) > listKept {
		*l = nil
	}
}
