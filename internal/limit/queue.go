package limit

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
)

// ErrBusy says that there is no place in a queue for this caller, or none any more.
var ErrBusy = errors.New("limit: too many wait")

// Queue lets few at a time do what is dear, and shares their turns among those who wait: in turn among allotments (/16 of IPv4, /32 of
// IPv6), inside of one among its /24 or /48, and then among addresses. Of those who are known to be at home here it has another queue, and
// the two take turns. Where a queue is full, a newcomer takes the place of the last who came from where most wait; if nobody has
// more waiting than the newcomer, it is the newcomer who is refused. Safe for concurrent use.
type Queue struct {
	places int

	mu    sync.Mutex
	free  int     // guarded by mu
	lanes [2]lane // guarded by mu; strangers, and who is known
	last  int     // guarded by mu; the lane that had its turn last
}

// lane is one of a Queue's queues.
type lane struct {
	waiting []*waiter // in the order in which they came
	turns   map[node]uint64
}

// waiter gets one value: nil is the turn.
type waiter struct {
	chain chain
	turn  chan error
}

// node is a prefix on one level of the shares.
type node struct {
	level  int
	prefix netip.Prefix
}

// NewQueue returns a queue that lets slots in at a time; places more may wait, and as many again of those who are known.
func NewQueue(slots, places int) *Queue {
	return &Queue{places: places, free: slots, lanes: [2]lane{{turns: map[node]uint64{}}, {turns: map[node]uint64{}}}}
}

// Enter waits for a turn; leave ends it. It returns ErrBusy, or the context's error.
func (q *Queue) Enter(ctx context.Context, a netip.Addr, known bool) (leave func(), err error) {
	at := 0
	if known {
		at = 1
	}
	q.mu.Lock()
	if q.free > 0 { // then nobody waits
		q.free--
		q.mu.Unlock()
		return q.leave, nil
	}
	lane := &q.lanes[at]
	w := &waiter{chain: chainOf(a), turn: make(chan error, 1)}
	if len(lane.waiting) >= q.places {
		victim := lane.last()
		if !lane.fairer(w, victim) {
			q.mu.Unlock()
			return nil, ErrBusy
		}
		lane.remove(victim)
		victim.turn <- ErrBusy
	}
	lane.add(w)
	q.mu.Unlock()
	select {
	case err := <-w.turn:
		if err != nil {
			return nil, err
		}
		return q.leave, nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	waits := slices.Contains(lane.waiting, w)
	if waits {
		lane.remove(w)
	}
	q.mu.Unlock()
	if !waits && <-w.turn == nil { // its turn came at the same moment
		q.leave()
	}
	return nil, ctx.Err()
}

// Waiting is how many wait.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.lanes[0].waiting) + len(q.lanes[1].waiting)
}

// leave hands the turn on.
func (q *Queue) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	at := 1 - q.last
	if len(q.lanes[at].waiting) == 0 {
		at = q.last
	}
	if len(q.lanes[at].waiting) == 0 {
		q.free++
		return
	}
	q.last = at
	w := q.lanes[at].next()
	w.turn <- nil
}

// add queues a waiter. A prefix from which nobody waited comes level with the others that wait beside it: it has saved nothing up.
func (l *lane) add(w *waiter) {
	for i, p := range w.chain {
		if _, known := l.turns[node{i, p}]; !known {
			l.turns[node{i, p}] = l.fewest(w, i)
		}
	}
	l.waiting = append(l.waiting, w)
}

// fewest is how many turns the prefix with the fewest has had, of those that wait beside w's on a level.
func (l *lane) fewest(w *waiter, level int) uint64 {
	fewest, found := uint64(0), false
	for _, o := range l.waiting {
		if level > 0 && o.chain[level-1] != w.chain[level-1] {
			continue
		}
		if n := l.turns[node{level, o.chain[level]}]; !found || n < fewest {
			fewest, found = n, true
		}
	}
	return fewest
}

// next takes out whose turn it is.
func (l *lane) next() *waiter {
	w := l.choose(func(level int, than, p netip.Prefix) bool {
		return l.turns[node{level, p}] < l.turns[node{level, than}]
	})
	for i, p := range w.chain {
		l.turns[node{i, p}]++
	}
	l.remove(w)
	return w
}

// choose goes down from the widest level to a prefix that is better than all others, the first of equals, and returns its first waiter.
func (l *lane) choose(better func(level int, than, p netip.Prefix) bool) *waiter {
	left := slices.Clone(l.waiting)
	for level := range maxLevels {
		best := left[0].chain[level]
		for _, w := range left {
			if p := w.chain[level]; p != best && better(level, best, p) {
				best = p
			}
		}
		left = slices.DeleteFunc(left, func(w *waiter) bool { return w.chain[level] != best })
	}
	return left[0]
}

// last is the waiter who makes room: the one who came last from where most wait.
func (l *lane) last() *waiter {
	from := l.choose(func(level int, than, p netip.Prefix) bool { return l.count(level, p) > l.count(level, than) })
	for _, w := range slices.Backward(l.waiting) {
		if w.chain == from.chain {
			return w
		}
	}
	return from
}

func (l *lane) count(level int, p netip.Prefix) (n int) {
	for _, w := range l.waiting {
		if w.chain[level] == p {
			n++
		}
	}
	return n
}

// fairer tells whether places are shared more evenly with w in the place of victim.
func (l *lane) fairer(w, victim *waiter) bool {
	for i := range maxLevels {
		if w.chain[i] != victim.chain[i] {
			return l.count(i, w.chain[i])+1 < l.count(i, victim.chain[i])
		}
	}
	return false
}

// remove takes out a waiter, and forgets the turns of prefixes from which nobody waits any more.
func (l *lane) remove(w *waiter) {
	l.waiting = slices.DeleteFunc(l.waiting, func(o *waiter) bool { return o == w })
	for i, p := range w.chain {
		if l.count(i, p) == 0 {
			delete(l.turns, node{i, p})
		}
	}
}
