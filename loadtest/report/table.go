package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

const maxProblemsShown = 8

// WriteSummary writes the report for people.
func (r *Report) WriteSummary(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s: %d bots, %.0f s on %s (%d CPUs), %d Hz, snapshots %s\n\n",
		r.Game, r.Bots, r.DurationS, r.Machine.OS+"/"+r.Machine.Arch, r.Machine.CPUs, r.TickHz, r.Snapshots)
	r.writeBots(&b)
	r.writeTransports(&b)
	r.writeZones(&b)
	r.writeFlood(&b)
	for i, p := range r.sortedProblems() {
		if i == maxProblemsShown {
			fmt.Fprintf(&b, "  … and %d other reasons\n", len(r.Problems)-i)
			break
		}
		fmt.Fprintf(&b, "  %d× %s\n", r.Problems[p], p)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	if r.Void {
		fmt.Fprintf(&b, "VOID: the bots themselves ran %.1f ms late at p99, more than a tick: the delays above say more of this machine than of the server\n", r.GeneratorLateMs.P99)
	}
	if r.Passed {
		b.WriteString("PASSED\n")
	}
	for _, f := range r.Faults {
		fmt.Fprintf(&b, "FAILED: %s\n", f)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (r *Report) writeBots(b *strings.Builder) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "bots\t%d connected, %d failed, %d disconnected\n", r.Connected, r.Failed, r.Disconnected)
	if r.Returned > 0 {
		fmt.Fprintf(w, "came back\t%d, after p50 %.0f, p99 %.0f, max %.0f ms\n", r.Returned, r.RecoveryMs.P50, r.RecoveryMs.P99, r.RecoveryMs.Max)
	}
	fmt.Fprintf(w, "checked\t%d snapshots with %d entities: %d desyncs, %d undecodable\n", r.ViewsChecked, r.EntitiesChecked, r.Desyncs, r.Undecodable)
	fmt.Fprintf(w, "in view\t%.0f entities (p99 %.0f)\n", r.EntitiesInView.P50, r.EntitiesInView.P99)
	fmt.Fprintf(w, "prediction\t%d corrections, %d starved ticks\n", r.Corrections, r.Starved)
	if r.ChatSent > 0 {
		fmt.Fprintf(w, "chat\t%d lines said, %d heard\n", r.ChatSent, r.ChatHeard)
	}
	if r.Transfers > 0 {
		fmt.Fprintf(w, "transfers\t%d\n", r.Transfers)
	}
	fmt.Fprintf(w, "generator\tp50 %.1f, p99 %.1f, max %.1f ms late\n\n", r.GeneratorLateMs.P50, r.GeneratorLateMs.P99, r.GeneratorLateMs.Max)
	_ = w.Flush() // a strings.Builder does not fail
}

func (r *Report) writeTransports(b *strings.Builder) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "transport\tbots\tlost\tjoin ms\tage ms\tdelivery ms\tinput ack ms\trtt ms\tdown B/s\tup B/s\tsnapshots/s\t")
	names := make([]string, 0, len(r.Transports))
	for n := range r.Transports {
		names = append(names, n)
	}
	slices.Sort(names)
	row := func(name string, c Counts, d Delays, t Traffic) {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%.0f\t%.0f\t%.1f\t\n", name, c.Connected, c.Failed+c.Disconnected,
			d.JoinMs, d.SnapshotAgeMs, d.DeliveryMs, d.InputAckMs, d.RTTMs, t.BytesDownPerBotS, t.BytesUpPerBotS, t.SnapshotsPerBotS)
	}
	for _, n := range names {
		row(n, r.Transports[n].Counts, r.Transports[n].Delays, r.Transports[n].Traffic)
	}
	if len(names) > 1 {
		row("all", r.Counts, r.Delays, r.Traffic)
	}
	_ = w.Flush()
	b.WriteString("(milliseconds are p50 / p99; bytes are per bot)\n\n")
}

// String is p50 / p99.
func (p Percentiles) String() string { return fmt.Sprintf("%.1f / %.1f", p.P50, p.P99) }

func (r *Report) writeZones(b *strings.Builder) {
	if len(r.Zones) == 0 {
		return
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "zone\tplayers\tHz\ttick p50 ms\tp99\tmax\tprocess CPU\tmemory MiB\t")
	for _, z := range r.Zones {
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.2f\t%.2f\t%.2f\t%.0f%%\t%.1f\t\n", z.Name, z.Players, z.TickHz,
			z.TickMs.P50, z.TickMs.P99, z.TickMs.Max, 100*z.CPUS/max(r.DurationS, 0.001), z.RSSBytes/(1<<20))
	}
	_ = w.Flush()
	b.WriteString("\n")
}
