package gateway

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/realmwire/realmwire/realm"
)

const (
	maxRelays       = 20_000          // WebSockets at once
	maxEndpoints    = 1024            // zone processes whose address is remembered
	endpointLife    = 5 * time.Second // of a remembered address
	zoneDialTimeout = 3 * time.Second
)

// relay carries WebSockets between clients and zone processes' private addresses, for those whose URL is a grant's. It looks into
// nothing else: the first frame is a ticket, which only the zone process can judge.
type relay struct {
	ctx       context.Context // ends every relayed connection
	api       realm.API
	now       func() time.Time
	log       *slog.Logger
	metrics   *metrics
	transport *http.Transport
	gate      *gate

	mu        sync.Mutex
	endpoints map[realm.ID]endpoint // guarded by mu
	running   int                   // guarded by mu; relayed connections
	closed    bool                  // guarded by mu
	idle      sync.Cond             // on mu; running has become 0
}

type endpoint struct {
	target *url.URL
	until  time.Time
}

func newRelay(ctx context.Context, cfg Config, m *metrics) *relay {
	r := &relay{
		ctx: ctx, api: cfg.API, now: cfg.Now, log: cfg.Log, metrics: m,
		transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: zoneDialTimeout}).DialContext,
			ResponseHeaderTimeout: zoneDialTimeout,
			DisableKeepAlives:     true, // each request becomes a WebSocket or fails
		},
		gate:      newGate(cfg),
		endpoints: make(map[realm.ID]endpoint),
	}
	r.idle.L = &r.mu
	return r
}

// ServeHTTP implements http.Handler for GET /v1/ws/{incarnation}.
func (l *relay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Connection", "Upgrade")
		http.Error(w, "This address takes WebSockets only.", http.StatusUpgradeRequired)
		return
	}
	id, err := realm.ParseID(r.PathValue("incarnation"))
	if err != nil {
		writeProblem(w, &realm.Error{Code: realm.CodeInvalid, Detail: "The path of /v1/ws/… is the one that /v1/play answered: " + err.Error()})
		return
	}
	leave, err := l.gate.enter(r.Context(), r.URL.Query().Get(realm.AdmissionParam), id)
	if err != nil {
		l.metrics.WebsocketsUnadmitted.Inc()
		writeProblem(w, err)
		return
	}
	defer leave()
	if !l.enter() {
		l.metrics.WebsocketsRefused.Inc()
		writeProblem(w, &realm.Error{Code: realm.CodeBusy, Detail: "This gateway relays as many WebSockets as it can; try again, or use another transport.", RetryAfter: 5 * time.Second})
		return
	}
	defer l.leave()
	target, err := l.lookup(r.Context(), id)
	if err != nil {
		writeProblem(w, err)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(l.ctx, cancel)()
	l.proxy(id, target).ServeHTTP(w, r.WithContext(ctx))
}

func (l *relay) proxy(id realm.ID, target *url.URL) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Transport: l.transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			to := *target // the transport may write into it
			p.Out.URL = &to
			p.Out.Host = target.Host
			p.Out.Header.Del("Authorization")
			p.Out.Header.Del("Cookie")
			p.Out.Header["X-Forwarded-For"] = []string{peerOf(p.In.Context()).caller.Addr.String()}
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			l.metrics.WebsocketsFailed.Inc()
			l.forget(id)
			if r.Context().Err() == nil {
				l.log.Warn("gateway: zone process did not take a WebSocket", "incarnation", id, "err", err)
			}
			writeProblem(w, &realm.Error{
				Code: realm.CodeZoneDown, RetryAfter: time.Second,
				Detail: "The zone process cannot be reached; ask /v1/play again.",
			})
		},
		ErrorLog: slog.NewLogLogger(l.log.Handler(), slog.LevelDebug),
	}
}

// lookup is the private address of a zone process, as the realm's directory has it.
func (l *relay) lookup(ctx context.Context, id realm.ID) (*url.URL, error) {
	now := l.now()
	l.mu.Lock()
	e, ok := l.endpoints[id]
	l.mu.Unlock()
	if ok && e.until.After(now) {
		return e.target, nil
	}
	found, err := l.api.RelayTarget(ctx, id)
	if err != nil {
		return nil, err
	}
	target := &url.URL{Scheme: "http", Host: reachable(found.HTTPAddr), Path: "/ws"}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.endpoints) >= maxEndpoints {
		clear(l.endpoints)
	}
	l.endpoints[id] = endpoint{target: target, until: now.Add(endpointLife)}
	return target, nil
}

// reachable replaces "any address" of a process that listens on all by this machine's own.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip, err := netip.ParseAddr(host); host == "" || (err == nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

func (l *relay) forget(id realm.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.endpoints, id)
}

func (l *relay) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.running >= maxRelays {
		return false
	}
	l.running++
	l.metrics.Websockets.Set(float64(l.running))
	return true
}

func (l *relay) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	l.metrics.Websockets.Set(float64(l.running))
	if l.running == 0 {
		l.idle.Broadcast()
	}
}

// close waits for relayed connections, which end because ctx has.
func (l *relay) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for l.running > 0 {
		l.idle.Wait()
	}
	l.transport.CloseIdleConnections()
}
