package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/realmwire/realmwire/loadtest/peers/peer"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
)

// W7: how old the newest state is, and how late reliable events are, on a bad network.
const (
	delayClients = 20
	delayHz      = 60
	delayBytes   = 200
	delayOneWay  = 50 * time.Millisecond
	delayWarm    = time.Second            // under loss, so that estimates and windows have settled
	delayGrace   = 800 * time.Millisecond // for events that were sent last
	usualLoss    = 5                      // percent
	// A run in which one of our processes was kept from running for longer is repeated, so often at most.
	delayLag     = 20 * time.Millisecond
	delayRepeats = 2
)

// condition is what the network does, both ways.
type condition struct {
	label   string // empty: the usual
	profile netsim.Profile
}

func (s *settings) conditions() ([]condition, error) {
	burst, err := parseBurst(s.burst)
	if err != nil {
		return nil, err
	}
	var out []condition
	for text := range strings.SplitSeq(s.losses, ",") {
		percent, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || percent < 0 || percent > 90 {
			return nil, fmt.Errorf("--loss %q: percentages from 0 to 90, separated by commas", s.losses)
		}
		c := condition{profile: netsim.Profile{Latency: delayOneWay, Loss: percent / 100, Burst: burst}}
		if percent != usualLoss || s.burst != "" {
			c.label = fmt.Sprintf("%g %% loss", percent)
		}
		if s.burst != "" {
			c.label += fmt.Sprintf(", bursts %g/%g/%g", burst.Enter, burst.Leave, burst.Loss)
		}
		out = append(out, c)
	}
	return out, nil
}

func parseBurst(text string) (netsim.Burst, error) {
	if text == "" {
		return netsim.Burst{}, nil
	}
	var v [3]float64
	parts := strings.Split(text, ",")
	for i, p := range parts {
		x, err := strconv.ParseFloat(p, 64)
		if err != nil || x < 0 || x > 1 || len(parts) != len(v) {
			return netsim.Burst{}, fmt.Errorf("--burst %q: ENTER,LEAVE,LOSS, each from 0 to 1", text)
		}
		v[i] = x
	}
	return netsim.Burst{Enter: v[0], Leave: v[1], Loss: v[2]}, nil
}

// delays are one row's figures, by round and pooled over all.
type delays struct {
	ages, events  []int32 // µs
	missing       int
	lag           time.Duration   // the worst of the runs that count
	p50, p99, rel map[int]float64 // ms
	bytes         map[int]float64 // of a session in a second, both ways
	up, down      map[int]float64
}

func newDelays() *delays {
	return &delays{
		p50: map[int]float64{}, p99: map[int]float64{}, rel: map[int]float64{},
		bytes: map[int]float64{}, up: map[int]float64{}, down: map[int]float64{},
	}
}

func (r *runner) delay(ctx context.Context) ([]result, error) {
	conditions, err := r.conditions()
	if err != nil {
		return nil, err
	}
	rigless := rigWorks(ctx)
	if r.udpOnly {
		rigless = errors.New("--udp-only")
	}
	rows := r.rows(func(peer.Peer) bool { return false })
	if rigless != nil {
		progress("W7: %v: through a UDP proxy, without peers over TCP, without pion (its candidates cannot name the proxy) and without bytes on the wire", rigless)
		rows = proxied(rows)
	}
	var out []result
	var fail failures
	for _, c := range conditions {
		got := make(map[string]*delays)
		for round := range r.rounds {
			for _, row := range turn(rows, round) {
				d := got[row.String()]
				if d == nil {
					d = newDelays()
					got[row.String()] = d
				}
				t, err := r.delayRow(ctx, row, c, round, rigless == nil)
				fail.add(ctx, row, err)
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				if err == nil {
					d.take(round, t, row.Has(transport.Reliable))
					progress("W7 round %d/%d %-32s age p99 %6.1f ms, reliable p99 %6.1f ms", round+1, r.rounds, row, d.p99[round], d.rel[round])
				}
			}
		}
		out = append(out, r.delayTable(rows, got, c)...)
	}
	return out, fail.err
}

func proxied(rows []row) []row {
	var out []row
	for _, row := range rows {
		if !row.TCP && !row.Unproxied {
			out = append(out, row)
		}
	}
	return out
}

// trial is one run of one row.
type trial struct {
	observed
	up, down float64 // bytes of a session in a second
	lag      time.Duration
}

// delayRow runs one row for one round, again where the machine disturbed it.
func (r *runner) delayRow(ctx context.Context, row row, c condition, round int, rigged bool) (t trial, err error) {
	for range 1 + delayRepeats {
		if t, err = r.delayOnce(ctx, row, c, round, rigged); err != nil || t.lag <= delayLag {
			return t, err
		}
		progress("W7 round %d/%d %-32s was kept waiting by the machine for %s", round+1, r.rounds, row, t.lag.Round(time.Millisecond))
	}
	return t, nil
}

