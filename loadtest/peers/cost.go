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

// W5: what a message costs the server's process.
const (
	costClients = 200
	costHz      = 30
	costBytes   = 100
	costWarm    = 500 * time.Millisecond
)

// costs are one row's figures by round.
type costs struct {
	us, carried, switches map[int]float64
	failed                uint64
}

// costSample is one row in one round.
type costSample struct {
	us       float64 // CPU time for a message
	switches float64 // of the server's threads, for a message
	carried  float64 // share of the messages that were to be carried
	failed   uint64  // sends that were refused
}

func (r *runner) cost(ctx context.Context) ([]result, error) {
	rows := r.rows(func(peer.Peer) bool { return true })
	got := make(map[string]*costs)
	for _, row := range rows {
		got[row.String()] = &costs{map[int]float64{}, map[int]float64{}, map[int]float64{}, 0}
	}
	var fail failures
	for round := range r.rounds {
		// The limit runs at both ends of a round; what it cost is the mean of the two.
		order := append(turn(rows, round), rows[0])
		for i, row := range order {
			sample, err := r.costOnce(ctx, row, round)
			fail.add(ctx, row, err)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				continue
			}
			progress("W5 round %d/%d %-34s %6.2f µs", round+1, r.rounds, row, sample.us)
			c := got[row.String()]
			if i == len(order)-1 && c.us[round] > 0 {
				sample.us = (sample.us + c.us[round]) / 2
			}
			c.us[round], c.carried[round], c.switches[round] = sample.us, sample.carried, sample.switches
			c.failed += sample.failed
		}
	}
	return r.costTable(rows, got), fail.err
}

func (r *runner) costOnce(ctx context.Context, row row, round int) (costSample, error) {
	w := workload{
		Peer: row.Name, Lane: row.lane, Options: options("127.0.0.1"), Clients: pick(r.clients, costClients), Hz: costHz,
		Down: costBytes, Up: costBytes,
	}
	p, err := connect(ctx, w, "", "", nil)
	if err != nil {
		return costSample{}, err
	}
	defer p.stop()
	if err := p.start(); err != nil {
		return costSample{}, err
	}
	if err := sleep(ctx, costWarm); err != nil {
		return costSample{}, err
	}
	var from, to mark
	began := time.Now()
	if err := p.server.call("mark", none{}, &from); err != nil {
		return costSample{}, err
	}
	if r.profile != "" {
		name := fmt.Sprintf("%s-%s-%d.pprof", row.Name, row.lane, round+1)
		if err := p.server.call("profile", filepath.Join(r.profile, name), nil); err != nil {
			return costSample{}, err
		}
	}
	if err := sleep(ctx, r.duration); err != nil {
		return costSample{}, err
	}
	if err := p.server.call("mark", none{}, &to); err != nil {
		return costSample{}, err
	}
	took := time.Since(began)
	in, sent := to.In-from.In, to.Out-from.Out
	if in == 0 || sent == 0 {
		return costSample{}, fmt.Errorf("carried nothing in one direction: %d in, %d out, %d refused", in, sent, to.Failed)
	}
	messages := float64(in + sent)
	expected := 2 * float64(w.Clients*w.Hz) * took.Seconds()
	return costSample{
		us: float64(to.CPUNs-from.CPUNs) / 1000 / messages, switches: float64(to.Switches-from.Switches) / messages,
		carried: messages / expected, failed: to.Failed,
	}, p.finish()
}

func pick(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

func (r *runner) costTable(rows []row, got map[string]*costs) []result {
	fmt.Printf("W5: %d clients × %d Hz × %d B each way; CPU of the server's process (user and system) for a message, in and out both counted\n",
		pick(r.clients, costClients), costHz, costBytes)
	fmt.Printf("medians of %d rounds of %s; ratios are taken within a round; switches: of the server's threads, for a message\n\n", r.rounds, r.duration)
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "peer\tlane\tencryption\tµs/message\tspread\t× bare\tspread\tswitches\tcarried")
	var out []result
	for _, row := range rows {
		c := got[row.String()]
		if len(c.us) == 0 {
			continue
		}
		to := ratios(c.us, got[rows[0].String()].us)
		res := row.result("W5")
		res.USPerMsg, res.RatioToBare = round(median(values(c.us)), 3), round(median(to), 3)
		out = append(out, res)
		note := ""
		if c.failed > 0 {
			note = fmt.Sprintf(" (%d not sent)", c.failed)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%.2f\t%s\t%.2f\t%s\t%.2f\t%.0f %%%s\n", row.Name, row.lane, row.Encryption, res.USPerMsg,
			spread(values(c.us), "%.2f"), res.RatioToBare, spread(to, "%.2f"),
			median(values(c.switches)), 100*median(values(c.carried)), note)
	}
	_ = t.Flush()
	return out
}
