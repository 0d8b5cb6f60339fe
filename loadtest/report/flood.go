package report

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// Sum fills what follows from the windows, each of which had eachS seconds; the ticks of all together are the caller's.
func (f *Flood) Sum(eachS float64) {
	f.EachS = eachS
	var quiet, flooded []FloodWindow
	for _, w := range f.Windows {
		if !w.Flooded {
			quiet = append(quiet, w)
			continue
		}
		flooded = append(flooded, w)
		f.Sent += w.Sent
		f.SentBytes += w.SentBytes
		f.Received += w.Received
		f.ReceivedBytes += w.ReceivedBytes
	}
	f.Quiet, f.Hostile = together(quiet), together(flooded)
	if len(quiet) > 0 {
		for _, w := range f.Windows {
			f.SessionsMade = max(f.SessionsMade, w.Sessions-quiet[0].Sessions)
		}
	}
	if len(flooded) > 0 && eachS > 0 {
		f.Rate = float64(f.Sent) / (eachS * float64(len(flooded)))
	}
	for i := range min(len(quiet), len(flooded)) {
		if quiet[i].TickP99Ms > 0 {
			f.PairRatios = append(f.PairRatios, flooded[i].TickP99Ms/quiet[i].TickP99Ms)
		}
		if quiet[i].InputAckMs.P99 > 0 {
			f.AckPairRatios = append(f.AckPairRatios, flooded[i].InputAckMs.P99/quiet[i].InputAckMs.P99)
		}
	}
}

// together are several windows as one, but for the ticks.
func together(windows []FloodWindow) Phase {
	if len(windows) == 0 {
		return Phase{}
	}
	of := func(figure func(Phase) float64) float64 {
		var all []float64
		for _, w := range windows {
			all = append(all, figure(w.Phase))
		}
		return median(all)
	}
	last := windows[len(windows)-1]
	return Phase{
		AgeMs: Percentiles{P50: of(func(p Phase) float64 { return p.AgeMs.P50 }), P99: of(func(p Phase) float64 { return p.AgeMs.P99 })},
		CPU:   of(func(p Phase) float64 { return p.CPU }), Sessions: last.Sessions,
		RSSStartBytes: windows[0].RSSStartBytes, RSSBytes: last.RSSBytes,
	}
}

// median is 0 of nothing.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

func (r *Report) writeFlood(b *strings.Builder) {
	f := r.Flood
	if f == nil {
		return
	}
	if len(f.Dear) > 0 {
		fmt.Fprintf(b, "dear packets: %.0f/s of one peer with a ticket; %d bytes sent\n", f.Rate, f.SentBytes)
	} else {
		fmt.Fprintf(b, "flood: %.0f datagrams/s; %d bytes sent, %d back (%.4f); %d sessions made\n",
			f.Rate, f.SentBytes, f.ReceivedBytes, float64(f.ReceivedBytes)/max(float64(f.SentBytes), 1), f.SessionsMade)
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "window\ttick p50 ms\tp99\tage p50 ms\tp99\tinput ack p50 ms\tp99\tCPU\tmemory MiB\tdatagrams/s\tsessions\t")
	row := func(name string, p Phase, rate float64) {
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.1f\t%.1f\t%.1f\t%.1f\t%.0f%%\t%.1f → %.1f\t%.0f\t%d\t\n", name, p.TickP50Ms, p.TickP99Ms, p.AgeMs.P50, p.AgeMs.P99, p.InputAckMs.P50, p.InputAckMs.P99,
			100*p.CPU, p.RSSStartBytes/(1<<20), p.RSSBytes/(1<<20), rate, p.Sessions)
	}
	for i, v := range f.Windows {
		name := fmt.Sprintf("%d quiet", i/2+1)
		rate := 0.0
		if v.Flooded {
			name = fmt.Sprintf("%d flooded", i/2+1)
			if rate = f.Rate; v.Kind != "" {
				name, rate = fmt.Sprintf("%d %s", i/2+1, v.Kind), float64(v.Sent)/f.EachS
			}
		}
		row(name, v.Phase, rate)
	}
	row("all quiet", f.Quiet, 0)
	row("all flooded", f.Hostile, f.Rate)
	_ = w.Flush() // a strings.Builder does not fail
	fmt.Fprintf(b, "tick p99, flooded to quiet: %.2f × of all windows; the pairs' median %.2f ×:", f.TickP99Ratio, median(f.PairRatios))
	for _, v := range f.PairRatios {
		fmt.Fprintf(b, " %.2f", v)
	}
	fmt.Fprintf(b, "\ninput ack p99, flooded to quiet: %.2f × of all windows; the pairs' median %.2f ×:", f.AckP99Ratio, median(f.AckPairRatios))
	for _, v := range f.AckPairRatios {
		fmt.Fprintf(b, " %.2f", v)
	}
	b.WriteString("\n\n")
}
