package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/guard"
)

var panicsDesc = prometheus.NewDesc("realmwire_panics_total", "Panics that ended a session, a request or a zone's world, and not the process; the log has their stacks.", []string{"where"}, nil)

// panicCollector shows what package guard has noted in this process.
type panicCollector struct{}

// Describe implements prometheus.Collector.
func (panicCollector) Describe(ch chan<- *prometheus.Desc) { ch <- panicsDesc }

// Collect implements prometheus.Collector.
func (panicCollector) Collect(ch chan<- prometheus.Metric) {
	for where, n := range guard.Counts() {
		ch <- prometheus.MustNewConstMetric(panicsDesc, prometheus.CounterValue, float64(n), where)
	}
}
