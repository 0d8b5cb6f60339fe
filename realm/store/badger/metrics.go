package badger

import "github.com/prometheus/client_golang/prometheus"

// metrics are what an operator wants to know of the store.
type metrics struct {
	groupSize   prometheus.Histogram
	commits     prometheus.Counter
	conflicts   prometheus.Counter
	failures    prometheus.Counter
	unknown     prometheus.Counter
	refusedFull prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "realmwire_store_" + name, Help: help})
	}
	m := metrics{
		groupSize: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "realmwire_store_group_size",
			Help:    "Batches that shared one synced write.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
		commits:     counter("commits_total", "Batches written."),
		conflicts:   counter("conflicts_total", "Batches refused because a revision was not the expected one."),
		failures:    counter("failures_total", "Writes that failed."),
		unknown:     counter("unknown_total", "Batches whose outcome is not known, because a write failed."),
		refusedFull: counter("disk_full_total", "Batches refused because the disk is nearly full."),
	}
	if reg != nil {
		reg.MustRegister(m.groupSize, m.commits, m.conflicts, m.failures, m.unknown, m.refusedFull)
	}
	return m
}
