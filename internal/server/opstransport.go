package server

import "github.com/prometheus/client_golang/prometheus"

var (
	transportDesc = prometheus.NewDesc("realmwire_transport_events_total", "What a transport took, refused or dropped.", []string{"transport", "event"}, nil)
	sessionsDesc  = prometheus.NewDesc("realmwire_transport_sessions", "Sessions that are open.", []string{"transport"}, nil)
)

func describeTransports(ch chan<- *prometheus.Desc) {
	ch <- transportDesc
	ch <- sessionsDesc
}

// collectTransports exports every counter of every transport.
func collectTransports(ch chan<- prometheus.Metric, p *zoneProcess) {
	for _, c := range p.transports.Counters() {
		if c.Event == "" {
			ch <- prometheus.MustNewConstMetric(sessionsDesc, prometheus.GaugeValue, float64(c.Value), c.Transport)
			continue
		}
		ch <- prometheus.MustNewConstMetric(transportDesc, prometheus.CounterValue, float64(c.Value), c.Transport, c.Event)
	}
}
