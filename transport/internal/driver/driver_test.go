package driver

import (
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/realmwire/realmwire/internal/guard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// beacon is a session that sends its number when it is changed and at every multiple of its period.
type beacon struct {
	sync.Mutex
	place  Place
	to     netip.AddrPort
	number byte
	every  time.Duration
	next   time.Time
	due    bool
	ticks  int // calls of AfterTimer
	times  []time.Time
	panics string // in which method
	broken int
}

func (s *beacon) burst(where string) {
	if s.panics == where {
		panic("beacon: " + where)
	}
}

func (s *beacon) Place() *Place { return &s.place }

func (s *beacon) Break() {
	s.broken++
	s.panics, s.every = "", 0
}

func (s *beacon) Advance(now time.Time) {
	s.burst("Advance")
	if s.every > 0 && !now.Before(s.next) {
		s.due, s.next = true, now.Add(s.every)
		s.times = append(s.times, now)
	}
}

func (s *beacon) Emit(_ time.Time, b []byte) ([]byte, netip.AddrPort, bool) {
	s.burst("Emit")
	if !s.due {
		return nil, netip.AddrPort{}, false
	}
	s.due = false
	return append(b, 0x80, s.number), s.to, true
}

func (s *beacon) Wake() (time.Time, bool) {
	s.burst("Wake")
	return s.next, s.every > 0
}

func (s *beacon) AfterTimer() {
	s.Lock()
	defer s.Unlock()
	s.ticks++
	s.burst("AfterTimer")
}

// open makes a driver on a socket of its own, and another socket to send to.
func open(t *testing.T) (*Driver, *net.UDPConn) {
	t.Helper()
	d, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sink, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.Close()
		_ = d.Close() // once more does no harm
		_ = sink.Close()
	})
	_ = sink.SetReadDeadline(time.Now().Add(20 * time.Second))
	return d, sink
}

func receive(t *testing.T, sink *net.UDPConn, n int) []byte {
	t.Helper()
	var got []byte
	buf := make([]byte, 10)
	for range n {
		size, err := sink.Read(buf)
		if err != nil || size != 2 {
			t.Fatalf("after %d datagrams: %d bytes, %v", len(got), size, err)
		}
		got = append(got, buf[1])
	}
	return got
}

func TestChangedSessionsAreFlushed(t *testing.T) {
	d, sink := open(t)
	to := sink.LocalAddr().(*net.UDPAddr).AddrPort()
	for round := range 3 {
		for i := range byte(100) {
			s := &beacon{to: to, number: i, due: true}
			s.Lock()
			d.Changed(s)
			d.Changed(s) // stands in the list once
			s.Unlock()
		}
		if round > 0 { // else the driver does so by itself, soon
			d.Flush()
		}
		got := receive(t, sink, 100)
		slices.Sort(got)
		for i, n := range got {
			if int(n) != i {
				t.Fatalf("round %d: %v came", round, got)
			}
		}
	}
}

func TestTimersWakeSessions(t *testing.T) {
	d, sink := open(t)
	to := sink.LocalAddr().(*net.UDPAddr).AddrPort()
	start := time.Now()
	s := &beacon{to: to, number: 1, every: 20 * time.Millisecond, next: start.Add(20 * time.Millisecond)}
	s.Lock()
	d.Changed(s)
	s.Unlock()
	receive(t, sink, 5)
	s.Lock()
	defer s.Unlock()
	if s.ticks < 4 {
		t.Errorf("told of %d timers, %d went off", s.ticks, len(s.times))
	}
	for i, at := range s.times {
		if early := time.Duration(i+1) * s.every; at.Sub(start) < early {
			t.Errorf("wake %d came after %v, before its time %v", i, at.Sub(start), early)
		}
	}
}

// TestPanicsEndOneSession: whatever panics for one session, on the driver's goroutine or on the one that flushes, that session is broken
// off, its lock is free, and the others are served.
func TestPanicsEndOneSession(t *testing.T) {
	guard.LogTo(slog.New(slog.DiscardHandler))
	defer guard.LogTo(nil)
	d, sink := open(t)
	to := sink.LocalAddr().(*net.UDPAddr).AddrPort()
	soon := func() time.Time { return time.Now().Add(10 * time.Millisecond) }
	for _, where := range []string{"Advance", "Emit", "Wake", "AfterTimer"} {
		for _, flushed := range []bool{true, false} {
			bad := &beacon{to: to, number: 1, every: 10 * time.Millisecond, next: soon()}
			good := &beacon{to: to, number: 2, every: 10 * time.Millisecond, next: soon()}
			for _, s := range []*beacon{bad, good} {
				s.Lock()
				d.Changed(s)
				s.Unlock()
			}
			if !flushed { // its timer is set, and the panic comes when it goes off
				d.Flush()
			}
			bad.Lock()
			bad.panics = where
			bad.Unlock()
			if flushed {
				d.Flush()
			}
			for n := 0; n < 5; {
				if receive(t, sink, 1)[0] == 2 {
					n++
				}
			}
			bad.Lock()
			if bad.broken != 1 {
				t.Errorf("%s, flushed %t: broken off %d times", where, flushed, bad.broken)
			}
			bad.Unlock()
			good.Lock()
			if good.broken != 0 {
				t.Errorf("%s: the other session was broken off", where)
			}
			good.every = 0
			good.Unlock()
		}
	}
}

// TestTimersAreAHeap draws sets and collections at random and compares with a plain list.
func TestTimersAreAHeap(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var heap timers
	all := make([]*beacon, 40)
	for i := range all {
		all[i] = &beacon{number: byte(i)}
	}
	want := map[*beacon]time.Duration{}
	for range 20_000 {
		if rng.IntN(3) > 0 {
			s, at := all[rng.IntN(len(all))], time.Duration(rng.IntN(1000))
			want[s] = at
			first := heap.set(s, &s.place, at)
			if least := slices.Min(values(want)); first && at != least || at < least {
				t.Fatalf("set for %d says first=%v, the least is %d", at, first, least)
			}
			continue
		}
		at := time.Duration(rng.IntN(1000))
		var last time.Duration
		for _, s := range heap.due(at, nil) {
			b := s.(*beacon)
			due, ok := want[b]
			if !ok || due > at || due < last {
				t.Fatalf("at %d session %d came, due %d (known %v), after one due %d", at, b.number, due, ok, last)
			}
			last = due
			delete(want, b)
		}
		next, ok := heap.next()
		if ok != (len(want) > 0) || ok && (next <= at || next != slices.Min(values(want))) {
			t.Fatalf("next is %d, %v; %v are left", next, ok, values(want))
		}
	}
}

func values(m map[*beacon]time.Duration) []time.Duration {
	var all []time.Duration
	for _, v := range m {
		all = append(all, v)
	}
	return all
}
