package main_test

import (
	"net"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/transport/netsim"
)

// The whole program over IPv4, IPv6 and a dual stack, with every transport.
func TestNetworks(t *testing.T) {
	bin := harness.Binary(t)
	harness.EachNetwork(t, func(t *testing.T, n harness.Network) {
		server := harness.StartUpOn(t, n, bin, t.TempDir())
		r := loadtest(t, bin, "--url", "http://"+n.At(server.HTTP), "--transport", "mixed", "--bots", "3", "--duration", "2s", "--metrics", "http://"+server.Ops+"/metrics")
		r.check(t, 3)
		if len(r.Transports) != 3 {
			t.Errorf("transports: %v", r.Transports)
		}
		server.Stop()
	})
}

// A public address that is a port alone, or an IPv6 address in brackets: clients over UDP and WebRTC come that way.
func TestPublicAddr(t *testing.T) {
	bin := harness.Binary(t)
	harness.EachNetwork(t, func(t *testing.T, n harness.Network) {
		front, err := netsim.NewProxy(netsim.ProxyConfig{Listen: n.Addr()})
		if err != nil {
			t.Fatal(err)
		}
		defer front.Close()
		_, port, err := net.SplitHostPort(front.Addr())
		if err != nil {
			t.Fatal(err)
		}
		for _, public := range []string{":" + port, n.At(front.Addr())} {
			server := harness.StartUpOn(t, n, bin, t.TempDir(), "--public-addr", public)
			if err := front.SetTarget(n.At(server.UDP)); err != nil {
				t.Fatal(err)
			}
			for _, transport := range []string{"kcp", "webrtc"} {
				before, _ := front.Counters()
				r := loadtest(t, bin, "--url", "http://"+n.At(server.HTTP), "--transport", transport, "--bots", "2", "--duration", "1s", "--metrics", "http://"+server.Ops+"/metrics")
				r.check(t, 2)
				if after, _ := front.Counters(); after.Sent == before.Sent {
					t.Errorf("--public-addr %s: clients over %s did not come that way", public, transport)
				}
			}
			server.Stop()
		}
	})
}
