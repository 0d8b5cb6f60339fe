package prom_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/prom"
)

func TestNewMakesWhatIsDeclared(t *testing.T) {
	type declared struct {
		Plays     *prometheus.CounterVec   `help:"Plays." labels:"how,result"`
		DiskFull  prometheus.Counter       `help:"Refused."`
		Relays    prometheus.Gauge         `help:"Relays."`
		GroupSize prometheus.Histogram     `help:"Batches." buckets:"1 2 4"`
		Seconds   *prometheus.HistogramVec `help:"Time." labels:"route" buckets:"0.5 2.5 2"`
	}
	reg := prometheus.NewRegistry()
	m := prom.New[declared]("test", reg)
	m.Plays.WithLabelValues("guest", "ok").Inc()
	m.DiskFull.Inc()
	m.Relays.Set(3)
	m.GroupSize.Observe(3)
	m.Seconds.WithLabelValues("/").Observe(1)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range families {
		got[f.GetName()] = f.GetHelp()
	}
	want := map[string]string{
		"test_plays_total": "Plays.", "test_disk_full_total": "Refused.", "test_relays": "Relays.", "test_group_size": "Batches.", "test_seconds": "Time.",
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	for name, help := range want {
		if got[name] != help {
			t.Errorf("%s: help %q, want %q", name, got[name], help)
		}
	}
	prom.New[declared]("unregistered", nil)
}

func TestNewRefusesWhatIsNotDeclared(t *testing.T) {
	for name, f := range map[string]func(){
		"help": func() { prom.New[struct{ A prometheus.Counter }]("", nil) },
		"buckets": func() {
			prom.New[struct {
				A prometheus.Histogram `help:"a"`
			}]("", nil)
		},
		"type": func() {
			prom.New[struct {
				A uint64 `help:"a"`
			}]("", nil)
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s may be missing", name)
				}
			}()
			f()
		}()
	}
}
