package rtc

import (
	"net/netip"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
	"github.com/realmwire/realmwire/transport/udp"
)

// TestRecordedChecksKeepNobodyAlive: checks can be recorded and repeated for ever. They count as a sign of life only where none
// better is due: a peer that is there acknowledges what it is sent.
func TestRecordedChecksKeepNobodyAlive(t *testing.T) {
	now := time.Unix(1_000, 0)
	d := udp.Datagram{Addr: netip.MustParseAddrPort("192.0.2.1:1234")}
	p := &session{assoc: associated(t, now), records: &dtls.Records{}, lastHeard: now}
	p.path.Remote = d.Addr
	for {
		if _, ok := p.assoc.Emit(now, nil); !ok {
			break
		}
	}
	heard := now.Add(time.Second)
	if !new(Server).admit(heard, p, d, 0) || p.lastHeard != heard {
		t.Error("a check keeps an idle session no more")
	}
	if _, err := p.assoc.SendLatest(2, ppidBinary, []byte("state")); err != nil {
		t.Fatal(err)
	}
	if _, ok := p.assoc.Emit(heard, nil); !ok {
		t.Fatal("nothing leaves")
	}
	if !new(Server).admit(heard.Add(time.Second), p, d, 0) || p.lastHeard != heard {
		t.Error("a check keeps a session whose peer acknowledges nothing")
	}
}
