package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/transport/listen"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/rules"
)

// zoneProcess is one incarnation: its zones, the sockets before them, and its place in the realm.
type zoneProcess struct {
	flags simFlags
	game  rules.Game
	log   *slog.Logger

	incarnation realm.ID
	key         ticket.Key
	transports  *listen.Transports
	zones       *zone.Process
	best        bool // clients that ask get the best tier
	client      *realm.ZoneClient
	private     *httpServer // WebSockets from the gateways
}

const heartbeatEvery = time.Second

// newZoneProcess takes the sockets and loads the zones; run starts them. private is where gateways reach it; ops are the operator's
// pages, or nil where another role of this process serves them.
func newZoneProcess(flags simFlags, limits limitFlags, game rules.Game, conn *bus.Conn, private net.Listener, reg prometheus.Registerer, log *slog.Logger) (_ *zoneProcess, err error) {
	p := &zoneProcess{flags: flags, game: game, log: log, incarnation: realm.ID(conn.Identity()), key: ticket.NewKey(), client: realm.Dial(conn)}
	if p.best = flags.Tier == "best" && game.Schema.Best(); flags.Tier == "best" && !p.best {
		log.Warn("the game's schema asks for no best tier: clients get the fast one; mark entities best", "game", game.Name)
	}
	defer func() {
		if err != nil && p.transports != nil {
			_ = p.transports.Close()
		}
	}()
	if p.transports, err = p.listen(limits); err != nil {
		return nil, err
	}
	p.zones, err = zone.NewProcess(zone.Config{
		Core: core.Config{
			Game: &p.game, TickHz: flags.Tick, Ordered: flags.Snapshots == "kcp", Best: p.best, SnapshotBytes: flags.Budget, Seed: uint64(realm.NewID()),
			Keep: flags.Keep,
		},
		Tickets: ticket.NewSealer(p.key, uint64(p.incarnation)),
		Realm:   zoneLink{p.client}, Flush: p.transports.Flush, Log: log,
	}, flags.Zones)
	if err != nil {
		return nil, err
	}
	if err = p.transports.Start(p.zones.Accept); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/ws", p.transports.Relayed())
	mux.HandleFunc("GET /healthz", healthy)
	p.private = startHTTP(private, mux, nil, unbounded, log)
	p.client.Serve(p.handlers())
	if reg != nil {
		reg.MustRegister(newZoneCollector(p))
	}
	return p, nil
}

// check refuses addresses that clients could not use, before anything starts.
func (f simFlags) check() error {
	if err := listen.CheckPublicAddr(f.PublicAddr); err != nil {
		return usageError{error: fmt.Errorf("--public-addr %s: %w", f.PublicAddr, err)}
	}
	if f.PublicWS == "" {
		return nil
	}
	if f.WS == "" {
		return usageError{error: fmt.Errorf("--public-ws %s: nothing takes WebSockets there; give --ws, too", f.PublicWS)}
	}
	if u, err := url.Parse(f.PublicWS); err != nil || u.Host == "" || u.User != nil || u.Scheme != "ws" && u.Scheme != "wss" {
		return usageError{error: fmt.Errorf("--public-ws %s: want ws://HOST:PORT/PATH or wss://HOST/PATH", f.PublicWS)}
	}
	return nil
}

// listen takes the ports of all transports.
func (p *zoneProcess) listen(limits limitFlags) (_ *listen.Transports, err error) {
	cfg := listen.Config{
		UDP: p.flags.UDP, PublicAddr: p.flags.PublicAddr, PublicWebSockets: p.flags.PublicWS, Unlimited: limits.off(), Log: p.log,
		Tickets: ticket.NewOpener(p.key, uint64(p.incarnation), ticket.OpenerConfig{}),
	}
	if p.flags.WS != "" {
		if cfg.WebSockets, err = listenHTTP(context.Background(), "--ws", p.flags.WS); err != nil {
			return nil, err
		}
	}
	t, err := listen.New(cfg)
	if err != nil {
		if cfg.WebSockets != nil {
			_ = cfg.WebSockets.Close()
		}
		return nil, portError("--udp", p.flags.UDP, err)
	}
	return t, nil
}

