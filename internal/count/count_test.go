package count_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/realmwire/realmwire/internal/count"
)

type inner struct {
	Bytes uint64 `help:"bytes sent"`
}

type counters struct {
	inner
	BadTickets atomic.Uint64 `help:"bad tickets"`
	Sessions   int           `help:"Sessions."`
	Title      string
	Nameless   uint64
	hidden     uint64
}

func TestOfReadsEveryCounter(t *testing.T) {
	c := counters{inner: inner{7}, Sessions: 3, Title: "no counter", Nameless: 4, hidden: 5}
	c.BadTickets.Add(2)
	want := []count.Counter{
		{Name: "bytes", Help: "bytes sent", Value: 7},
		{Name: "bad_tickets", Help: "bad tickets", Value: 2},
		{Name: "sessions", Help: "Sessions.", Value: 3, Gauge: true},
		{Name: "nameless", Value: 4},
	}
	if got := count.Of(&c); !slices.Equal(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if got := count.Of(inner{9}); len(got) != 1 || got[0].Value != 9 {
		t.Errorf("of a value: %+v", got)
	}
}

func TestAdd(t *testing.T) {
	type sums struct {
		A uint64
		inner
	}
	a, b := sums{1, inner{10}}, sums{2, inner{20}}
	if count.Add(&a, &b); a != (sums{3, inner{30}}) || b != (sums{2, inner{20}}) {
		t.Errorf("%+v, %+v", a, b)
	}
}
