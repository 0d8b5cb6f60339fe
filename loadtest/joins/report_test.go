package joins

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/loadtest/report"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/zone/rules"
)

func TestReportCountsFromClickAndFromGrant(t *testing.T) {
	r := newReport(&Config{
		Game: rules.Game{Name: "g"}, Network: netsim.Profile{Latency: 50 * time.Millisecond}, Transports: []transport.Kind{transport.KCP, transport.WebSocket},
	})
	const ms = time.Millisecond
	click := time.Unix(1000, 0)
	for i := range 10 {
		late := time.Duration(i) * ms
		r.add(transport.KCP, times{click, click.Add(100 * ms), click.Add(400*ms + late), click.Add(440*ms + 2*late)}, nil)
	}
	r.add(transport.WebSocket, times{}, errors.New("no way"))
	r.judge()
	k := r.Transports["kcp"]
	if r.RTTMs != 100 || k.Joined != 10 || k.FloorRTT != 3 || len(k.Floor) != 3 {
		t.Errorf("%+v", k)
	}
	for what, c := range map[string]struct{ got, want report.Spread }{
		"grant to Welcome":  {k.FromGrant.WelcomeMs, report.Spread{P50: 304, P99: 309, Max: 309}},
		"grant to snapshot": {k.FromGrant.SnapshotMs, report.Spread{P50: 348, P99: 358, Max: 358}},
		"in RTT":            {k.FromGrant.SnapshotRTT, report.Spread{P50: 3.48, P99: 3.58, Max: 3.58}},
		"above the floor":   {k.AboveFloorMs, report.Spread{P50: 48, P99: 58, Max: 58}},
		"click to snapshot": {k.FromClick.SnapshotMs, report.Spread{P50: 448, P99: 458, Max: 458}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", what, c.got, c.want)
		}
	}
	if r.Passed || r.Transports["websocket"].Failed != 1 {
		t.Error("a join that failed did not fail the run")
	}
	var out strings.Builder
	if err := r.WriteSummary(&out); err != nil || !strings.Contains(out.String(), "348 / 358") || !strings.Contains(out.String(), "failed: websocket: no way") {
		t.Errorf("%v\n%s", err, &out)
	}
}
