package report

import (
	"fmt"
	"slices"
)

// Limits are optional thresholds; zero is none.
type Limits struct {
	AgeP99Ms  float64 // snapshot_age_ms.p99
	TickP99Ms float64 // of every zone
	// Disconnects are no fault where they were meant to happen, as long as every bot reconnects.
	Disconnects bool
}

// Judge fills Passed and Faults.
func (r *Report) Judge(l Limits) {
	r.Faults = []string{}
	fault := func(format string, args ...any) { r.Faults = append(r.Faults, fmt.Sprintf(format, args...)) }
	if r.Interrupted {
		fault("the run was interrupted")
	}
	if r.Failed > 0 {
		fault("%d of %d bots could not join", r.Failed, r.Bots)
	}
	switch away := r.Disconnected - r.Returned; {
	case l.Disconnects && away > 0:
		fault("%d of %d lost connections did not come back", away, r.Disconnected)
	case !l.Disconnects && r.Disconnected > 0:
		fault("%d connections were lost (%d bots did not come back)", r.Disconnected, r.Lost)
	}
	if r.Desyncs > 0 {
		fault("%d snapshots decoded to other entities than the server sent", r.Desyncs)
	}
	if r.Undecodable > 0 {
		fault("%d snapshots could not be decoded", r.Undecodable)
	}
	if r.ViewsChecked == 0 {
		fault("no snapshot was checked against the server's checksum")
	}
	r.judgeFlood(fault)
	r.judgeLimits(l, fault)
	r.Passed = len(r.Faults) == 0
}

// judgeFlood holds the server to what docs/security.md promises.
func (r *Report) judgeFlood(fault func(string, ...any)) {
	f := r.Flood
	switch {
	case f == nil:
	case f.Sent == 0:
		fault("the flood sent nothing")
	default:
		if f.ReceivedBytes > f.SentBytes {
			fault("attackers got %d bytes for %d", f.ReceivedBytes, f.SentBytes)
		}
		if f.SessionsMade > 0 && len(f.Dear) == 0 { // who sends dear packets has a ticket
			fault("attackers made %d sessions", f.SessionsMade)
		}
	}
}

func (r *Report) judgeLimits(l Limits, fault func(string, ...any)) {
	if l.AgeP99Ms == 0 && l.TickP99Ms == 0 {
		return
	}
	if r.Void {
		fault("the bots themselves ran up to %.1f ms late (p99), more than a tick: delays cannot be judged; use fewer bots or a faster machine", r.GeneratorLateMs.P99)
	}
	if l.AgeP99Ms > 0 && r.SnapshotAgeMs.P99 > l.AgeP99Ms {
		fault("snapshot age p99 is %.1f ms, above the limit of %.1f ms", r.SnapshotAgeMs.P99, l.AgeP99Ms)
	}
	if l.TickP99Ms > 0 {
		if len(r.Zones) == 0 {
			fault("the zones' tick times are not known, so that they cannot be held to %.1f ms", l.TickP99Ms)
		}
		for _, z := range r.Zones {
			if z.TickMs.P99 > l.TickP99Ms {
				fault("zone %s: tick p99 is %.1f ms, above the limit of %.1f ms", z.Name, z.TickMs.P99, l.TickP99Ms)
			}
		}
	}
}

// sortedProblems are the problems, the most frequent first.
func (r *Report) sortedProblems() []string {
	names := make([]string, 0, len(r.Problems))
	for n := range r.Problems {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := r.Problems[b] - r.Problems[a]; d != 0 {
			return d
		}
		if a < b {
			return -1
		}
		return 1
	})
	return names
}
