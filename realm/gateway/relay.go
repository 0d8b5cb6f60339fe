package gateway

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/realmwire/realmwire/internal/netprefix"
	"github.com/realmwire/realmwire/realm"
)

const (
	maxRelays    = 20_000          // WebSockets at once
	maxEndpoints = 1024            // zone processes whose address is remembered
	endpointLife = 5 * time.Second // of a remembered address
)

// relayBounds let everybody behind one address of an office or a school play; WebSockets are for those whom UDP does not reach.
var relayBounds = netprefix.Bounds{Narrow: 256, Middle: 512, Wide: 1024}

// relay carries WebSockets between clients and zone processes' private addresses, for those whose URL is a grant's. It looks into
// nothing else: the first frame is a ticket, which only the zone process can judge.
type relay struct {
	ctx       context.Context // ends every relayed connection
	api       realm.API
	now       func() time.Time
	log       *slog.Logger
	metrics   *metrics
	gate      *gate
	unlimited bool // no bounds for addresses

	mu        sync.Mutex
	endpoints map[realm.ID]endpoint // guarded by mu
	running   int                   // guarded by mu; relayed connections
	held      netprefix.Count       // guarded by mu; the same, by clients' networks
	closed    bool                  // guarded by mu
	idle      sync.Cond             // on mu; running has become 0
}

type endpoint struct {
	addr  string // HOST:PORT
	until time.Time
}

func newRelay(ctx context.Context, cfg Config, m *metrics) *relay {
	r := &relay{
		ctx: ctx, api: cfg.API, now: cfg.Now, log: cfg.Log, metrics: m, unlimited: cfg.Unlimited,
		gate:      newGate(cfg),
		endpoints: make(map[realm.ID]endpoint),
	}
	r.idle.L = &r.mu
	return r
}

// ServeHTTP implements http.Handler for GET /v1/ws/{incarnation}.
func (l *relay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor != 1 || !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
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
	client := peerOf(r.Context()).caller.Addr
	if err := l.enter(client); err != nil {
		l.metrics.WebsocketsRefused.Inc()
		writeProblem(w, err)
		return
	}
	defer l.leave(client)
	addr, err := l.lookup(r.Context(), id)
	if err != nil {
		writeProblem(w, err)
		return
	}
	if err := l.carry(w, r, addr); err != nil {
		l.metrics.WebsocketsFailed.Inc()
		l.forget(id)
		if r.Context().Err() == nil {
			l.log.Warn("gateway: zone process did not take a WebSocket", "incarnation", id, "err", err)
		}
		writeProblem(w, &realm.Error{
			Code: realm.CodeZoneDown, RetryAfter: time.Second,
			Detail: "The zone process cannot be reached; ask /v1/play again.",
		})
	}
}

// lookup is the private address of a zone process, as the realm's directory has it.
func (l *relay) lookup(ctx context.Context, id realm.ID) (addr string, err error) {
	now := l.now()
	l.mu.Lock()
	e, ok := l.endpoints[id]
	l.mu.Unlock()
	if ok && e.until.After(now) {
		return e.addr, nil
	}
	found, err := l.api.RelayTarget(ctx, id)
	if err != nil {
		return "", err
	}
	addr = reachable(found.HTTPAddr)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.endpoints) >= maxEndpoints {
		clear(l.endpoints)
	}
	l.endpoints[id] = endpoint{addr: addr, until: now.Add(endpointLife)}
	return addr, nil
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

// enter takes a place for a client's WebSocket.
func (l *relay) enter(client netip.Addr) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.running >= maxRelays {
		return &realm.Error{
			Code: realm.CodeBusy, RetryAfter: 5 * time.Second,
			Detail: "This gateway relays as many WebSockets as it can; try again, or use another transport.",
		}
	}
	if _, full := l.held.Full(client, relayBounds); full && !l.unlimited {
		return &realm.Error{
			Code: realm.CodeBusy, RetryAfter: 5 * time.Second,
			Detail: "Your network has as many WebSockets here as it may; try again, or use another transport.",
		}
	}
	l.held.Add(client)
	l.running++
	l.metrics.Websockets.Set(float64(l.running))
	return nil
}

func (l *relay) leave(client netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held.Drop(client)
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
}
