package server

import (
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/count"
)

// counted shows structs of counters: totals as PREFIX_events_total{LABEL, event}, gauges as PREFIX_NAME{LABEL}. It has no list of
// them: names and helps come from the fields.
type counted struct {
	events *prometheus.Desc
	gauges map[string]*prometheus.Desc
}

// newCounted learns what there is to show. The help of the events says what each is; where owners mean different things by one name,
// it gives both.
func newCounted(prefix, help, label string, all []count.Counter) counted {
	c := counted{gauges: map[string]*prometheus.Desc{}}
	helps := map[string][]string{}
	for _, n := range all {
		if n.Gauge {
			c.gauges[n.Name] = prometheus.NewDesc(prefix+"_"+n.Name, n.Help, []string{label}, nil)
		} else if !slices.Contains(helps[n.Name], n.Help) {
			helps[n.Name] = append(helps[n.Name], n.Help)
		}
	}
	events := make([]string, 0, len(helps))
	for _, name := range slices.Sorted(maps.Keys(helps)) {
		events = append(events, name+" ("+strings.Join(helps[name], ", or ")+")")
	}
	c.events = prometheus.NewDesc(prefix+"_events_total", help+" Events: "+strings.Join(events, ", ")+".", []string{label, "event"}, nil)
	return c
}

func (c counted) describe(ch chan<- *prometheus.Desc) {
	ch <- c.events
	for _, d := range c.gauges {
		ch <- d
	}
}

// collect shows a counter of one owner.
func (c counted) collect(ch chan<- prometheus.Metric, owner string, n count.Counter) {
	if n.Gauge {
		ch <- prometheus.MustNewConstMetric(c.gauges[n.Name], prometheus.GaugeValue, float64(n.Value), owner)
		return
	}
	ch <- prometheus.MustNewConstMetric(c.events, prometheus.CounterValue, float64(n.Value), owner, n.Name)
}
