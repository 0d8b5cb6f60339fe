package kcp_test

import (
	"context"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/conntest"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/kcp"
	"github.com/realmwire/realmwire/transport/netsim"
)

func TestContract(t *testing.T) {
	harness.EachNetwork(t, func(t *testing.T, n harness.Network) { conntest.Run(t, transport.KCP, factory(n)) })
}

// factory puts a server behind a proxy, so that the network can be cut.
func factory(n harness.Network) conntest.Factory {
	return func(tb testing.TB, o conntest.Options) conntest.Endpoint {
		tb.Helper()
		return endpoint(tb, n, o)
	}
}

func endpoint(tb testing.TB, n harness.Network, o conntest.Options) conntest.Endpoint {
	tb.Helper()
	server, d := newServerAt(tb, n.Addr(), kcp.ServerConfig{Tickets: o.Tickets, Accept: o.Accept, Timeout: o.Timeout})
	proxy := newProxy(tb, netsim.ProxyConfig{Listen: n.Addr(), Target: n.At(d.Socket().Addr().String()), Up: o.Up, Down: o.Down, Seed: o.Seed})
	return conntest.Endpoint{
		Dial: func(ctx context.Context, g conntest.Grant, h transport.Handler) (transport.Conn, error) {
			return kcp.Dial(ctx, kcp.DialConfig{
				Addr: n.At(proxy.Addr()), Ticket: g.Ticket, Secret: g.Claims.Secret[:], Suite: g.Claims.Suite, Timeout: o.Timeout,
			}, h)
		},
		Cut:  func() { proxy.Block(true) },
		Mend: func() { proxy.Block(false) },
		Move: func() {
			if err := proxy.Rebind(); err != nil {
				tb.Error(err)
			}
		},
		Shutdown: func() { _ = server.Close() },
	}
}

func newServer(tb testing.TB, cfg kcp.ServerConfig) (*kcp.Server, *driver.Driver) {
	tb.Helper()
	return newServerAt(tb, "127.0.0.1:0", cfg)
}

func newServerAt(tb testing.TB, addr string, cfg kcp.ServerConfig) (*kcp.Server, *driver.Driver) {
	tb.Helper()
	d, err := driver.Listen(addr)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = d.Close() })
	server, err := kcp.NewServer(d, cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = server.Close() })
	return server, d
}

func newProxy(tb testing.TB, cfg netsim.ProxyConfig) *netsim.Proxy {
	tb.Helper()
	proxy, err := netsim.NewProxy(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = proxy.Close() })
	return proxy
}
