package kcp

import (
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/transport/ticket"
)

// TestLossCostsNoRoundTrip plays the workload of the targets: 60 states of 200 bytes a second down, as many inputs up, and
// five reliable events of 40 bytes a second, 50 ms each way.
func TestLossCostsNoRoundTrip(t *testing.T) {
	for _, c := range []struct {
		name    string
		profile netsim.Profile
		p99     time.Duration
	}{
		{"quiet", netsim.Profile{Latency: 50 * time.Millisecond}, 55 * time.Millisecond},
		{"5% lost", netsim.Profile{Latency: 50 * time.Millisecond, Loss: 0.05}, 75 * time.Millisecond},
		{"20% lost", netsim.Profile{Latency: 50 * time.Millisecond, Loss: 0.2}, 130 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				took, bytes := events(t, c.profile)
				slices.Sort(took)
				p50, p99 := took[len(took)/2], took[len(took)*99/100]
				raw := 60 * (200 + udpOverhead) * int(eventsFor/time.Second)
				ratio := float64(bytes) / float64(raw)
				t.Logf("%d events: p50 %v, p99 %v; %.3f of the bytes of bare datagrams", len(took), p50, p99, ratio)
				if p99 > c.p99 {
					t.Errorf("p99 is %v, want at most %v", p99, c.p99)
				}
				if ratio > 1.3 {
					t.Errorf("%.3f of the bytes of bare datagrams", ratio)
				}
			})
		})
	}
}

const (
	eventsFor   = 5 * time.Minute
	udpOverhead = 28
)

// events returns how long each event took to arrive, and what went down in bytes.
func events(t *testing.T, p netsim.Profile) (took []time.Duration, bytes int) {
	w := newPair(t, ticket.SuiteAESGCM, p, 10*second)
	client, server := w.ends[0], w.ends[1]
	state := make([]byte, 200)
	var sentAt []time.Time
	for i := range int(eventsFor / time.Millisecond) {
		if i%17 < 1 { // a tick, every 17 ms
			if i%204 == 0 {
				event := binary.LittleEndian.AppendUint32(make([]byte, 0, 40), uint32(len(sentAt)))
				if err := server.send(transport.Reliable, event[:40]); err != nil {
					t.Fatal(err)
				}
				sentAt = append(sentAt, w.now)
			}
			for end, s := range []*session{client, server} {
				if err := s.send(transport.Latest, state); err != nil {
					t.Fatal(err)
				}
				w.pump(end)
			}
		}
		time.Sleep(time.Millisecond)
		w.step()
		for _, msg := range w.got[0] {
			if len(msg) != 40 {
				continue
			}
			n := int(binary.LittleEndian.Uint32([]byte(msg)))
			if n != len(took) {
				t.Fatalf("event %d came after event %d", n, len(took)-1)
			}
			took = append(took, w.now.Sub(sentAt[n]))
		}
		w.got = [2][]string{}
	}
	if len(sentAt)-len(took) > 3 {
		t.Fatalf("%d of %d events came", len(took), len(sentAt))
	}
	st := server.snapshotStats()
	return took, int(st.BytesOut) + udpOverhead*int(st.DatagramsOut)
}

func TestRepeatsAreBounded(t *testing.T) {
	r := &repeats{}
	now := time.Unix(1000, 0)
	segment := func(sn uint32, size int) []byte {
		b := make([]byte, 24+size)
		b[segCmd] = 81
		binary.LittleEndian.PutUint32(b[segSN:], sn)
		binary.LittleEndian.PutUint32(b[segLen:], uint32(size))
		return b
	}
	for sn := range uint32(100) {
		if !r.sent(now, segment(sn, 100)) {
			t.Fatal("a push carries data")
		}
	}
	if len(r.kept) != repeatKept {
		t.Errorf("%d segments are kept", len(r.kept))
	}
	if b := r.appendTo(now, nil, 1000); len(b) != 0 {
		t.Error("a copy rides with its original")
	}
	copies := 0
	for i := range 100 {
		b := r.appendTo(now.Add(time.Duration(i+1)*repeatEvery<<repeatCopies), nil, 1000)
		if len(b) > repeatRoom+dataFrameSize {
			t.Fatalf("%d bytes of copies in one datagram", len(b))
		}
		copies += len(b) / 124
	}
	if copies != repeatKept*repeatCopies {
		t.Errorf("%d copies, want %d", copies, repeatKept*repeatCopies)
	}
	ack := make([]byte, 24) // of 5, and of all below 3
	ack[segCmd] = 82
	binary.LittleEndian.PutUint32(ack[segSN:], 5)
	binary.LittleEndian.PutUint32(ack[segUNA:], 3)
	r.heard(ack)
	if len(r.kept) != repeatKept-4 || r.kept[0].sn != 3 {
		t.Errorf("%d kept, the first %d", len(r.kept), r.kept[0].sn)
	}
	if r.sent(now, segment(200, repeatMax)); len(r.kept) != repeatKept-4 {
		t.Error("a large segment is kept")
	}
}
