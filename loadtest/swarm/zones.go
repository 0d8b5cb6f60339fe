package swarm

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/realmwire/realmwire/loadtest/report"
)

const (
	maxMetrics = 4 << 20 // bytes of a metrics page
	maxZones   = 1024    // of all pages together
)

// scrape is one reading of one process's metrics.
type scrape struct {
	cpuS, rss float64
	sessions  float64 // of all transports
	zones     map[string]*zoneReading
}

type zoneReading struct {
	players, hz   float64
	p50, p99, max float64 // milliseconds since the zone's start; NaN where not told
	recent        float64 // p99 of the last seconds, likewise
	ticks         tickCounts
}

func fetchMetrics(ctx context.Context, hc *http.Client, url string) (*scrape, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	resp, err := hc.Do(req)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("metrics: %s answered %s", url, resp.Status)
	}
	return parseMetrics(io.LimitReader(resp.Body, maxMetrics))
}

// parseMetrics reads the Prometheus text format.
func parseMetrics(r io.Reader) (*scrape, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(r)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	s := &scrape{zones: map[string]*zoneReading{}}
	each(families["process_cpu_seconds_total"], func(_ map[string]string, v float64) { s.cpuS = v })
	each(families["process_resident_memory_bytes"], func(_ map[string]string, v float64) { s.rss = v })
	each(families["realmwire_transport_sessions"], func(_ map[string]string, v float64) { s.sessions += v })
	each(families["realmwire_zone_players"], func(l map[string]string, v float64) { s.zone(l).players = v })
	each(families["realmwire_zone_tick_hz"], func(l map[string]string, v float64) { s.zone(l).hz = v })
	each(families["realmwire_zone_tick_seconds"], func(l map[string]string, v float64) {
		switch z := s.zone(l); l["quantile"] {
		case "0.5":
			z.p50 = v * 1000
		case "0.99":
			z.p99 = v * 1000
		case "1":
			z.max = v * 1000
		}
	})
	each(families["realmwire_zone_recent_tick_seconds"], func(l map[string]string, v float64) {
		if l["quantile"] == "0.99" {
			s.zone(l).recent = v * 1000
		}
	})
	for _, m := range families["realmwire_zone_tick_duration_seconds"].GetMetric() {
		labels := map[string]string{}
		for _, l := range m.GetLabel() {
			labels[l.GetName()] = l.GetValue()
		}
		s.zone(labels).ticks = readTicks(m.GetHistogram())
	}
	return s, nil
}

func (s *scrape) zone(labels map[string]string) *zoneReading {
	name := labels["zone"]
	z := s.zones[name]
	if z == nil {
		z = &zoneReading{p50: math.NaN(), p99: math.NaN(), max: math.NaN(), recent: math.NaN()}
		if name != "" && len(s.zones) < maxZones {
			s.zones[name] = z
		}
	}
	return z
}

// each goes over a family's values. A summary's quantiles look like a gauge's with that label.
func each(f *dto.MetricFamily, visit func(labels map[string]string, v float64)) {
	for _, m := range f.GetMetric() {
		labels := make(map[string]string, len(m.GetLabel())+1)
		for _, l := range m.GetLabel() {
			labels[l.GetName()] = l.GetValue()
		}
		switch {
		case m.Summary != nil:
			for _, q := range m.Summary.Quantile {
				labels["quantile"] = fmt.Sprint(q.GetQuantile())
				visit(labels, q.GetValue())
			}
		case m.Gauge != nil:
			visit(labels, m.Gauge.GetValue())
		case m.Counter != nil:
			visit(labels, m.Counter.GetValue())
		case m.Untyped != nil:
			visit(labels, m.Untyped.GetValue())
		}
	}
}

// process follows one process over the window.
type process struct {
	url      string
	first    *scrape
	last     *scrape
	problems int
	problem  error
}

func (p *process) add(s *scrape, err error) {
	if err != nil {
		p.problems++
		p.problem = err
		return
	}
	if p.first == nil {
		p.first = s
	}
	p.last = s
}

// zones are the figures of the window.
func (p *process) zones() []report.Zone {
	if p.last == nil {
		return nil
	}
	out := make([]report.Zone, 0, len(p.last.zones))
	for name, z := range p.last.zones {
		out = append(out, report.Zone{
			Name: name, Players: int(z.players), TickHz: z.hz,
			TickMs: report.Spread{P50: known(z.p50), P99: known(z.p99), Max: known(z.max)},
			CPUS:   p.last.cpuS - p.first.cpuS, RSSBytes: p.last.rss,
		})
	}
	slices.SortFunc(out, func(a, b report.Zone) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// tickP99Ms is that of the slowest zone just now.
func (p *process) tickP99Ms() float64 {
	worst := 0.0
	if p.last != nil {
		for _, z := range p.last.zones {
			if recent := known(z.recent); recent > 0 {
				worst = max(worst, recent)
				continue
			}
			worst = max(worst, known(z.p99))
		}
	}
	return worst
}

// known is 0 for what was not told: JSON has no NaN.
func known(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
