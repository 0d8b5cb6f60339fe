// Package dear measures what the packets of a hostile peer cost beside those of an honest one, for the benchmarks that the cores
// call DearPackets: docs/benchmarks.md#dear-packets.
package dear

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Class is one kind of packet. Make readies a fresh core and n packets for it, and returns what takes them all: that alone is
// measured.
type Class struct {
	Name string
	Make func(b *testing.B, n int) (take func())
}

const (
	// packets is how many of each kind a round measures, and rounds how many rounds there are at least: their medians are what is
	// printed.
	packets = 1000
	rounds  = 3
)

// Run reports, for each hostile class, µs of CPU time a packet, the same of honest packets that were measured in turn with them,
// and how many times as much that is.
func Run(b *testing.B, honest Class, hostile ...Class) {
	for _, class := range hostile {
		b.Run(class.Name, func(b *testing.B) {
			var cost, fair, times []float64
			measure := func() {
				h, d := honest.round(b), class.round(b)
				cost, fair, times = append(cost, d), append(fair, h), append(times, d/h)
			}
			for b.Loop() {
				measure()
			}
			for len(cost) < rounds {
				measure()
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(cost), "µs/packet")
			b.ReportMetric(median(fair), "honest-µs")
			b.ReportMetric(median(times), "×")
		})
	}
}

// round is the CPU time of one packet in µs, what it leaves to the collector included.
func (c Class) round(b *testing.B) float64 {
	take := c.Make(b, packets)
	runtime.GC()
	start := cpu()
	take()
	return float64(cpu()-start) / float64(time.Microsecond) / packets
}

// Sort puts classes in the order of their names.
func Sort(classes []Class) {
	slices.SortFunc(classes, func(a, b Class) int { return strings.Compare(a.Name, b.Name) })
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
