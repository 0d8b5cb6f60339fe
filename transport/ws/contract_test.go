package ws_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/conntest"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/transport/ws"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) { conntest.Run(t, transport.WebSocket, factory) }

// factory puts a server behind a relay, so that the network can be cut.
func factory(tb testing.TB, o conntest.Options) conntest.Endpoint {
	tb.Helper()
	handler := ws.NewHandler(ws.ServerConfig{Tickets: o.Tickets, Accept: o.Accept, Timeout: o.Timeout})
	server := httptest.NewServer(handler)
	client := &http.Client{Transport: &http.Transport{}}
	tb.Cleanup(func() {
		server.Close()
		client.CloseIdleConnections()
	})
	relay, err := netsim.NewRelay(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(relay.Close)
	return conntest.Endpoint{
		Dial: func(ctx context.Context, g conntest.Grant, h transport.Handler) (transport.Conn, error) {
			return ws.Dial(ctx, ws.DialConfig{URL: "ws://" + relay.Addr(), Ticket: g.Ticket, HTTPClient: client, Timeout: o.Timeout}, h)
		},
		Cut:      relay.Cut,
		Mend:     relay.Mend,
		Shutdown: func() { _ = handler.Close() },
	}
}
