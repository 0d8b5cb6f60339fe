package swarm

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/loadtest/report"
)

const page = `# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 12.5
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 1.048576e+06
# TYPE realmwire_zone_players gauge
realmwire_zone_players{zone="b"} 3
realmwire_zone_players{zone="a"} 7
# TYPE realmwire_zone_tick_hz gauge
realmwire_zone_tick_hz{zone="a"} 20
realmwire_zone_tick_hz{zone="b"} 30
# TYPE realmwire_zone_tick_seconds gauge
realmwire_zone_tick_seconds{zone="a",quantile="0.5"} 0.001
realmwire_zone_tick_seconds{zone="a",quantile="0.99"} 0.004
realmwire_zone_tick_seconds{zone="a",quantile="1"} 0.009
# TYPE realmwire_zone_recent_tick_seconds gauge
realmwire_zone_recent_tick_seconds{zone="a",quantile="0.99"} 0.002
`

func TestZoneFigures(t *testing.T) {
	p := &process{url: "u"}
	first, err := parseMetrics(strings.NewReader(page))
	p.add(first, err)
	p.add(parseMetrics(strings.NewReader(strings.Replace(page, "12.5", "15", 1))))
	p.add(parseMetrics(strings.NewReader("not {{ metrics")))
	want := []report.Zone{
		{Name: "a", Players: 7, TickHz: 20, TickMs: report.Spread{P50: 1, P99: 4, Max: 9}, CPUS: 2.5, RSSBytes: 1 << 20},
		{Name: "b", Players: 3, TickHz: 30, CPUS: 2.5, RSSBytes: 1 << 20}, // what was not told is 0
	}
	if got := p.zones(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if p.tickP99Ms() != 2 {
		t.Errorf("recent p99 %.1f ms", p.tickP99Ms())
	}
	if p.problems != 1 || p.problem == nil {
		t.Errorf("%d problems, %v", p.problems, p.problem)
	}
}

func TestZoneFiguresAsASummary(t *testing.T) {
	s, err := parseMetrics(strings.NewReader(`# TYPE realmwire_zone_tick_seconds summary
realmwire_zone_tick_seconds{zone="a",quantile="0.5"} 0.001
realmwire_zone_tick_seconds{zone="a",quantile="0.99"} 0.004
realmwire_zone_tick_seconds_sum{zone="a"} 1
realmwire_zone_tick_seconds_count{zone="a"} 2
`))
	if err != nil {
		t.Fatal(err)
	}
	if z := s.zones["a"]; z == nil || z.p50 != 1 || z.p99 != 4 || !math.IsNaN(z.max) {
		t.Errorf("%+v", z)
	}
}

func TestMetricsThatCannotBeRead(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	if _, err := fetchMetrics(context.Background(), srv.Client(), srv.URL); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("%v", err)
	}
	w := &window{processes: []*process{{url: srv.URL}}}
	w.processes[0].add(fetchMetrics(context.Background(), srv.Client(), srv.URL))
	r := &report.Report{Zones: []report.Zone{}}
	w.fillZones(r)
	if len(r.Notes) != 2 || len(r.Zones) != 0 {
		t.Errorf("notes %q", r.Notes)
	}
}

// TestTicksBetweenReadings: what a histogram has gained is the ticks between, and their quantiles lie in the right bucket.
func TestTicksBetweenReadings(t *testing.T) {
	read := func(fast, slow, all int) tickCounts {
		t.Helper()
		s, err := parseMetrics(strings.NewReader(fmt.Sprintf(`# TYPE realmwire_zone_tick_duration_seconds histogram
realmwire_zone_tick_duration_seconds_bucket{zone="a",le="0.001"} %d
realmwire_zone_tick_duration_seconds_bucket{zone="a",le="0.002"} %d
realmwire_zone_tick_duration_seconds_bucket{zone="a",le="+Inf"} %d
realmwire_zone_tick_duration_seconds_sum{zone="a"} 1
realmwire_zone_tick_duration_seconds_count{zone="a"} %d
`, fast, slow, all, all)))
		if err != nil {
			t.Fatal(err)
		}
		return s.zones["a"].ticks
	}
	before := read(1000, 1000, 1000)
	during := read(1050, 1100, 1100).minus(before)
	if p50, p75, p99 := during.quantile(0.5), during.quantile(0.75), during.quantile(0.99); p50 != 1 || p75 != 1.5 || p99 < 1.97 || p99 > 1.99 {
		t.Errorf("p50 %v, p75 %v, p99 %v ms", p50, p75, p99)
	}
	if over := read(1000, 1000, 1001).minus(before).quantile(0.99); over != 2 {
		t.Errorf("a tick above every bound counts as %v ms", over)
	}
	if nothing := before.minus(before).quantile(0.99); nothing != 0 {
		t.Errorf("no tick took %v ms", nothing)
	}
	sum := ticks{}
	sum.add(ticks{"a": during})
	sum.add(ticks{"a": read(1300, 1300, 1300).minus(before)})
	if p := sum.slowest(0.5); p < 0.57 || p > 0.58 {
		t.Errorf("of both together p50 %v ms", p)
	}
}
