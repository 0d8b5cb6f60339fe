package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files: a claim that the new ones are right")

func example() *Report {
	all := Counts{Bots: 4, Connected: 4}
	d := Delays{
		JoinMs: Percentiles{50, 90}, SnapshotAgeMs: Percentiles{27, 52}, DeliveryMs: Percentiles{1, 3}, InputAckMs: Percentiles{55, 60}, RTTMs: Percentiles{1, 2},
	}
	tr := Traffic{BytesDownPerBotS: 2100, BytesUpPerBotS: 1200, SnapshotsPerBotS: 20, DatagramsDownPerBot: 21, DatagramsUpPerBot: 22}
	return &Report{
		Version: FormatVersion, Started: "2026-01-02T03:04:05Z", Server: "http://127.0.0.1:1", Game: "rpg",
		Machine: Machine{OS: "linux", Arch: "amd64", CPUs: 2, Go: "go1"}, Snapshots: "latest", TickHz: 20,
		Counts: all, ViewsChecked: 800, EntitiesChecked: 9000, Corrections: 3, Starved: 2, Transfers: 1, ChatSent: 5, ChatHeard: 20,
		RampS: 1.5, DurationS: 10, GeneratorLateMs: Spread{0.5, 1.5, 8}, Samples: 2000, SamplesMissed: 3,
		Delays: d, Traffic: tr, EntitiesInView: Percentiles{26, 30},
		Transports: map[string]*Transport{"kcp": {Counts: all, Delays: d, Traffic: tr}, "websocket": {}},
		Zones:      []Zone{{Name: "overworld", Players: 4, TickHz: 20, TickMs: Spread{0.7, 2.3, 2.9}, CPUS: 0.4, RSSBytes: 64 << 20}},
		Problems:   map[string]int{}, Notes: []string{}, Faults: []string{},
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got\n%s", path, got)
	}
}

func TestGoldenJSONAndSummary(t *testing.T) {
	r := example()
	r.Judge(Limits{AgeP99Ms: 60, TickP99Ms: 50})
	if !r.Passed {
		t.Fatal(r.Faults)
	}
	file := filepath.Join(t.TempDir(), "r.json")
	if err := r.WriteFile(file); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.json", raw)
	var out strings.Builder
	if err := r.WriteSummary(&out); err != nil {
		t.Fatal(err)
	}
	golden(t, "summary.txt", []byte(out.String()))
}

// What checks of the project lean on must be there, under these names, as numbers.
func TestFieldsThatOthersLeanOn(t *testing.T) {
	raw, err := json.Marshal(example())
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"bots", "connected", "failed", "disconnected", "desyncs", "views_checked", "duration_s", "generator_late_ms.p99", "join_ms.p50", "join_ms.p99",
		"snapshot_age_ms.p50", "snapshot_age_ms.p99", "delivery_ms.p50", "delivery_ms.p99", "input_ack_ms.p50", "input_ack_ms.p99",
		"bytes_down_per_bot_s", "bytes_up_per_bot_s", "snapshots_per_bot_s", "entities_in_view.p50", "entities_in_view.p99",
	} {
		var at any = got
		for part := range strings.SplitSeq(path, ".") {
			m, ok := at.(map[string]any)
			if !ok {
				t.Fatalf("%s: no object", path)
			}
			at = m[part]
		}
		if _, ok := at.(float64); !ok {
			t.Errorf("%s is %v", path, at)
		}
	}
	if _, ok := got["transports"].(map[string]any)["kcp"]; !ok {
		t.Error("transports lack kcp")
	}
	zone := got["zones"].([]any)[0].(map[string]any)
	for _, f := range []string{"name", "players", "tick_hz", "tick_ms", "cpu_s", "rss_bytes"} {
		if zone[f] == nil {
			t.Errorf("zones lack %s", f)
		}
	}
}

func TestVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Report)
		limits Limits
		want   string // in the only fault; empty: passed
	}{
		"fine":                  {func(*Report) {}, Limits{}, ""},
		"failed":                {func(r *Report) { r.Failed = 1 }, Limits{}, "1 of 4 bots could not join"},
		"disconnected":          {func(r *Report) { r.Disconnected = 2 }, Limits{}, "2 connections were lost"},
		"came back":             {func(r *Report) { r.Disconnected, r.Returned = 2, 2 }, Limits{Disconnects: true}, ""},
		"came back, not asked":  {func(r *Report) { r.Disconnected, r.Returned = 2, 2 }, Limits{}, "2 connections were lost"},
		"one did not come back": {func(r *Report) { r.Disconnected, r.Returned = 3, 2 }, Limits{Disconnects: true}, "1 of 3 lost connections"},
		"desync":                {func(r *Report) { r.Desyncs = 1 }, Limits{}, "other entities"},
		"undecodable":           {func(r *Report) { r.Undecodable = 1 }, Limits{}, "could not be decoded"},
		"nothing checked":       {func(r *Report) { r.ViewsChecked = 0 }, Limits{}, "no snapshot was checked"},
		"interrupted":           {func(r *Report) { r.Interrupted = true }, Limits{}, "interrupted"},
		"void without limits":   {func(r *Report) { r.Void = true }, Limits{}, ""},
		"void with limits":      {func(r *Report) { r.Void = true }, Limits{AgeP99Ms: 1000}, "cannot be judged"},
		"age":                   {func(*Report) {}, Limits{AgeP99Ms: 51}, "snapshot age p99 is 52.0 ms"},
		"age within":            {func(*Report) {}, Limits{AgeP99Ms: 53}, ""},
		"tick":                  {func(*Report) {}, Limits{TickP99Ms: 2}, "zone overworld: tick p99 is 2.3 ms"},
		"tick within":           {func(*Report) {}, Limits{TickP99Ms: 3}, ""},
		"tick of unknown zones": {func(r *Report) { r.Zones = nil }, Limits{TickP99Ms: 3}, "not known"},
	} {
		t.Run(name, func(t *testing.T) {
			r := example()
			c.change(r)
			r.Judge(c.limits)
			if r.Passed != (c.want == "") {
				t.Fatalf("passed %t: %q", r.Passed, r.Faults)
			}
			if c.want != "" && (len(r.Faults) != 1 || !strings.Contains(r.Faults[0], c.want)) {
				t.Errorf("faults %q, want %q", r.Faults, c.want)
			}
			var out strings.Builder
			if err := r.WriteSummary(&out); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(out.String(), "PASSED") != r.Passed || strings.Contains(out.String(), "FAILED") == r.Passed {
				t.Errorf("the summary says\n%s", out.String())
			}
		})
	}
}