// delayOnce makes the sessions on a network that only has latency; then it turns bad.
func (r *runner) delayOnce(ctx context.Context, row row, c condition, round int, rigged bool) (trial, error) {
	w := workload{
		Peer: row.Name, Lane: row.lane, Options: options("127.0.0.1"), Clients: pick(r.clients, delayClients), Hz: delayHz,
		Down: delayBytes, Up: r.up, Events: true,
	}
	w.Options.Hurry = true
	join := joinProxy
	if rigged {
		join = joinRig
	}
	p, n, err := join(ctx, w)
	if err != nil {
		return trial{}, err
	}
	defer n.close()
	defer p.stop()
	n.set(c.profile, uint64(1+round)<<32)
	if err := errors.Join(p.start(), p.server.call("watch", none{}, nil), p.clients.call("watch", none{}, nil)); err != nil {
		return trial{}, err
	}
	if err := sleep(ctx, delayWarm); err != nil {
		return trial{}, err
	}
	t, err := r.measureDelay(ctx, p, n)
	if err != nil {
		return trial{}, err
	}
	t.up /= float64(w.Clients)
	t.down /= float64(w.Clients)
	if len(t.Ages) == 0 {
		return trial{}, errors.New("no state arrived")
	}
	return t, p.finish()
}

// measureDelay takes the samples; its bytes are those of all sessions together.
func (r *runner) measureDelay(ctx context.Context, p *pair, n network) (t trial, err error) {
	if _, err := lag(p, n); err != nil {
		return t, err
	}
	var s span
	if err := p.clients.call("sample", none{}, &s.From); err != nil {
		return t, err
	}
	upFrom, downFrom := n.counts()
	if err := sleep(ctx, r.duration); err != nil {
		return t, err
	}
	upTo, downTo := n.counts()
	if err := p.clients.call("sampled", none{}, &s.To); err != nil {
		return t, err
	}
	if t.lag, err = lag(p, n); err != nil {
		return t, err
	}
	if err := sleep(ctx, delayGrace); err != nil {
		return t, err
	}
	seconds := time.Duration(s.To - s.From).Seconds()
	t.up, t.down = float64(upTo.Bytes-upFrom.Bytes)/seconds, float64(downTo.Bytes-downFrom.Bytes)/seconds
	return t, p.clients.call("observe", s, &t.observed)
}

func (d *delays) take(round int, t trial, reliable bool) {
	d.ages = append(d.ages, t.Ages...)
	d.p50[round], d.p99[round] = percentile(t.Ages, 0.50)/1000, percentile(t.Ages, 0.99)/1000
	d.up[round], d.down[round], d.bytes[round] = t.up, t.down, t.up+t.down
	d.lag = max(d.lag, t.lag)
	if reliable {
		d.events = append(d.events, t.Events...)
		d.missing += t.Missing
		d.rel[round] = percentile(t.Events, 0.99) / 1000
	}
}

func (r *runner) delayTable(rows []row, got map[string]*delays, c condition) []result {
	label := c.label
	if label == "" {
		label = fmt.Sprintf("%d %% loss", usualLoss)
	}
	fmt.Printf("W7: %s and %s each way; %d clients, %d Hz × %d B down, %d events of %d B a second down, %d B a tick up\n",
		delayOneWay, label, pick(r.clients, delayClients), delayHz, delayBytes, eventsPerSecond, eventSize, r.up)
	fmt.Printf("age: of the newest state applied, every %s; reliable: from the tick that sends an event to its arrival; ms over %d rounds of %s.\n",
		sampleEvery, r.rounds, r.duration)
	fmt.Print("bytes: IP packets with headers, of a session in a second, as given to the network; × bare is of both directions together\n")
	fmt.Printf("lag: for how many ms the machine kept a process of ours from running, at worst; beyond %s a run is repeated, %d times at most\n\n",
		delayLag, delayRepeats)
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "peer\tstates on\tencryption\tage p50\tp99\tspread\t× bare\treliable p50\tp99\tspread\tmissing\tdown\tup\t× bare\tlag")
	var out []result
	bare := got[rows[0].String()]
	for _, row := range rows {
		d := got[row.String()]
		if d == nil || len(d.ages) == 0 {
			continue
		}
		res := row.result("W7")
		res.Network = c.label
		res.AgeP50Ms, res.AgeP99Ms = round(percentile(d.ages, 0.50)/1000, 2), round(percentile(d.ages, 0.99)/1000, 2)
		res.ReliableP99Ms = round(percentile(d.events, 0.99)/1000, 2)
		res.RatioToBare = round(median(ratios(d.p99, bare.p99)), 3)
		res.WireBytes = round(median(values(d.bytes)), 0)
		res.BytesToBare = round(median(ratios(d.bytes, bare.bytes)), 3)
		out = append(out, res)
		events := "\t\t\t"
		if len(d.events) > 0 {
			events = fmt.Sprintf("%.1f\t%.1f\t%s\t%d", percentile(d.events, 0.50)/1000, res.ReliableP99Ms, spread(values(d.rel), "%.0f"), d.missing)
		}
		wire := "\t\t"
		if res.WireBytes > 0 {
			wire = fmt.Sprintf("%.0f\t%.0f\t%.2f", median(values(d.down)), median(values(d.up)), res.BytesToBare)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%.1f\t%.1f\t%s\t%.2f\t%s\t%s\t%d\n", row.Name, row.lane, row.Encryption,
			res.AgeP50Ms, res.AgeP99Ms, spread(values(d.p99), "%.0f"), res.RatioToBare, events, wire, d.lag.Milliseconds())
	}
	_ = t.Flush()
	fmt.Println()
	return out
}
