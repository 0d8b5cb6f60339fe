package client

import (
	"net"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/transport"
)

// TestUnknownTransportsArePassedOver: a grant of a newer server names ways that this client does not know, the best first.
func TestUnknownTransportsArePassedOver(t *testing.T) {
	g := Grant{Zone: GrantZone{Name: "meadow"}, Endpoints: []transport.Endpoint{
		{Transport: "smoke", URL: "https://hill.example"},
		{Transport: transport.KCP, Addr: "192.0.2.1:1"},
		{Transport: transport.KCP, Addr: "192.0.2.1:2"},
	}}
	if e, ok := g.Endpoint(transport.KCP); !ok || e.Addr != "192.0.2.1:1" {
		t.Errorf("%+v, %v", e, ok)
	}
	for kind, want := range map[transport.Kind]string{
		transport.KCP: "192.0.2.1:1, which is not on this machine", transport.WebRTC: "meadow is not reached by webrtc", "smoke": `"smoke" is unknown`,
	} {
		c := Config{LoopbackOnly: true, Transport: kind}
		if _, err := c.dial(t.Context(), &g, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// A server that listens on all its addresses names them all; none of them leaves the machine.
func TestLoopbackOnlyKnowsThisMachine(t *testing.T) {
	own, err := net.InterfaceAddrs()
	if err != nil || len(own) == 0 {
		t.Fatalf("%v, %v", own, err)
	}
	c := Config{LoopbackOnly: true}
	for _, a := range own {
		host, _, _ := strings.Cut(a.String(), "/")
		if err := c.allow(net.JoinHostPort(host, "7777")); err != nil {
			t.Error(err)
		}
	}
	for _, addr := range []string{"localhost:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"} {
		if err := c.allow(addr); err != nil {
			t.Error(err)
		}
	}
	for _, addr := range []string{"203.0.113.77:1", "[2001:db8::77]:1", "play.example:1", "no address"} {
		if c.allow(addr) == nil {
			t.Errorf("%s is taken for this machine", addr)
		}
	}
}
