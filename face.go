package realmwire

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/gateway"
	"github.com/realmwire/realmwire/web"
)

// face is the public HTTP server of this process.
type face struct {
	flags   publicFlags
	l       net.Listener
	cert    *tls.Certificate
	gateway *gateway.Gateway
	server  *httpServer
}

// listen takes the port; open serves on it.
func (f publicFlags) listen(ctx context.Context, log *slog.Logger) (*face, error) {
	cert, err := f.certificate()
	if err != nil {
		return nil, err
	}
	l, err := listenHTTP(ctx, "--http", f.HTTP)
	if err != nil {
		return nil, err
	}
	f.warnPlain(log, l, cert != nil)
	return &face{flags: f, l: l, cert: cert}, nil
}

func (f *face) open(api realm.API, conn *bus.Conn, reg *prometheus.Registry, log *slog.Logger) error {
	proxies, err := f.flags.proxies()
	if err != nil {
		return err
	}
	f.gateway, err = gateway.New(gateway.Config{
		API: api, Bus: conn, Static: web.Dist, Registry: reg, TrustedProxies: proxies, AllowedOrigins: f.flags.AllowOrigin, Log: log,
	})
	if err != nil {
		return err
	}
	f.server = startHTTP(f.l, f.gateway, f.cert, log)
	return nil
}

func (f *face) url() string { return pageURL(f.l, f.cert != nil) }

// wait returns when ctx ends, or the server failed.
func (f *face) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-f.server.done:
		f.server.done <- err
		return err
	}
}

func (f *face) close(ctx context.Context) {
	if f.gateway != nil {
		f.gateway.Close() // relayed streams first: the server would wait for them
	}
	if f.server != nil {
		f.server.stop(context.WithoutCancel(ctx))
	}
}
