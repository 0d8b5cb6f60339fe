package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/count"
	"github.com/realmwire/realmwire/internal/httpguard"
	"github.com/realmwire/realmwire/zone"
)

var (
	tickDesc   = prometheus.NewDesc("realmwire_zone_tick_seconds", "Time that a tick took, since the start; quantile 1 is the longest.", []string{"zone", "quantile"}, nil)
	recentDesc = prometheus.NewDesc("realmwire_zone_recent_tick_seconds", "Time that a tick took in the last seconds.", []string{"zone", "quantile"}, nil)
	ticksDesc  = prometheus.NewDesc("realmwire_zone_tick_duration_seconds", "Ticks by the time that they took, since the start.", []string{"zone"}, nil)
)

// zoneCollector reads a zone process's counters when metrics are asked for.
type zoneCollector struct {
	p                 *zoneProcess
	zones, transports counted
}

// newZoneCollector makes one for a process whose transports have started.
func newZoneCollector(p *zoneProcess) zoneCollector {
	c := zoneCollector{p: p, zones: newCounted("realmwire_zone", "What the zone did, refused or gave up.", "zone", count.Of(zone.Stats{}))}
	var all []count.Counter
	for _, t := range p.transports.Counters() {
		all = append(all, t.Counter)
	}
	c.transports = newCounted("realmwire_transport", "What a transport took, refused or dropped.", "transport", all)
	return c
}

// Describe implements prometheus.Collector.
func (c zoneCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{tickDesc, recentDesc, ticksDesc} {
		ch <- d
	}
	c.zones.describe(ch)
	c.transports.describe(ch)
}

// Collect implements prometheus.Collector.
func (c zoneCollector) Collect(ch chan<- prometheus.Metric) {
	for _, s := range c.p.zones.Stats() {
		collectTicks(ch, &s)
		for _, n := range count.Of(&s) {
			c.zones.collect(ch, s.Name, n)
		}
	}
	for _, t := range c.p.transports.Counters() {
		c.transports.collect(ch, t.Transport, t.Counter)
	}
}

// httpCollector shows what the public HTTP server refused.
type httpCollector struct {
	counters *httpguard.Counters
	counted
}

func newHTTPCollector(c *httpguard.Counters) httpCollector {
	return httpCollector{c, newCounted("realmwire_http", "What the public HTTP server refused or gave up.", "server", count.Of(c))}
}

// Describe implements prometheus.Collector.
func (c httpCollector) Describe(ch chan<- *prometheus.Desc) { c.describe(ch) }

// Collect implements prometheus.Collector.
func (c httpCollector) Collect(ch chan<- prometheus.Metric) {
	for _, n := range count.Of(c.counters) {
		c.collect(ch, "public", n)
	}
}

// collectTicks shows how long a zone's ticks took: one histogram, and quantiles of it.
func collectTicks(ch chan<- prometheus.Metric, s *zone.Stats) {
	quantiles := func(d *prometheus.Desc, ms zone.TickMs) {
		for quantile, v := range map[string]float64{"0.5": ms.P50, "0.99": ms.P99, "1": ms.Max} {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v/1000, s.Name, quantile)
		}
	}
	quantiles(tickDesc, s.TickMs)
	quantiles(recentDesc, s.RecentTickMs)
	ticks, seconds := s.Ticks.Total()
	ch <- prometheus.MustNewConstHistogram(ticksDesc, ticks, seconds, s.Ticks.Cumulative(), s.Name)
}
