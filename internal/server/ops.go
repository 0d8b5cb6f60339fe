package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/realmwire/realmwire/internal/httpguard"
)

// opsPort is where an operator finds the pages of a process unless --ops says otherwise.
const opsPort = "8090"

// opsFlags are those of the operator's listener, which every role has.
type opsFlags struct {
	Ops string `name:"ops" help:"Address of the operator's pages: /metrics and /healthz. Keep it from the public (default: 127.0.0.1:8090, or a free port of 127.0.0.1 where that is taken)." placeholder:"HOST:PORT"`
}

// opsRole serves the operator's pages of one process. They are not the public's: what a process does, for whom, and how well, tells an
// attacker which attack works.
type opsRole struct {
	l      net.Listener
	reg    *prometheus.Registry // the process's metrics
	server *httpServer          // nil before open
}

// listenOps takes the port; open serves on it.
func listenOps(ctx context.Context, addr string, log *slog.Logger) (*opsRole, error) {
	r := &opsRole{reg: newRegistry()}
	var err error
	if addr != "" {
		r.l, err = listenHTTP(ctx, "--ops", addr)
		return r, err
	}
	// Several processes on one machine are no mistake, so a taken port is none here.
	var lc net.ListenConfig
	for _, host := range []string{"127.0.0.1", "::1"} { // a machine may have but one of them
		if r.l, err = lc.Listen(ctx, "tcp", net.JoinHostPort(host, opsPort)); errors.Is(err, syscall.EADDRINUSE) {
			r.l, err = lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
			if err == nil {
				log.Info("the usual port of the operator's pages is taken; --ops gives them one of their own", "usual", opsPort, "ops", r.l.Addr().String())
			}
		}
		if err == nil {
			return r, nil
		}
	}
	return nil, portError("--ops", net.JoinHostPort("127.0.0.1", opsPort), err)
}

func (r *opsRole) open(log *slog.Logger) {
	p := newOpsPages(r.l.Addr())
	p.add("GET /healthz", "whether the process runs", http.HandlerFunc(healthy))
	p.add("GET /metrics", "figures for Prometheus", promhttp.HandlerFor(r.reg, promhttp.HandlerOpts{}))
	r.server = startHTTP(r.l, p, nil, httpguard.Config{}, log)
}

// url is where the metrics are.
func (r *opsRole) url() string { return "http://" + r.l.Addr().String() + "/metrics" }

func (r *opsRole) close(ctx context.Context) {
	if r.server != nil {
		r.server.stop(context.WithoutCancel(ctx))
		return
	}
	_ = r.l.Close()
}

// newRegistry is the metrics of one process, those of Go and the operating system included.
func newRegistry() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), panicCollector{})
	return reg
}

// opsPages are the operator's pages. What is added later, profiles say, is added here, and behind the same door.
type opsPages struct {
	mux   *http.ServeMux
	index []string
	own   bool // they are for this machine alone
}

func newOpsPages(at net.Addr) *opsPages {
	addr, err := netip.ParseAddrPort(at.String())
	p := &opsPages{mux: http.NewServeMux(), own: err == nil && addr.Addr().IsLoopback()}
	p.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, strings.Join(p.index, "\n"))
	})
	return p
}

// add adds a page, with what an operator finds there.
func (p *opsPages) add(pattern, about string, h http.Handler) {
	p.mux.Handle(pattern, h)
	_, path, _ := strings.Cut(pattern, " ")
	p.index = append(p.index, fmt.Sprintf("%-12s %s", path, about))
	slices.Sort(p.index)
}

// ServeHTTP implements [http.Handler]. A web page in a browser on this machine may have its own name resolve to 127.0.0.1, and read what is
// there as its own; it cannot choose the name in the request.
func (p *opsPages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if p.own && !local(r.Host) {
		http.Error(w, "The operator's pages of this process are for this machine alone; ask by 127.0.0.1 or localhost.", http.StatusForbidden)
		return
	}
	p.mux.ServeHTTP(w, r)
}

// local tells whether a Host header names this machine by what no name server decides.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback()
}

func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok")
}
