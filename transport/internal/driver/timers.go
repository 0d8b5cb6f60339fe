package driver

import (
	"sync"
	"time"
)

// Times are moved on to multiples of these, so that sessions wake together.
const (
	nearGrid = 5 * time.Millisecond
	farGrid  = 25 * time.Millisecond
	farAway  = 50 * time.Millisecond
)

// timers is a heap of sessions by when they want to be advanced.
type timers struct {
	mu   sync.Mutex
	heap []timed // 1-based, so that a position of 0 means absent; heap[0] is unused
}

// timed is a session in the heap, with its place at hand.
type timed struct {
	session Session
	*Place
}

// set puts s, whose place is p, into the heap, or moves it, for time at; it reports whether s is now the first.
func (t *timers) set(s Session, p *Place, at time.Duration) (first bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.heap) == 0 {
		t.heap = append(t.heap, timed{})
	}
	p.timerAt = at
	if p.timerPos == 0 {
		t.heap = append(t.heap, timed{s, p})
		p.timerPos = len(t.heap) - 1
	}
	t.down(t.up(p.timerPos))
	return p.timerPos == 1
}

// due removes those whose time is at most at and appends them to out.
func (t *timers) due(at time.Duration, out []Session) []Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.heap) > 1 && t.heap[1].timerAt <= at {
		out = append(out, t.heap[1].session)
		t.remove(1)
	}
	return out
}

// next is the first one's time; ok is false when there is none.
func (t *timers) next() (at time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.heap) <= 1 {
		return 0, false
	}
	return t.heap[1].timerAt, true
}

func (t *timers) remove(pos int) {
	t.heap[pos].timerPos = 0
	last := len(t.heap) - 1
	moved := t.heap[last]
	t.heap[last] = timed{}
	t.heap = t.heap[:last]
	if pos == last {
		return
	}
	t.heap[pos], moved.timerPos = moved, pos
	t.down(t.up(pos))
}

func (t *timers) up(pos int) int {
	for pos > 1 && t.heap[pos].timerAt < t.heap[pos/2].timerAt {
		t.swap(pos, pos/2)
		pos /= 2
	}
	return pos
}

func (t *timers) down(pos int) {
	for {
		child := 2 * pos
		if child >= len(t.heap) {
			return
		}
		if child+1 < len(t.heap) && t.heap[child+1].timerAt < t.heap[child].timerAt {
			child++
		}
		if t.heap[pos].timerAt <= t.heap[child].timerAt {
			return
		}
		t.swap(pos, child)
		pos = child
	}
}

func (t *timers) swap(a, b int) {
	t.heap[a], t.heap[b] = t.heap[b], t.heap[a]
	t.heap[a].timerPos, t.heap[b].timerPos = a, b
}
