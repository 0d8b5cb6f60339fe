package loadtest_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/loadtest"
	"github.com/realmwire/realmwire/loadtest/joins"
	"github.com/realmwire/realmwire/loadtest/report"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/zone/games/rpg"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

func TestBotsOnARealServer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	var out strings.Builder
	err := loadtest.Run(t.Context(), loadtest.Options{
		Game: rpg.Game, Bots: 9, Duration: 3 * time.Second, Transport: "mixed", Chat: time.Second, Tick: 30, JSON: file,
		Executable: harness.Binary(t), Out: &out,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	if !r.Passed || r.Connected != 9 || r.TickHz != 30 || r.ViewsChecked < 100 || r.EntitiesChecked < r.ViewsChecked || len(r.Transports) != 3 {
		t.Errorf("%s", raw)
	}
	for name, tr := range r.Transports {
		if tr.Connected != 3 || tr.JoinMs.P50 <= 0 || tr.SnapshotAgeMs.P99 <= 0 || tr.InputAckMs.P50 <= 0 || tr.RTTMs.P50 <= 0 ||
			tr.BytesDownPerBotS <= 0 || tr.BytesUpPerBotS <= 0 || tr.SnapshotsPerBotS < 5 || tr.SnapshotsPerBotS > 35 {
			t.Errorf("%s: %+v", name, tr)
		}
	}
	if len(r.Zones) == 0 || r.Zones[0].RSSBytes == 0 || r.Zones[0].TickHz != 30 || r.EntitiesInView.P50 < 9 || r.ChatHeard == 0 {
		t.Errorf("zones %+v, in view %s, heard %d", r.Zones, r.EntitiesInView, r.ChatHeard)
	}
	if !strings.Contains(out.String(), "PASSED") {
		t.Errorf("the summary says\n%s", &out)
	}
}

func TestALimitThatIsExceededFailsTheRun(t *testing.T) {
	var out strings.Builder
	err := loadtest.Run(t.Context(), loadtest.Options{
		Game: rpg.Game, Bots: 2, Duration: time.Second, MaxAgeP99: 0.001, Executable: harness.Binary(t), Out: &out,
	})
	if !errors.Is(err, loadtest.ErrFailed) || !strings.Contains(out.String(), "FAILED: snapshot age p99") {
		t.Errorf("%v\n%s", err, &out)
	}
}

func TestOptionsThatCannotBeMeant(t *testing.T) {
	for want, o := range map[string]loadtest.Options{
		"--i-own-this-server":          {URL: "http://example.org:8080"},
		"not of the form":              {URL: "localhost"},
		"for the server that the load": {URL: "http://localhost:1", Tick: 30},
		"latest and kcp exist":         {Snapshots: "sometimes"},
		"webrtc, websocket and mixed":  {Transport: "pigeon"},
		"nonexistent":                  {Executable: "/nonexistent"},
		"cannot be reached":            {URL: "http://127.0.0.1:1"},
	} {
		o.Game, o.Bots, o.Duration, o.Out = rpg.Game, 1, time.Second, &strings.Builder{}
		if err := loadtest.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %q", err, want)
		}
	}
}

// TestBadNetwork plays through one: every bot joins and stays, nothing differs, and the ages contain the network's delay.
func TestBadNetwork(t *testing.T) {
	for _, kind := range []string{"kcp", "webrtc"} {
		t.Run(kind, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "report.json")
			var out strings.Builder
			err := loadtest.Run(t.Context(), loadtest.Options{
				Game: rpg.Game, Bots: 6, Duration: 3 * time.Second, Transport: kind, JSON: file, Executable: harness.Binary(t), Out: &out,
				Network: netsim.Profile{Latency: 50 * time.Millisecond, Loss: 0.05, Reorder: 0.01, Duplicate: 0.01},
			})
			if err != nil {
				t.Fatalf("%v\n%s", err, &out)
			}
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var r report.Report
			if err := json.Unmarshal(raw, &r); err != nil {
				t.Fatal(err)
			}
			if r.SnapshotAgeMs.P50 < 50 || r.RTTMs.P50 < 100 {
				t.Errorf("age %v ms, round trip %v ms over a network of 50 ms each way", r.SnapshotAgeMs.P50, r.RTTMs.P50)
			}
		})
	}
}

