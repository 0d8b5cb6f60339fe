package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/realmwire/realmwire/loadtest/peers/peer"
)

// W6: what a connected session occupies in the server's process, after traffic.
const (
	memoryClients = 1000
	memoryHeavy   = 200 // of a peer that is so costly
	memoryHz      = 10
	memoryBytes   = 100
)

// residences are one row's figures by round.
type residences struct{ collected, asItStood map[int]float64 }

func (r *runner) memory(ctx context.Context) ([]result, error) {
	// Ours with both lanes: only the reliable one makes KCP's core.
	rows := r.rows(func(p peer.Peer) bool { return p.Name == "realmwire-kcp" })
	got := make(map[string]*residences)
	var fail failures
	for round := range r.rounds {
		for _, row := range turn(rows, round) {
			m, err := r.memoryOnce(ctx, row)
			fail.add(ctx, row, err)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				continue
			}
			progress("W6 round %d/%d %-34s %7.1f KiB", round+1, r.rounds, row, float64(m.Collected)/1024)
			c := got[row.String()]
			if c == nil {
				c = &residences{map[int]float64{}, map[int]float64{}}
				got[row.String()] = c
			}
			c.collected[round], c.asItStood[round] = float64(m.Collected), float64(m.Resident)
		}
	}
	return r.memoryTable(rows, got), fail.err
}

func (r *runner) sessions(row row) int {
	if row.Heavy {
		return min(pick(r.clients, memoryHeavy), memoryHeavy)
	}
	return pick(r.clients, memoryClients)
}

// memoryOnce measures one row, for a session.
func (r *runner) memoryOnce(ctx context.Context, row row) (memory, error) {
	n := r.sessions(row)
	w := workload{Peer: row.Name, Lane: row.lane, Options: options("127.0.0.1"), Clients: n, Hz: memoryHz, Down: memoryBytes, Up: memoryBytes}
	var before, after memory
	p, err := connect(ctx, w, "", "", func(p *pair, addr string) (string, error) {
		return addr, p.server.call("memory", none{}, &before)
	})
	if err != nil {
		return memory{}, err
	}
	defer p.stop()
	if err := p.start(); err != nil {
		return memory{}, err
	}
	if err := sleep(ctx, r.duration+time.Second); err != nil {
		return memory{}, err
	}
	if err := p.server.call("memory", none{}, &after); err != nil {
		return memory{}, err
	}
	if r.profile != "" {
		var st stacks
		if err := p.server.call("heap", filepath.Join(r.profile, fmt.Sprintf("%s-%s-heap.pprof", row.Name, row.lane)), &st); err != nil {
			return memory{}, err
		}
		progress("%s: %d goroutines, %.1f KiB of stacks for a session", row, st.Goroutines, float64(st.Bytes)/1024/float64(n))
	}
	each := memory{(after.Resident - before.Collected) / int64(n), (after.Collected - before.Collected) / int64(n)}
	return each, p.finish()
}

func (r *runner) memoryTable(rows []row, got map[string]*residences) []result {
	fmt.Printf("W6: resident memory of the server's process for a connected session, while %d B each way at %d Hz run\n", memoryBytes, memoryHz)
	fmt.Print("collected: after what is garbage was given back; as it stood: before. The library's own state and what the runtime keeps for it, with\n" +
		"about 100 B of this program's; no zone's state, no memory of the kernel. rss_per_session_bytes is the collected one.\n\n")
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "peer\tlane\tencryption\tsessions\tcollected\tspread\tas it stood")
	var out []result
	for _, row := range rows {
		c := got[row.String()]
		if c == nil {
			continue
		}
		res := row.result("W6")
		res.RSSPerSession = round(median(values(c.collected)), 0)
		out = append(out, res)
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%.1f KiB\t%s\t%.1f KiB\n", row.Name, row.lane, row.Encryption, r.sessions(row), res.RSSPerSession/1024,
			spread(values(c.collected), "%.0f"), median(values(c.asItStood))/1024)
	}
	_ = t.Flush()
	return out
}
