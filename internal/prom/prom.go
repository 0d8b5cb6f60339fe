// Package prom makes Prometheus metrics from a struct that declares them, so that each is declared once:
//
//	type metrics struct {
//		Plays *prometheus.CounterVec `help:"Grants asked for, by result." labels:"result"`
//	}
//
// is PREFIX_plays_total{result}. Counters that a hot path counts are plain integers instead, read by package count.
package prom

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/count"
)

// New makes every field of a struct of metrics and registers it with reg, where reg is not nil. A metric has the prefix and the
// field's name in snake case, and a counter "_total" behind it. Tags: help; labels, divided by commas, of those that have some;
// buckets of histograms, "FIRST FACTOR NUMBER" (see [prometheus.ExponentialBuckets]). It panics where a field or a tag is wrong, as
// that is a mistake of the program.
func New[T any](prefix string, reg prometheus.Registerer) *T {
	out := new(T)
	v := reflect.ValueOf(out).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Tag.Get("help") == "" {
			panic(fmt.Sprintf("prom: %s.%s has no help", v.Type(), f.Name))
		}
		made := reflect.ValueOf(one(f, prefix+"_"+count.Name(f.Name)))
		v.Field(i).Set(made)
		if reg != nil {
			reg.MustRegister(made.Interface().(prometheus.Collector))
		}
	}
	return out
}

// one makes one field's metric.
func one(f reflect.StructField, name string) any {
	help, labels := f.Tag.Get("help"), strings.Split(f.Tag.Get("labels"), ",")
	switch f.Type {
	case reflect.TypeFor[prometheus.Counter]():
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name + "_total", Help: help})
	case reflect.TypeFor[*prometheus.CounterVec]():
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name + "_total", Help: help}, labels)
	case reflect.TypeFor[prometheus.Gauge]():
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	case reflect.TypeFor[prometheus.Histogram]():
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets(f)})
	case reflect.TypeFor[*prometheus.HistogramVec]():
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets(f)}, labels)
	}
	panic(fmt.Sprintf("prom: %s is a %s, which this package cannot make", f.Name, f.Type))
}

func buckets(f reflect.StructField) []float64 {
	var first, factor float64
	var n int
	if _, err := fmt.Sscan(f.Tag.Get("buckets"), &first, &factor, &n); err != nil {
		panic(fmt.Sprintf("prom: buckets of %s: %v", f.Name, err))
	}
	return prometheus.ExponentialBuckets(first, factor, n)
}
