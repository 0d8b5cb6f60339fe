package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/kcp"
	"github.com/realmwire/realmwire/transport/rtc"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/transport/ws"
)

// ways are those of the endpoints in a grant that this client knows; it passes over all others. A new transport is added here.
var ways = []struct {
	kind transport.Kind
	dial func(context.Context, *Config, *Grant, transport.Endpoint, transport.Handler) (transport.Conn, error)
}{
	{transport.KCP, dialKCP},
	{transport.WebRTC, dialWebRTC},
	{transport.WebSocket, dialWebSocket},
}

// Transports are those that this client knows.
func Transports() []transport.Kind {
	var out []transport.Kind
	for _, w := range ways {
		out = append(out, w.kind)
	}
	return out
}

// dial connects to the zone process that a grant names.
func (c *Config) dial(ctx context.Context, g *Grant, h transport.Handler) (transport.Conn, error) {
	for _, w := range ways {
		if w.kind != c.Transport {
			continue
		}
		e, ok := g.Endpoint(w.kind)
		if !ok {
			return nil, fmt.Errorf("zone %s is not reached by %s; use another transport", g.Zone.Name, w.kind)
		}
		return w.dial(ctx, c, g, e, h)
	}
	return nil, fmt.Errorf("transport %q is unknown: %v exist", c.Transport, Transports())
}

func dialKCP(ctx context.Context, c *Config, g *Grant, e transport.Endpoint, h transport.Handler) (transport.Conn, error) {
	if err := c.allow(e.Addr); err != nil {
		return nil, err
	}
	if c.Reroute != nil {
		var err error
		if e.Addr, err = c.Reroute(e.Addr); err != nil {
			return nil, err
		}
	}
	return kcp.Dial(ctx, kcp.DialConfig{Addr: e.Addr, Ticket: g.Ticket, Secret: g.Secret, Suite: ticket.Suite(g.Suite)}, h)
}

func dialWebRTC(ctx context.Context, c *Config, g *Grant, e transport.Endpoint, h transport.Handler) (transport.Conn, error) {
	return rtc.Dial(ctx, rtc.DialConfig{Signal: func(ctx context.Context, offer string) (string, error) {
		answer, err := c.API.Signal(ctx, e.URL, g.Ticket, offer)
		if noConnection(err) {
			err = fmt.Errorf("%w (%w)", err, transport.ErrUnspent)
		}
		if err == nil {
			err = c.allowCandidates(answer)
		}
		return answer, err
	}}, h)
}

func dialWebSocket(ctx context.Context, c *Config, g *Grant, e transport.Endpoint, h transport.Handler) (transport.Conn, error) {
	target, err := c.API.WebSocketURL(e.URL)
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(target); err != nil || u.Host != c.API.base.Host {
		if err := c.allow(u.Host); err != nil {
			return nil, err
		}
	}
	// A WebSocket outlives any request's timeout, so only the connection pool is shared.
	return ws.Dial(ctx, ws.DialConfig{URL: target, Ticket: g.Ticket, HTTPClient: &http.Client{Transport: c.API.http.Transport}}, h)
}

// noConnection reports whether a request failed before anything of it was sent.
func noConnection(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// allow refuses addresses beyond this machine, where the session was told to stay on it.
func (c *Config) allow(addr string) error {
	if !c.LoopbackOnly {
		return nil
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil || !IsLoopback(host) && !ownAddress(host) {
		return fmt.Errorf("the server sends its clients to %s, which is not on this machine; nothing was sent there", addr)
	}
	return nil
}

// allowCandidates is allow for the addresses in a WebRTC answer.
func (c *Config) allowCandidates(sdp string) error {
	for line := range strings.Lines(sdp) {
		if !strings.HasPrefix(line, "a=candidate:") {
			continue
		}
		if f := strings.Fields(line); len(f) > 5 {
			if err := c.allow(net.JoinHostPort(f[4], f[5])); err != nil {
				return err
			}
		}
	}
	return nil
}

// ownAddress reports whether a host is an address of this machine: a server that listens on all names them all to browsers, and packets to
// them do not leave it.
func ownAddress(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	return slices.ContainsFunc(own, func(a net.Addr) bool {
		p, err := netip.ParsePrefix(a.String())
		return err == nil && p.Addr().Unmap() == ip.Unmap()
	})
}

// IsLoopback reports whether a host (a name or an address, no port) can only be this machine.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}