func TestProblemsAreShownTheMostFrequentFirst(t *testing.T) {
	r := example()
	r.Problems = map[string]int{"b": 2, "a": 2, "c": 9}
	for i := range 10 {
		r.Problems[strings.Repeat("z", i+1)] = 1
	}
	var out strings.Builder
	if err := r.WriteSummary(&out); err != nil {
		t.Fatal(err)
	}
	s := out.String()
	if c, a, b := strings.Index(s, "9× c"), strings.Index(s, "2× a"), strings.Index(s, "2× b"); c < 0 || a < c || b < a || !strings.Contains(s, "5 other reasons") {
		t.Error(s)
	}
}

func TestAReportThatCannotBeWritten(t *testing.T) {
	err := example().WriteFile(filepath.Join(t.TempDir(), "missing", "r.json"))
	if err == nil || !strings.Contains(err.Error(), "folder that exists") {
		t.Errorf("%v", err)
	}
}

func TestProgressLines(t *testing.T) {
	p := Progress{
		Elapsed: 12 * time.Second, Measuring: true, Left: 18 * time.Second, Bots: 200, Connected: 199, Failed: 1, Drops: 2, Desyncs: 3,
		AgeMs: Percentiles{27, 52}, DownBS: 2100, UpBS: 1200, TickP99Ms: 2.5,
	}
	want := "  12s  18s left  199/200 bots  age 27/52 ms  down 2100 up 1200 B/s  tick p99 2.50 ms  3 desyncs  1 FAILED  2 DROPPED"
	if got := p.Line(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	var out strings.Builder
	tick := NewTicker(&out)
	tick.Show(Progress{Bots: 2})
	tick.Show(Progress{Bots: 2})
	tick.Done()
	if got, want := out.String(), strings.Repeat("   0s joining  0/2 bots  0 desyncs\n", 2); got != want {
		t.Errorf("no terminal: %q", got)
	}
	out.Reset()
	tick.terminal = true
	tick.Show(Progress{Bots: 2})
	tick.Done()
	if got := out.String(); got != "\r\x1b[K   0s joining  0/2 bots  0 desyncs\n" {
		t.Errorf("terminal: %q", got)
	}
}

func TestJudgeFlood(t *testing.T) {
	good := Flood{Sent: 10, SentBytes: 1000, ReceivedBytes: 60}
	for want, change := range map[string]func(*Flood){
		"":                                  func(*Flood) {},
		"the flood sent nothing":            func(f *Flood) { f.Sent = 0 },
		"attackers got 1001 bytes for 1000": func(f *Flood) { f.ReceivedBytes = 1001 },
		"attackers made 1 sessions":         func(f *Flood) { f.SessionsMade = 1 },
	} {
		f := good
		change(&f)
		r := Report{ViewsChecked: 1, Flood: &f}
		r.Judge(Limits{})
		if got := strings.Join(r.Faults, "; "); got != want {
			t.Errorf("%+v: %q, want %q", f, got, want)
		}
	}
}

func TestFloodWindowsTogether(t *testing.T) {
	window := func(flooded bool, p99, age float64, sessions int, rss float64) FloodWindow {
		w := FloodWindow{Flooded: flooded, Phase: Phase{TickP99Ms: p99, AgeMs: Percentiles{P99: age}, Sessions: sessions, RSSStartBytes: rss, RSSBytes: rss + 1}}
		if flooded {
			w.Sent, w.SentBytes, w.Received, w.ReceivedBytes = 100, 1000, 1, 60
		}
		return w
	}
	f := Flood{Windows: []FloodWindow{
		window(false, 2, 50, 5, 10), window(true, 3, 60, 5, 11), window(false, 4, 70, 5, 12), window(true, 4, 90, 7, 13), window(false, 9, 60, 5, 14), window(true, 9, 61, 5, 15),
	}}
	f.Sum(2)
	if f.Sent != 300 || f.SentBytes != 3000 || f.Received != 3 || f.ReceivedBytes != 180 || f.Rate != 50 || f.SessionsMade != 2 {
		t.Errorf("%+v", f)
	}
	if f.Quiet.AgeMs.P99 != 60 || f.Hostile.AgeMs.P99 != 61 || f.Hostile.RSSStartBytes != 11 || f.Hostile.RSSBytes != 16 {
		t.Errorf("quiet %+v, flooded %+v", f.Quiet, f.Hostile)
	}
	if want := []float64{1.5, 1, 1}; !slices.Equal(f.PairRatios, want) {
		t.Errorf("ratios %v, want %v", f.PairRatios, want)
	}
}
