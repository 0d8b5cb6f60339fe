package limit

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

var (
	began = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	addr  = netip.MustParseAddr
)

func taken(l *Rates, addrs func(i int) netip.Addr, tries int) (n int) {
	for i := range tries {
		if l.Take("", addrs(i), began) == 0 {
			n++
		}
	}
	return n
}

func TestWideNetworksMayAFewTimesWhatOneAddressMay(t *testing.T) {
	for _, c := range []struct {
		what  string
		addrs func(i int) netip.Addr
		want  int
	}{
		{"one address", func(int) netip.Addr { return addr("198.51.100.7") }, 10},
		{"a /64", func(i int) netip.Addr { return addr(fmt.Sprintf("2001:db8::%x", i)) }, 10},
		{"a /56", func(i int) netip.Addr { return addr(fmt.Sprintf("2001:db8:0:%x::", i%256)) }, 20},
		{"a /48", func(i int) netip.Addr { return addr(fmt.Sprintf("2001:db8:0:%x::", i)) }, 40},
		{"a /24", func(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}) }, 40},
		{"two /24", func(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 51, byte(i % 2), byte(i)}) }, 80},
		{"6to4 of one address", func(i int) netip.Addr { return addr(fmt.Sprintf("2002:c633:6407:%x::", i)) }, 10},
	} {
		l := NewRates(RatesConfig{Rate: Rate{Burst: 10, Every: time.Second}})
		if got := taken(l, c.addrs, 65536); got != c.want {
			t.Errorf("%s: %d of 65,536 at one moment, want %d", c.what, got, c.want)
		}
	}
}

func TestRatesRefillAndGiveBack(t *testing.T) {
	l := NewRates(RatesConfig{Rate: Rate{Burst: 2, Every: 10 * time.Second}})
	me, now := addr("198.51.100.7"), began
	for range 2 {
		if l.Spent("a", me, now) || l.Take("a", me, now) != 0 {
			t.Fatal("the burst was refused")
		}
	}
	if wait := l.Take("a", me, now); wait != 10*time.Second || !l.Spent("a", me, now) {
		t.Errorf("beyond the burst: wait %v", wait)
	}
	if wait := l.Take("b", me, now); wait != 0 {
		t.Errorf("another scope waits %v", wait)
	}
	if wait := l.Take("a", me, now.Add(10*time.Second)); wait != 0 {
		t.Errorf("after the wait: %v more", wait)
	}
	l.GiveBack("a", me)
	if wait := l.Take("a", me, now.Add(10*time.Second)); wait != 0 {
		t.Errorf("what was given back is not there: %v", wait)
	}
	if got := l.Len(); got != 4 { // an address and its /24, twice
		t.Errorf("%d keys are remembered", got)
	}
	l.Sweep(now.Add(time.Hour))
	if l.Len() != 0 {
		t.Errorf("%d keys are remembered whose buckets are full", l.Len())
	}
}

// Refusing one address takes nothing from its neighbours; those who are known do not suffer from them either.
func TestARefusedEventCountsNowhere(t *testing.T) {
	l := NewRates(RatesConfig{Rate: Rate{Burst: 10, Every: time.Second}})
	for range 1000 {
		l.Take("", addr("198.51.100.7"), began)
	}
	neighbours := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 51, 100, byte(100 + i)}) }
	if got := taken(l, neighbours, 100); got != 30 {
		t.Errorf("the neighbours of who floods had %d, want the other 30 of the /24", got)
	}
	if l.Take("", addr("198.51.100.99"), began) == 0 {
		t.Error("the /24 is not used up")
	}
	if l.TakeNarrow("", addr("198.51.100.99"), began) != 0 {
		t.Error("a known neighbour is refused for what strangers did")
	}
}

// The full table: newcomers are counted by themselves, and who was refused stays refused.
func TestAFullTableNeitherStarvesNorForgets(t *testing.T) {
	forgot := 0
	l := NewRates(RatesConfig{Rate: Rate{Burst: 5, Every: time.Minute}, MaxKeys: 1000, Forgot: func() { forgot++ }})
	guesser := addr("203.0.113.9")
	for l.Take("victim", guesser, began) == 0 {
	}
	for i := range 200_000 { // each from another /48
		l.Take("victim", netip.AddrFrom16([16]byte{0x20, 0x01, byte(i >> 16), byte(i >> 8), byte(i)}), began)
		if i%1000 == 0 && l.Take("victim", guesser, began) == 0 {
			t.Fatalf("after %d strangers the table has forgotten who was refused", i)
		}
	}
	if n := l.Len(); n > 1000 || forgot == 0 {
		t.Errorf("%d keys, %d forgotten", n, forgot)
	}
	for i := range 250 {
		if l.Take("victim", netip.AddrFrom4([4]byte{192, 0, byte(i), 1}), began) != 0 {
			t.Fatalf("newcomer %d is refused for what strangers did", i)
		}
	}
}
