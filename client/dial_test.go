package client

import (
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
