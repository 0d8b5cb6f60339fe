// Package netsim impairs datagrams as bad networks do, from a seed. Link is the pure core: it says when copies of a datagram
// arrive. Proxy puts two of them between real UDP sockets.
package netsim

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Link impairs one direction. It is a pure core: the same seed, times and sizes give the same fate. It is not safe for
// concurrent use.
type Link struct {
	profile  Profile
	rng      *rand.Rand
	bad      bool
	lastAt   time.Time // latest arrival of those in order
	freeAt   time.Time // when the bottleneck is free
	begun    time.Time // of the first datagram: partitions count from it
	Counters Counters
}

// Counters are what a link has done.
type Counters struct{ Sent, Lost, Duplicated, Reordered uint64 }

func (c Counters) String() string {
	return fmt.Sprintf("%d datagrams, %d lost, %d doubled, %d overtaken", c.Sent, c.Lost, c.Duplicated, c.Reordered)
}

// NewLink returns a link whose fate the seed decides.
func NewLink(p Profile, seed uint64) *Link {
	if p.ReorderBy <= 0 {
		p.ReorderBy = defaultReorderBy
	}
	if p.MaxQueue <= 0 {
		p.MaxQueue = defaultMaxQueue
	}
	return &Link{profile: p, rng: rand.New(rand.NewPCG(seed, 0x5eed))}
}

// Plan decides the fate of a datagram of size bytes that is sent at now: the times at which its copies arrive, none when it
// is lost. Calls must not go back in time. The result is valid until the next call.
func (l *Link) Plan(now time.Time, size int) (arrivals [2]time.Time, copies int) {
	l.Counters.Sent++
	if l.begun.IsZero() {
		l.begun = now
	}
	leaves, ok := l.queue(now, size)
	if !ok || l.lost() || l.profile.MTU > 0 && size > l.profile.MTU || l.cut(now) {
		l.Counters.Lost++
		return arrivals, 0
	}
	at := leaves.Add(l.profile.Latency + l.jitter())
	if l.chance(l.profile.Reorder) {
		l.Counters.Reordered++
		at = at.Add(l.profile.ReorderBy)
	} else {
		if at.Before(l.lastAt) {
			at = l.lastAt
		}
		l.lastAt = at
	}
	arrivals[0], copies = at, 1
	if l.chance(l.profile.Duplicate) {
		l.Counters.Duplicated++
		arrivals[1], copies = at.Add(l.jitter()), 2
	}
	return arrivals, copies
}

// queue passes the bottleneck.
func (l *Link) queue(now time.Time, size int) (leaves time.Time, ok bool) {
	if l.profile.Rate <= 0 {
		return now, true
	}
	start := now
	if l.freeAt.After(start) {
		start = l.freeAt
	}
	if start.Sub(now) > l.profile.MaxQueue {
		return now, false
	}
	l.freeAt = start.Add(time.Duration(size) * time.Second / time.Duration(l.profile.Rate))
	return l.freeAt, true
}

func (l *Link) lost() bool {
	if l.bad {
		l.bad = !l.chance(l.profile.Burst.Leave)
	} else {
		l.bad = l.chance(l.profile.Burst.Enter)
	}
	return l.chance(l.profile.Loss) || l.bad && l.chance(l.profile.Burst.Loss)
}

// cut reports whether the link is partitioned at now.
func (l *Link) cut(now time.Time) bool {
	p := l.profile.Partition
	return p.Every > 0 && now.Sub(l.begun)%p.Every >= p.Every-p.For
}

func (l *Link) jitter() time.Duration {
	if l.profile.Jitter <= 0 {
		return 0
	}
	return time.Duration(l.rng.Int64N(int64(l.profile.Jitter)))
}

// chance draws only where there is something to decide, so that a profile's unused parts do not shift its fate.
func (l *Link) chance(share float64) bool {
	return share > 0 && l.rng.Float64() < share
}
