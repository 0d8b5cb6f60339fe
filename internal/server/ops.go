package server

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// newRegistry is the metrics of one process, those of Go and the operating system included.
func newRegistry() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return reg
}

// opsHandler is what an operator asks of a role that serves nothing to the public.
func opsHandler(reg *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, "ok")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	return mux
}

var (
	zoneLabel    = []string{"zone"}
	playersDesc  = prometheus.NewDesc("realmwire_zone_players", "Players in the zone.", zoneLabel, nil)
	entitiesDesc = prometheus.NewDesc("realmwire_zone_entities", "Entities in the zone.", zoneLabel, nil)
	capacityDesc = prometheus.NewDesc("realmwire_zone_capacity", "Players that the zone takes.", zoneLabel, nil)
	tickHzDesc   = prometheus.NewDesc("realmwire_zone_tick_hz", "Ticks per second.", zoneLabel, nil)
	tickDesc     = prometheus.NewDesc("realmwire_zone_tick_seconds", "Time that a tick took, since the start; quantile 1 is the longest.", []string{"zone", "quantile"}, nil)
	recentDesc   = prometheus.NewDesc("realmwire_zone_recent_tick_seconds", "Time that a tick took in the last seconds.", []string{"zone", "quantile"}, nil)
	ticksDesc    = prometheus.NewDesc("realmwire_zone_tick_duration_seconds", "Ticks by the time that they took, since the start.", zoneLabel, nil)
	countDesc    = prometheus.NewDesc("realmwire_zone_events_total", "What the zone did, refused or gave up.", []string{"zone", "event"}, nil)
	pendingDesc  = prometheus.NewDesc("realmwire_zone_saves_pending", "Players whose newest state waits for the realm.", zoneLabel, nil)
)

// zoneCollector reads a zone process's counters when metrics are asked for.
type zoneCollector struct{ p *zoneProcess }

func newZoneCollector(p *zoneProcess) zoneCollector { return zoneCollector{p} }

// Describe implements prometheus.Collector.
func (zoneCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{playersDesc, entitiesDesc, capacityDesc, tickHzDesc, tickDesc, recentDesc, ticksDesc, countDesc, pendingDesc} {
		ch <- d
	}
	describeTransports(ch)
}

// Collect implements prometheus.Collector.
func (c zoneCollector) Collect(ch chan<- prometheus.Metric) {
	for _, s := range c.p.zones.Stats() {
		gauge := func(d *prometheus.Desc, v float64, labels ...string) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{s.Name}, labels...)...)
		}
		gauge(playersDesc, float64(s.Players))
		gauge(entitiesDesc, float64(s.Entities))
		gauge(capacityDesc, float64(s.Capacity))
		gauge(tickHzDesc, float64(s.TickHz))
		gauge(pendingDesc, float64(s.SavesPending))
		gauge(tickDesc, s.TickMs.P50/1000, "0.5")
		gauge(tickDesc, s.TickMs.P99/1000, "0.99")
		gauge(tickDesc, s.TickMs.Max/1000, "1")
		gauge(recentDesc, s.RecentTickMs.P50/1000, "0.5")
		gauge(recentDesc, s.RecentTickMs.P99/1000, "0.99")
		gauge(recentDesc, s.RecentTickMs.Max/1000, "1")
		ticks, seconds := s.Ticks.Total()
		ch <- prometheus.MustNewConstHistogram(ticksDesc, ticks, seconds, s.Ticks.Cumulative(), s.Name)
		for event, n := range map[string]uint64{
			"overrun": s.Overruns, "lost_tick": s.LostTicks, "inbox_dropped": s.InboxDropped, "save_failed": s.SavesFailed,
			"offence": s.Offences, "kicked": s.Kicked, "join_refused": s.Refused, "dropped": s.Dropped, "resumed": s.Resumed, "chat_limited": s.ChatLimited,
			"snapshot": s.Snapshots, "snapshot_bytes": s.SnapBytes, "snapshot_skipped": s.Skipped, "snapshot_paced": s.Paced,
		} {
			ch <- prometheus.MustNewConstMetric(countDesc, prometheus.CounterValue, float64(n), s.Name, event)
		}
	}
	collectTransports(ch, c.p)
}
