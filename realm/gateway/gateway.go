// Package gateway is the only public part of a realm: the HTTP interface /v1, signalling and WebSocket relay to the zone processes, map
// artefacts, and the web client. It keeps no state of its own beyond caches, so any number of them serve one realm.
package gateway

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/internal/loglimit"
	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/realm/bus"
)

// Config is what a gateway is made of. API and Bus are required.
type Config struct {
	API            realm.API
	Bus            *bus.Conn            // as bus.RoleGateway, for signalling
	Static         fs.FS                // the built web client; default: a page that says there is none
	Folder         string               // of a web client of the operator's own, in place of Static; default none
	TrustedProxies []netip.Prefix       // whose X-Forwarded-For and X-Forwarded-Host are believed; default none
	Unlimited      bool                 // no bounds for what one address may hold: for load tests
	AllowedOrigins []string             // other origins whose pages may call /v1, as "https://host"; "*" = all; default none
	Registry       *prometheus.Registry // takes the gateway's own metrics; default a new one
	Log            *slog.Logger         // default slog.Default()
	Now            func() time.Time     // default time.Now
}

// Gateway is an http.Handler. Close ends what it relays.
type Gateway struct {
	cfg     Config
	log     *slog.Logger
	handler http.Handler
	metrics *metrics
	relay   *relay
	maps    *mapCache
	direct  *direct
	rates   *rates
	folder  *folder // nil: Static is served

	ctx    context.Context // ends with Close; relayed connections end with it
	cancel context.CancelFunc
	closed sync.Once
	work   sync.WaitGroup
}

// New returns a gateway that serves at once.
func New(cfg Config) (*Gateway, error) {
	if cfg.API == nil || cfg.Bus == nil {
		return nil, errors.New("gateway: Config needs an API and a Bus")
	}
	if cfg.Registry == nil {
		cfg.Registry = prometheus.NewRegistry()
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Log = loglimit.New(cfg.Log) // all that a gateway says is of what strangers ask
	g := &Gateway{cfg: cfg, log: cfg.Log, metrics: newMetrics(cfg.Registry), maps: newMapCache(cfg.API), direct: &direct{api: cfg.API, now: cfg.Now, log: cfg.Log}, rates: newRates(cfg)}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.relay = newRelay(g.ctx, cfg, g.metrics)
	static, err := g.client()
	if err != nil {
		g.Close()
		return nil, err
	}
	g.handler = g.outer(g.routes(static))
	g.work.Go(guard.Func("gateway: keys of admission", func() { g.relay.gate.loop(g.ctx) }, nil))
	return g, nil
}

// client serves what players open in a browser.
func (g *Gateway) client() (http.Handler, error) {
	if g.cfg.Folder == "" {
		return newStatic(g.cfg.Static)
	}
	f, err := openFolder(g.cfg.Folder)
	if err == nil {
		g.folder = f
	}
	return f, err
}

func (g *Gateway) routes(static http.Handler) *http.ServeMux {
	mux := http.NewServeMux()
	g.operations(mux)
	mux.HandleFunc("GET /v1/maps/{hash}", g.serveMap)
	mux.Handle("GET /v1/ws/{incarnation}", g.relay)
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, &realm.Error{Code: realm.CodeNotFound, Detail: "There is no " + r.Method + " " + r.URL.Path + "; /v1/openapi.json lists what there is."})
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write([]byte(`{"status":"ok"}` + "\n"))
	})
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) { // not the page, which a scraper would take for an answer
		http.Error(w, "Metrics are on the operator's pages (--ops), not here.", http.StatusNotFound)
	})
	mux.Handle("/", static)
	return mux
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.handler.ServeHTTP(w, r) }

// Close ends relayed connections and waits for them. Requests that come later are answered, but nothing is relayed. A second call does
// nothing.
func (g *Gateway) Close() {
	g.closed.Do(func() {
		g.cancel()
		if g.relay != nil {
			g.relay.close()
		}
		g.work.Wait()
		if g.folder != nil {
			_ = g.folder.close() // nothing was written
		}
	})
}
