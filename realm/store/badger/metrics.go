package badger

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/prom"
)

// metrics are what an operator wants to know of the store.
type metrics struct {
	GroupSize prometheus.Histogram `help:"Batches that shared one synced write." buckets:"1 2 10"`
	Commits   prometheus.Counter   `help:"Batches written."`
	Conflicts prometheus.Counter   `help:"Batches refused because a revision was not the expected one."`
	Failures  prometheus.Counter   `help:"Writes that failed."`
	Unknown   prometheus.Counter   `help:"Batches whose outcome is not known, because a write failed."`
	DiskFull  prometheus.Counter   `help:"Batches refused because the disk is nearly full."`
}

func newMetrics(reg prometheus.Registerer) *metrics { return prom.New[metrics]("realmwire_store", reg) }
