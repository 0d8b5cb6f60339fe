package gateway

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/realmwire/realmwire/realm"
)

// contentPolicy lets the web client load nothing but itself, and connect to its own server and where zone processes take clients themselves. Styles
// may be inline: user interfaces set them on elements.
func (g *Gateway) contentPolicy(r *http.Request) string {
	connect := "'self'"
	if isPage(r) {
		for _, source := range g.direct.sources(r.Context(), peerOf(r.Context()).host) {
			connect += " " + source
		}
	}
	return "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
		"connect-src " + connect + "; worker-src 'self' blob:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
}

// isPage tells requests for the web client from those for the API: what it answers connects nowhere.
func isPage(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/v1/") && r.URL.Path != "/healthz"
}

// transportSecurity is what a browser keeps to for a year: no plain HTTP to this host. Addresses it passes over (RFC 6797, 8.1.1). Names of this
// machine are those of other servers on other ports as well, so they are not bound for longer than a page takes to load.
func transportSecurity(r *http.Request) string {
	p := peerOf(r.Context())
	switch {
	case !p.secure:
		return ""
	case p.host == "localhost" || strings.HasSuffix(p.host, ".localhost"):
		return "max-age=60"
	}
	return "max-age=31536000"
}

const (
	directLife    = 5 * time.Second // of what the realm said
	directTimeout = time.Second     // for the realm to answer
	// maxDirect bounds the sources in an answer's head; proxies take no more than some kilobytes.
	maxDirect = 50
)

// direct knows the URLs past the gateways, as the realm last said.
type direct struct {
	api realm.API
	now func() time.Time
	log *slog.Logger

	asking sync.Mutex // held while the realm is asked

	mu    sync.Mutex
	urls  []string  // guarded by mu
	asked time.Time // guarded by mu
	many  bool      // guarded by mu; a warning was given
}

// sources are the URLs in the words of a content security policy, for a client that reaches the gateway by some host.
func (d *direct) sources(ctx context.Context, host string) []string {
	var out []string
	for _, text := range d.fresh(ctx) {
		if s := source(text, host); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(out) > maxDirect {
		if !d.many {
			d.many = true
			d.log.Warn("gateway: zone processes take clients at more URLs than a page's policy can name; browsers reach the others through gateways", "urls", len(out), "named", maxDirect)
		}
		out = out[:maxDirect]
	}
	return out
}

// fresh asks the realm where its answer is old. Who comes meanwhile takes the old one, unless there is none.
func (d *direct) fresh(ctx context.Context) []string {
	urls, asked := d.last()
	switch {
	case d.now().Sub(asked) < directLife:
		return urls
	case asked.IsZero():
		d.asking.Lock()
	case !d.asking.TryLock():
		return urls
	}
	defer d.asking.Unlock()
	if urls, asked = d.last(); d.now().Sub(asked) < directLife {
		return urls
	}
	ctx, cancel := context.WithTimeout(ctx, directTimeout)
	defer cancel()
	got, err := d.api.DirectURLs(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = d.now()
	if err == nil { // while the realm is away, what it said before holds
		d.urls = got
	}
	return d.urls
}

func (d *direct) last() ([]string, time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.urls, d.asked
}

// source is a URL as a source of a policy; empty: it cannot be one. A host that means "any" is the gateway's.
func source(text, host string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return ""
	}
	at := u.Host
	if ip, err := netip.ParseAddr(u.Hostname()); u.Hostname() == "" || err == nil && ip.IsUnspecified() {
		if host == "" {
			return ""
		}
		at = net.JoinHostPort(host, u.Port())
	}
	if strings.HasPrefix(at, "[") {
		return "" // a policy cannot name an IPv6 address; such a browser comes through the gateway
	}
	s := u.Scheme + "://" + at + strings.NewReplacer(";", "%3B", ",", "%2C").Replace(u.EscapedPath())
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`;,'"`, r) }) {
		return ""
	}
	return s
}
