package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/loadtest/peers/peer"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
)

// TestMain lets the test's own program be a child.
func TestMain(m *testing.M) {
	if role := os.Getenv(envRole); role != "" {
		if err := childMain(role); err != nil {
			fmt.Fprintln(os.Stderr, role+":", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// short is a runner of few clients for a second.
func short(t *testing.T, workload string) (*runner, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return &runner{settings: settings{workload: workload, duration: time.Second, rounds: 1, clients: 3}, peers: peer.All()}, ctx
}

func TestEveryPeerCarriesMessages(t *testing.T) {
	r, _ := short(t, "W5")
	for _, row := range r.rows(func(peer.Peer) bool { return true }) {
		t.Run(row.String(), func(t *testing.T) {
			t.Parallel()
			r, ctx := short(t, "W5")
			s, err := r.costOnce(ctx, row, 0)
			if err != nil {
				t.Fatal(err)
			}
			if s.us <= 0 || s.carried <= 0 || s.carried > 1.5 {
				t.Errorf("%v µs for a message, %v of what was to be carried", s.us, s.carried)
			}
		})
	}
}

func TestMemoryOfASession(t *testing.T) {
	r, ctx := short(t, "W6")
	r.clients, r.duration = 50, 100*time.Millisecond
	for _, row := range r.rows(func(p peer.Peer) bool { return p.Name == "realmwire-kcp" }) {
		if row.Name != "realmwire-kcp" && row.Name != "pion" {
			continue
		}
		m, err := r.memoryOnce(ctx, row)
		if err != nil {
			t.Fatal(err)
		}
		if m.Collected <= 0 || m.Resident < m.Collected/2 {
			t.Errorf("%s: %+v", row, m)
		}
	}
}

// rigged skips a test where there can be no rig, or fails it where nothing may be skipped.
func rigged(t *testing.T) {
	t.Helper()
	err := rigWorks(context.Background())
	harness.Need(t, fmt.Sprintf("a rig of network namespaces (%v)", err), err == nil)
}

func TestEveryPeerThroughTheRig(t *testing.T) {
	rigged(t)
	r, _ := short(t, "W7")
	bad := condition{profile: netsim.Profile{Latency: delayOneWay, Loss: 0.05}}
	for _, row := range r.rows(func(peer.Peer) bool { return false }) {
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			r, ctx := short(t, "W7")
			d := newDelays()
			got, err := r.delayOnce(ctx, row, bad, 0, true)
			if err != nil {
				t.Fatal(err)
			}
			d.take(0, got, row.Has(transport.Reliable))
			checkDelays(t, row, d)
			// Every state carries its bytes at least; only the ordered lane leaves some out.
			if least := float64(delayHz * delayBytes / 2); d.down[0] < least && row.Name != "realmwire-kcp-ordered" || d.bytes[0] <= 0 {
				t.Errorf("%v bytes a second down", d.down[0])
			}
		})
	}
}

// checkDelays: nothing is faster than the network's latency.
func checkDelays(t *testing.T, row row, d *delays) {
	t.Helper()
	least := float64(delayOneWay / time.Microsecond)
	if p := percentile(d.ages, 0.01); p < least || d.p99[0] < d.p50[0] {
		t.Errorf("ages from %v µs, p50 %v ms, p99 %v ms", p, d.p50[0], d.p99[0])
	}
	if !row.Has(transport.Reliable) {
		return
	}
	if p := percentile(d.events, 0.01); len(d.events) == 0 || p < least || d.rel[0] <= 0 {
		t.Errorf("%d events, the first after %v µs", len(d.events), p)
	}
}

func TestRigLosesWhatItIsTold(t *testing.T) {
	rigged(t)
	r, ctx := short(t, "W7")
	r.duration = 100 * time.Millisecond
	all := condition{profile: netsim.Profile{Loss: 1}}
	_, err := r.delayOnce(ctx, row{peer.All()[0], transport.Latest}, all, 0, true)
	if err == nil || !strings.Contains(err.Error(), "no state arrived") {
		t.Errorf("a network that loses everything gave %v", err)
	}
	ours, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range ours {
		if strings.HasPrefix(i.Name, "rig") {
			t.Errorf("device %s is in our own namespace", i.Name)
		}
	}
}

func TestThroughTheProxy(t *testing.T) {
	r, _ := short(t, "W7")
	for _, row := range proxied(r.rows(func(peer.Peer) bool { return false })) {
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			r, ctx := short(t, "W7")
			d := newDelays()
			got, err := r.delayOnce(ctx, row, condition{profile: netsim.Profile{Latency: delayOneWay, Loss: 0.05}}, 0, false)
			if err != nil {
				t.Fatal(err)
			}
			d.take(0, got, row.Has(transport.Reliable))
			checkDelays(t, row, d)
		})
	}
}

// TestInterrupted holds that nothing is left when a run is broken off.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w := workload{Peer: peer.Bare, Options: options("127.0.0.1"), Clients: 2, Hz: 30, Down: 50, Up: 50}
	p, err := connect(ctx, w, "", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	cancel()
	p.stop()
	for _, c := range []*child{p.server, p.clients} {
		if c.cmd.ProcessState == nil {
			t.Errorf("the %s still runs", c.role)
		}
	}
}

func TestJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.json")
	if err := run(context.Background(), []string{
		"--workload", "W5", "--rounds", "1", "--duration", "300ms", "--clients", "3", "--peers", "realmwire-kcp", "--json", path,
	}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]any
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 || rows[0]["peer"] != "bare-udp" || rows[0]["ratio_to_bare"] != 1.0 {
		t.Errorf("rows %s", raw)
	}
	for _, row := range rows {
		if row["workload"] != "W5" || row["encryption"] != "aes-128-gcm" || row["us_per_message"] == nil || row["age_p99_ms"] != nil {
			t.Errorf("row %v", row)
		}
	}
	if rows[1]["lane"] != "latest" || rows[2]["lane"] != "reliable" {
		t.Errorf("lanes of %s", raw)
	}
}

func TestRefusals(t *testing.T) {
	for _, args := range []string{
		"", "--workload W4", "--workload W5 --peers nobody", "--workload W5 --rounds -1", "--workload W5 --duration 1h", "--workload W7 --loss many",
		"--workload W7 --loss 95", "--workload W7 --burst 1,1", "--workload W7 --burst 1,2,1", "--workload W5 extra", "--workload W7 --up 5000 --peers tcp",
	} {
		if err := run(context.Background(), strings.Fields(args)); err == nil {
			t.Errorf("%q was accepted", args)
		}
	}
}
