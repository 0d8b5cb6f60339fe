package joins

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/realmwire/realmwire/loadtest/report"
	"github.com/realmwire/realmwire/transport"
)

// Report is a run. Milliseconds throughout.
type Report struct {
	Version    int                   `json:"version"`
	Game       string                `json:"game"`
	Machine    report.Machine        `json:"machine"`
	RTTMs      float64               `json:"rtt_ms"` // of the network, both ways together
	TickMs     float64               `json:"tick_ms"`
	Starts     []Start               `json:"starts"`
	Transports map[string]*Transport `json:"transports"`
	Problems   []string              `json:"problems"`
	Passed     bool                  `json:"passed"` // every join succeeded; times do not count

	order []transport.Kind
}

// Start is one server from nothing: an empty folder, a fresh process, no network in between.
type Start struct {
	ReadyMs    float64 `json:"ready_ms"`    // until it says that it serves
	SnapshotMs float64 `json:"snapshot_ms"` // until a new guest with a new character sees itself over UDP, the map fetched
}

// Transport is the joins by one transport.
type Transport struct {
	Joined int `json:"joined"`
	Failed int `json:"failed"`
	// FloorRTT is the round trips from the grant to the first snapshot that the messages make at least; Floor names them.
	FloorRTT  float64  `json:"floor_rtt"`
	Floor     []string `json:"floor"`
	FromGrant Stages   `json:"from_grant"`
	FromClick Stages   `json:"from_click"` // one round trip more: POST /v1/play on a connection that stands
	// AboveFloorMs is what the first snapshot takes beyond the floor, from the grant.
	AboveFloorMs report.Spread `json:"above_floor_ms"`

	welcome, snapshot, grant []float64 // since the click
}

// Stages are two moments of a join.
type Stages struct {
	WelcomeMs   report.Spread `json:"welcome_ms"`
	SnapshotMs  report.Spread `json:"snapshot_ms"` // the first that shows the player itself
	SnapshotRTT report.Spread `json:"snapshot_rtt"`
}

// floors are the messages from the grant to the first snapshot, a round trip each.
var floors = map[transport.Kind][]string{
	transport.KCP: {
		"request → challenge", "response → greeting", "Join → Welcome and snapshot",
	},
	transport.WebSocket: {
		"TCP SYN → SYN-ACK", "HTTP upgrade → 101", "ticket and Join → Welcome and snapshot",
	},
	transport.WebRTC: {
		"offer → answer (HTTP, on a connection that stands)", "STUN binding request → response",
		"DTLS ClientHello → ServerHelloDone", "DTLS Finished → Finished",
		"SCTP INIT → INIT-ACK", "SCTP COOKIE-ECHO → COOKIE-ACK", "Join → Welcome and snapshot",
	},
}

func newReport(cfg *Config) *Report {
	r := &Report{
		Version: 1, Game: cfg.Game.Name, RTTMs: 2 * millis(cfg.Network.Latency), order: cfg.Transports,
		Machine:    report.Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version()},
		Transports: map[string]*Transport{}, Problems: []string{},
	}
	for _, kind := range cfg.Transports {
		r.Transports[string(kind)] = &Transport{Floor: floors[kind], FloorRTT: float64(len(floors[kind]))}
	}
	return r
}

func (r *Report) add(kind transport.Kind, t times, err error) {
	of := r.Transports[string(kind)]
	if err != nil {
		of.Failed++
		if len(r.Problems) < maxProblems {
			r.Problems = append(r.Problems, fmt.Sprintf("%s: %v", kind, err))
		}
		return
	}
	of.Joined++
	of.grant = append(of.grant, millis(t.grant.Sub(t.click)))
	of.welcome = append(of.welcome, millis(t.welcome.Sub(t.click)))
	of.snapshot = append(of.snapshot, millis(t.snapshot.Sub(t.click)))
}

// judge sums up; only joins that failed make a run fail.
func (r *Report) judge() {
	r.Passed = true
	for _, t := range r.Transports {
		r.Passed = r.Passed && t.Failed == 0 && t.Joined > 0
		sinceGrant := func(v []float64) []float64 {
			out := slices.Clone(v)
			for i := range out {
				out[i] -= t.grant[i]
			}
			return out
		}
		t.FromClick = r.stages(t.welcome, t.snapshot)
		t.FromGrant = r.stages(sinceGrant(t.welcome), sinceGrant(t.snapshot))
		t.AboveFloorMs = spread(plus(sinceGrant(t.snapshot), -t.FloorRTT*r.RTTMs))
	}
}

func (r *Report) stages(welcome, snapshot []float64) Stages {
	s := Stages{WelcomeMs: spread(welcome), SnapshotMs: spread(snapshot)}
	if r.RTTMs > 0 {
		s.SnapshotRTT = report.Spread{P50: s.SnapshotMs.P50 / r.RTTMs, P99: s.SnapshotMs.P99 / r.RTTMs, Max: s.SnapshotMs.Max / r.RTTMs}
	}
	return s
}

func plus(v []float64, d float64) []float64 {
	for i := range v {
		v[i] += d
	}
	return v
}

// spread is by nearest rank.
func spread(v []float64) report.Spread {
	if len(v) == 0 {
		return report.Spread{}
	}
	v = slices.Sorted(slices.Values(v))
	at := func(share float64) float64 { return v[max(int(math.Ceil(share*float64(len(v))))-1, 0)] }
	return report.Spread{P50: at(0.5), P99: at(0.99), Max: v[len(v)-1]}
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// WriteSummary writes the report for people.
func (r *Report) WriteSummary(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s on %s/%s (%d CPUs), round trip %.0f ms, tick %.0f ms\n\n", r.Game, r.Machine.OS, r.Machine.Arch, r.Machine.CPUs, r.RTTMs, r.TickMs)
	for _, s := range r.Starts {
		fmt.Fprintf(&b, "server from nothing: ready after %.0f ms, first snapshot after %.0f ms\n", s.ReadyMs, s.SnapshotMs)
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\ntransport\tjoins\tfailed\tgrant → Welcome ms\tgrant → snapshot ms\tin RTT\tfloor\tabove floor ms\tclick → snapshot ms\tin RTT\t")
	for _, kind := range r.order {
		t := r.Transports[string(kind)]
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%s\t%.0f\t%s\t%s\t%s\t\n", kind, t.Joined, t.Failed, two(t.FromGrant.WelcomeMs, 0), two(t.FromGrant.SnapshotMs, 0),
			two(t.FromGrant.SnapshotRTT, 2), t.FloorRTT, two(t.AboveFloorMs, 0), two(t.FromClick.SnapshotMs, 0), two(t.FromClick.SnapshotRTT, 2))
	}
	_ = w.Flush() // a strings.Builder does not fail
	b.WriteString("(p50 / p99)\n\n")
	for _, kind := range r.order {
		fmt.Fprintf(&b, "floor of %s: %s\n", kind, strings.Join(r.Transports[string(kind)].Floor, "; "))
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "failed: %s\n", p)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func two(s report.Spread, digits int) string {
	return fmt.Sprintf("%.*f / %.*f", digits, s.P50, digits, s.P99)
}