// TestJoins measures a few joins by every transport: none is below what its messages need, and servers start from nothing.
func TestJoins(t *testing.T) {
	file := filepath.Join(t.TempDir(), "joins.json")
	var out strings.Builder
	err := loadtest.Run(t.Context(), loadtest.Options{
		Game: rpg.Game, Joins: 2, Transport: "mixed", JSON: file, Executable: harness.Binary(t), Out: &out, Network: netsim.Profile{Latency: 20 * time.Millisecond},
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r joins.Report
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Starts {
		if s.ReadyMs <= 0 || s.SnapshotMs <= s.ReadyMs {
			t.Errorf("a start: %+v", s)
		}
	}
	for kind, j := range r.Transports {
		// The counted floor of WebRTC holds for DTLS 1.2 and SCTP as they are specified; what is below it has merged some of that.
		floor := 3 * r.RTTMs
		if j.Joined != 2 || j.FromGrant.SnapshotMs.P50 < floor || j.FromGrant.WelcomeMs.P50 < floor || j.FromClick.SnapshotMs.P50 < floor+r.RTTMs {
			t.Errorf("%s: %+v", kind, j)
		}
	}
	if len(r.Starts) == 0 || len(r.Transports) != 3 || r.RTTMs != 40 || r.TickMs != 50 {
		t.Errorf("%s", raw)
	}
}

// TestDear: one peer with a ticket sends the packets that cost most, over each transport, and the bots play on.
func TestDear(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	var out strings.Builder
	kinds := []string{"sctp-crumbs", "kcp-acks", "websocket-crumbs"}
	err := loadtest.Run(t.Context(), loadtest.Options{
		Game: rpg.Game, Bots: 4, Duration: 9 * time.Second, JSON: file, Executable: harness.Binary(t), Out: &out, Dear: strings.Join(kinds, ","), DearRate: 2000,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	f := r.Flood
	if f == nil || len(f.Windows) != 6 || f.Quiet.InputAckMs.P99 <= 0 || f.AckP99Ratio <= 0 || len(f.AckPairRatios) != 3 {
		t.Fatalf("%+v", f)
	}
	for i, w := range f.Windows {
		if w.Flooded && (w.Kind != kinds[i/2] || w.Sent < 100) {
			t.Errorf("window %d: %+v\n%s", i, w, &out)
		}
	}
	for _, dear := range []string{"nothing", "kcp-acks,"} {
		if err := loadtest.Run(t.Context(), loadtest.Options{Game: rpg.Game, Dear: dear}); err == nil || !strings.Contains(err.Error(), "sctp-crumbs") {
			t.Errorf("--dear %s: %v", dear, err)
		}
	}
	own := loadtest.Options{Game: rpg.Game, Dear: "all", URL: "http://192.0.2.1:8080", OwnServer: true, Bots: 1, Duration: time.Second}
	if err := loadtest.Run(t.Context(), own); err == nil || !strings.Contains(err.Error(), "this machine") {
		t.Errorf("a server elsewhere: %v", err)
	}
}

// TestFlood: attackers beside honest bots make no session, get less than they send, and change nothing for the bots.
func TestFlood(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	var out strings.Builder
	err := loadtest.Run(t.Context(), loadtest.Options{
		Game: rpg.Game, Bots: 6, Duration: 8 * time.Second, JSON: file, Executable: harness.Binary(t), Out: &out, Flood: 3000, FloodPairs: 2,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	f := r.Flood
	if f == nil || f.Sent < 1000 || f.Received == 0 || f.ReceivedBytes*10 > f.SentBytes || f.Quiet.Sessions != 6 || f.Hostile.Sessions != 6 ||
		f.Quiet.RSSBytes == 0 || f.Hostile.TickP99Ms <= 0 || f.Quiet.AgeMs.P99 <= 0 || f.TickP99Ratio <= 0 || len(f.PairRatios) != 2 {
		t.Errorf("%+v", f)
	}
	for i, w := range f.Windows {
		if w.Flooded != (i%2 == 1) || w.Flooded != (w.Sent > 0) || w.TickP50Ms <= 0 || w.CPU <= 0 || w.RSSStartBytes <= 0 {
			t.Errorf("window %d: %+v", i, w)
		}
	}
	if len(f.Windows) != 4 {
		t.Errorf("%d windows", len(f.Windows))
	}
	if !strings.Contains(out.String(), "flood: ") {
		t.Errorf("the summary does not speak of the flood:\n%s", &out)
	}
}
