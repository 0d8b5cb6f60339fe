package rtc_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/conntest"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/transport/rtc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	harness.EachNetwork(t, func(t *testing.T, n harness.Network) { conntest.Run(t, transport.WebRTC, factory(n)) })
}

// factory puts a server behind a proxy, which is its public address, so that the network can be cut.
func factory(n harness.Network) conntest.Factory {
	return func(tb testing.TB, o conntest.Options) conntest.Endpoint {
		tb.Helper()
		return endpoint(tb, n, o)
	}
}

func endpoint(tb testing.TB, n harness.Network, o conntest.Options) conntest.Endpoint {
	tb.Helper()
	d, err := driver.Listen(n.Addr())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = d.Close() })
	proxy, err := netsim.NewProxy(netsim.ProxyConfig{Listen: n.Addr(), Target: n.At(d.Socket().Addr().String()), Up: o.Up, Down: o.Down, Seed: o.Seed})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = proxy.Close() })
	server, err := rtc.NewServer(d, rtc.ServerConfig{
		Tickets: o.Tickets, Accept: o.Accept, Timeout: o.Timeout, PublicAddr: n.At(proxy.Addr()),
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = server.Close() })
	return conntest.Endpoint{
		Dial: func(ctx context.Context, g conntest.Grant, h transport.Handler) (transport.Conn, error) {
			return rtc.Dial(ctx, rtc.DialConfig{
				Signal:  func(ctx context.Context, offer string) (string, error) { return server.Answer(g.Ticket, offer) },
				Timeout: o.Timeout,
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
