package realm

import "github.com/prometheus/client_golang/prometheus"

var (
	descProcesses = prometheus.NewDesc("realmwire_realm_processes", "Zone processes that are registered.", nil, nil)
	descPlayers   = prometheus.NewDesc("realmwire_realm_zone_players", "Players in a zone, as it last said.", []string{"zone"}, nil)
	descPlaces    = prometheus.NewDesc("realmwire_realm_zone_places", "Places taken in a zone, unused grants included.", []string{"zone"}, nil)
	descCapacity  = prometheus.NewDesc("realmwire_realm_zone_capacity", "Players that a zone takes.", []string{"zone"}, nil)
	descDisplaced = prometheus.NewDesc("realmwire_realm_unused_grants_displaced_total", "Unused grants that gave up their place: bounded for an account or a network, or the zone was full.", []string{"why"}, nil)
	descTick      = prometheus.NewDesc("realmwire_realm_zone_tick_p99_ms", "99th percentile of a zone's tick time, as it last said.", []string{"zone"}, nil)
)

// directoryCollector reads the directory whenever it is asked.
type directoryCollector struct{ d *directory }

// Describe implements prometheus.Collector.
func (c directoryCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{descProcesses, descPlayers, descPlaces, descCapacity, descDisplaced, descTick} {
		ch <- desc
	}
}

// Collect implements prometheus.Collector.
func (c directoryCollector) Collect(ch chan<- prometheus.Metric) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	gauge := func(desc *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, v, labels...)
	}
	gauge(descProcesses, float64(len(c.d.processes)))
	for why, n := range c.d.displaced {
		ch <- prometheus.MustNewConstMetric(descDisplaced, prometheus.CounterValue, float64(n), why)
	}
	for name, s := range c.d.zones {
		gauge(descPlayers, float64(s.load.Players), name)
		gauge(descPlaces, float64(s.taken), name)
		gauge(descCapacity, float64(s.info.Capacity), name)
		gauge(descTick, s.load.TickP99Ms, name)
	}
}