func (p *zoneProcess) registration() realm.Process {
	reg := realm.Process{
		TicketKey: p.key, Endpoints: p.transports.Endpoints(),
		HTTPAddr: reachable(p.private.l.Addr().String()), Schema: p.game.Schema.Hash, Snapshots: p.flags.Snapshots,
	}
	stats := p.zones.Stats()
	for i, z := range p.zones.Zones() {
		reg.Zones = append(reg.Zones, realm.ZoneInfo{
			Name: z.Name(), Title: stats[i].Title, MapName: z.Map().Name, MapHash: z.Map().Hash(), Map: z.Map().Artefact(), Capacity: stats[i].Capacity, TickHz: stats[i].TickHz,
			Best: p.best,
		})
	}
	return reg
}

// reachable turns a listener's address into one that can be dialled: an unspecified host becomes this machine's name, by which the
// other hosts of a cluster know it.
func reachable(addr string) string {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil || !ap.Addr().IsUnspecified() {
		return addr
	}
	return net.JoinHostPort(host(), strconv.Itoa(int(ap.Port())))
}

// register makes the zones known. A zone that another process serves may be that of a process that was just killed: the realm needs
// some seconds to be sure, so this waits for that long.
func (p *zoneProcess) register(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	taken := time.Now().Add(realm.DeadAfter + 2*time.Second)
	warned := false
	for {
		err := p.client.Register(ctx, p.registration())
		code := realm.CodeOf(err)
		waits := code == realm.CodeUnavailable || code == realm.CodeZoneTaken && time.Now().Before(taken)
		if err == nil || !waits {
			return err
		}
		if !warned {
			p.log.Warn("zone process: waiting for its place in the realm", "err", err)
			warned = true
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("register at the realm: %w", err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// run simulates until ctx ends; then everybody is told and saved. The error says what could not be saved, or why the process lost its zones.
func (p *zoneProcess) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	beating := make(chan struct{})
	// Without heartbeats the realm holds the process for dead: then it may as well end, in order.
	guard.Go("zone process: heartbeats", func() {
		defer close(beating)
		p.heartbeats(ctx, cancel)
	}, func() { cancel(fmt.Errorf("heartbeats: %w", guard.ErrPanic)) })
	err := p.zones.Run(ctx)
	<-beating
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	leave, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer stop()
	if lerr := p.client.Leave(leave); lerr != nil {
		p.log.Warn("zone process: could not sign off at the realm; its zones are free in a few seconds", "err", lerr)
	}
	_ = p.transports.Close()
	p.private.stop(leave)
	return err
}

// heartbeats says each second that the process lives. One that lost its zones to another process ends.
func (p *zoneProcess) heartbeats(ctx context.Context, lost context.CancelCauseFunc) {
	ticker := time.NewTicker(heartbeatEvery)
	defer ticker.Stop()
	silent := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		call, cancel := context.WithTimeout(ctx, 2*heartbeatEvery)
		err := p.client.Heartbeat(call, p.load())
		cancel()
		switch code := realm.CodeOf(err); {
		case ctx.Err() != nil:
			return
		case err == nil && silent:
			p.log.Info("zone process: the realm answers again")
			silent = false
		case err == nil:
		case code == realm.CodeZoneTaken || code == realm.CodeSchemaMismatch:
			lost(fmt.Errorf("this process lost its zones: %w", err))
			return
		case !silent:
			p.log.Warn("zone process: the realm does not answer; play goes on, joins and portals wait", "err", err)
			silent = true
		}
	}
}

func (p *zoneProcess) load() realm.Load {
	var l realm.Load
	for _, s := range p.zones.Stats() {
		l.Zones = append(l.Zones, realm.ZoneLoad{Name: s.Name, Players: s.Players, TickP99Ms: s.RecentTickMs.P99})
	}
	return l
}
