package ws_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/conntest"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/transport/ws"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	harness.EachNetwork(t, func(t *testing.T, n harness.Network) { conntest.Run(t, transport.WebSocket, factory(n)) })
}

// factory puts a server behind a relay, so that the network can be cut.
func factory(n harness.Network) conntest.Factory {
	return func(tb testing.TB, o conntest.Options) conntest.Endpoint {
		tb.Helper()
		return endpoint(tb, n, o)
	}
}

func endpoint(tb testing.TB, n harness.Network, o conntest.Options) conntest.Endpoint {
	tb.Helper()
	handler := ws.NewHandler(ws.ServerConfig{Tickets: o.Tickets, Accept: o.Accept, Timeout: o.Timeout})
	listener, err := net.Listen("tcp", n.Addr())
	if err != nil {
		tb.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: handler}}
	server.Start()
	client := &http.Client{Transport: &http.Transport{}}
	tb.Cleanup(func() {
		server.Close()
		client.CloseIdleConnections()
	})
	relay, err := netsim.NewRelayAt(n.Addr(), n.At(listener.Addr().String()))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(relay.Close)
	return conntest.Endpoint{
		Dial: func(ctx context.Context, g conntest.Grant, h transport.Handler) (transport.Conn, error) {
			return ws.Dial(ctx, ws.DialConfig{URL: "ws://" + n.At(relay.Addr()), Ticket: g.Ticket, HTTPClient: client, Timeout: o.Timeout}, h)
		},
		Cut:      relay.Cut,
		Mend:     relay.Mend,
		Shutdown: func() { _ = handler.Close() },
	}
}
