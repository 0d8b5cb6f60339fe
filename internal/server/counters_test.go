package server

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/count"
)

// invented counts what nothing else in the program has heard of.
type invented struct {
	BadLuck  atomic.Uint64 `help:"dice that fell badly"`
	Sessions int           `help:"Sessions that are open."`
}

type inventedToo struct {
	BadLuck uint64 `help:"coins that fell badly"`
	Sums    struct{ A uint64 }
}

type inventedCollector struct {
	counted
	owners map[string]any
}

func (c inventedCollector) Describe(ch chan<- *prometheus.Desc) { c.describe(ch) }

func (c inventedCollector) Collect(ch chan<- prometheus.Metric) {
	for owner, counters := range c.owners {
		for _, n := range count.Of(counters) {
			c.collect(ch, owner, n)
		}
	}
}

// A field is all that a new counter needs.
func TestACounterShowsItself(t *testing.T) {
	one, two := &invented{Sessions: 3}, inventedToo{BadLuck: 5}
	all := append(count.Of(one), count.Of(two)...)
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(inventedCollector{newCounted("test", "What happened.", "owner", all), map[string]any{"one": one, "two": two}})
	one.BadLuck.Add(2)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			got[f.GetName()+" "+strings.Join(labels, " ")] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
		if want := "What happened. Events: bad_luck (dice that fell badly, or coins that fell badly)."; f.GetName() == "test_events_total" && f.GetHelp() != want {
			t.Errorf("help %q, want %q", f.GetHelp(), want)
		}
	}
	want := map[string]float64{"test_events_total event=bad_luck owner=one": 2, "test_events_total event=bad_luck owner=two": 5, "test_sessions owner=one": 3}
	if len(got) != len(want) {
		t.Errorf("%v, want %v", got, want)
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %v, want %v", k, got[k], v)
		}
	}
}
