package server

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/httpguard"
	"github.com/realmwire/realmwire/internal/loglimit"
	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/gateway"
	"github.com/realmwire/realmwire/web"
)

// gatewayRole is a gateway and the public HTTP server in front of it.
type gatewayRole struct {
	flags   publicFlags
	l       net.Listener
	cert    *tls.Certificate
	gateway *gateway.Gateway
	server  *httpServer
}

// listen takes the port; open serves on it.
func (f publicFlags) listen(ctx context.Context, log *slog.Logger) (*gatewayRole, error) {
	cert, err := f.certificate()
	if err != nil {
		return nil, err
	}
	if _, err := cleanPath(f.Path); err != nil {
		return nil, err
	}
	if _, err := f.proxies(); err != nil {
		return nil, err
	}
	l, err := listenHTTP(ctx, "--http", f.HTTP)
	if err != nil {
		return nil, err
	}
	f.warnPlain(log, l, cert != nil)
	return &gatewayRole{flags: f, l: l, cert: cert}, nil
}

func (r *gatewayRole) open(api realm.API, conn *bus.Conn, limits limitFlags, reg *prometheus.Registry, log *slog.Logger) error {
	proxies, err := r.flags.proxies()
	if err != nil {
		return err
	}
	path, err := cleanPath(r.flags.Path)
	if err != nil {
		return err
	}
	r.gateway, err = gateway.New(gateway.Config{
		API: api, Bus: conn, Static: web.Dist, Folder: r.flags.Web, Registry: reg, TrustedProxies: proxies, AllowedOrigins: r.flags.AllowOrigin,
		Unlimited: limits.off(), Log: log,
	})
	if err != nil {
		return err
	}
	r.server = startHTTP(r.l, below(path, r.gateway), r.cert, bounds(proxies, limits, log), log)
	reg.MustRegister(newHTTPCollector(&r.server.l.Counters))
	return nil
}

// bounds are those of the public server's connections. Proxies carry everybody's requests; the gateway bounds what it can by the address behind.
func bounds(proxies []netip.Prefix, limits limitFlags, log *slog.Logger) httpguard.Config {
	log = loglimit.New(log)
	return httpguard.Config{
		Exempt: func(a netip.Addr) bool {
			return limits.off() || slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(a) })
		},
		Refused: func(a netip.Addr) {
			log.Warn("the public HTTP server refuses connections of an address that has as many as it may; if it is a proxy of yours, name it with --trust-proxy", "addr", a)
		},
	}
}

func (r *gatewayRole) url() string { return pageURL(r.l, r.cert != nil) }

// wait returns when ctx ends, or the server failed.
func (r *gatewayRole) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-r.server.done:
		r.server.done <- err
		return err
	}
}

func (r *gatewayRole) close(ctx context.Context) {
	if r.gateway != nil {
		r.gateway.Close() // relayed streams first: the server would wait for them
	}
	if r.server != nil {
		r.server.stop(context.WithoutCancel(ctx))
	}
}
