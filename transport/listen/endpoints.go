package listen

import "github.com/realmwire/realmwire/transport"

// Endpoints are the ways in, the best first.
func (t *Transports) Endpoints() []transport.Endpoint {
	addr := t.public
	if addr == "" {
		addr = t.Addr().String()
	}
	return []transport.Endpoint{
		{Transport: transport.KCP, Addr: addr},
		{Transport: transport.WebRTC}, // signalled through a gateway; its answer names the socket
		{Transport: transport.WebSocket, URL: t.webSocketURL()},
	}
}

// webSocketURL is where WebSockets come straight here; empty where a gateway relays them.
func (t *Transports) webSocketURL() string {
	switch {
	case t.cfg.WebSockets == nil:
		return ""
	case t.cfg.PublicWebSockets != "":
		return t.cfg.PublicWebSockets
	}
	return "ws://" + t.cfg.WebSockets.Addr().String() + "/ws"
}
