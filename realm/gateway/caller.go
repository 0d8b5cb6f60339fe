package gateway

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/realmwire/realmwire/realm"
)

// peer is who sent a request, as far as the gateway believes it.
type peer struct {
	caller realm.Caller
	host   string // by which the client reaches the gateway, without port
	secure bool   // over TLS, as far as the gateway knows
}

type peerKey struct{}

// peerOf is what outer found out.
func peerOf(ctx context.Context) peer {
	p, _ := ctx.Value(peerKey{}).(peer)
	return p
}

func (g *Gateway) findPeer(r *http.Request) peer {
	addr, proxied := g.clientAddr(r)
	host := r.Host
	if forwarded := r.Header.Get("X-Forwarded-Host"); proxied && forwarded != "" {
		host = forwarded
	}
	return peer{
		caller: realm.Caller{Token: bearer(r), Addr: addr}, host: hostName(host),
		secure: r.TLS != nil || proxied && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https"),
	}
}

// bearer is the token of the Authorization header, or "".
func bearer(r *http.Request) string {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// clientAddr is the address that rate limits count. X-Forwarded-For is read from the right, as far as the addresses are trusted
// proxies: what stands left of the first stranger was written by the stranger.
func (g *Gateway) clientAddr(r *http.Request) (addr netip.Addr, proxied bool) {
	if ap, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		addr = ap.Addr().Unmap().WithZone("")
	}
	if !g.trusted(addr) {
		return addr, false
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		addr = next.Unmap().WithZone("")
		if !g.trusted(addr) {
			break
		}
	}
	return addr, true
}

func (g *Gateway) trusted(addr netip.Addr) bool {
	return slices.ContainsFunc(g.cfg.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// hostName is a Host header without its port, or "" for what is no host name or address.
func hostName(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	if len(host) > 253 || strings.IndexFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	}) >= 0 {
		return ""
	}
	return host
}
