package gateway

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/internal/httpguard"
)

// apiTimeout bounds every answer but a relayed connection.
const apiTimeout = 15 * time.Second

// bodyTime is how long a request's body may take, where no handler reads it sooner.
const bodyTime = apiTimeout + 5*time.Second

// outer is what every request passes through: who it is from, security headers, cross-origin rules, metrics, and panics.
func (g *Gateway) outer(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := g.cfg.Now()
		rec := &recorder{ResponseWriter: httpguard.Timed(w, r, bodyTime)}
		ctx := context.WithValue(r.Context(), peerKey{}, g.findPeer(r))
		relayed := strings.HasPrefix(r.URL.Path, "/v1/ws/")
		if !relayed {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, apiTimeout)
			defer cancel()
		}
		r = r.WithContext(ctx)
		defer func() {
			g.recovered(rec, r, recover())
			route := r.Pattern
			if route == "" {
				route = "none"
			}
			g.metrics.Requests.WithLabelValues(route, strconv.Itoa(rec.code())).Inc()
			if !relayed {
				g.metrics.RequestSeconds.WithLabelValues(route).Observe(g.cfg.Now().Sub(start).Seconds())
			}
		}()
		g.headers(rec.Header(), r)
		if g.preflight(rec, r) {
			return
		}
		if err := g.rates.refuse(r); err != nil {
			g.metrics.RateLimited.Inc()
			writeProblem(rec, err)
			return
		}
		mux.ServeHTTP(rec, r)
	})
}

func (g *Gateway) headers(h http.Header, r *http.Request) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", g.contentPolicy(r))
	if value := transportSecurity(r); value != "" {
		h.Set("Strict-Transport-Security", value)
	}
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		h.Set("Cache-Control", "no-store")
	}
	if origin := r.Header.Get("Origin"); g.allows(origin) {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Add("Vary", "Origin")
		h.Set("Access-Control-Expose-Headers", "Retry-After")
	}
}

func (g *Gateway) allows(origin string) bool {
	return origin != "" && (slices.Contains(g.cfg.AllowedOrigins, origin) || slices.Contains(g.cfg.AllowedOrigins, "*"))
}

// preflight answers the question of a browser whether a page of another origin may make a request. Tokens travel in a header and never
// in cookies, so nothing that a page does not know is sent along.
func (g *Gateway) preflight(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	if g.allows(r.Header.Get("Origin")) {
		h := w.Header()
		h.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
		h.Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// recovered turns a panic into an answer and a log entry.
func (g *Gateway) recovered(rec *recorder, r *http.Request, p any) {
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	g.metrics.Panics.Inc()
	guard.NoteStack("gateway: request", p, debug.Stack(), "method", r.Method, "path", r.URL.Path)
	if rec.status == 0 {
		writeProblem(rec, errors.New("panic"))
	}
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 || status == http.StatusSwitchingProtocols {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Hijack implements http.Hijacker, for what becomes a WebSocket.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(r.ResponseWriter).Hijack()
	if err == nil {
		r.status = http.StatusSwitchingProtocols
	}
	return conn, buffered, err
}

// Unwrap lets http.ResponseController reach deadlines.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}
