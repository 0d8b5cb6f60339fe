package realm

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"time"

	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/transport/ticket"
)

const (
	minTickHz, maxTickHz = 1, 128
	maxTitle             = 64 // bytes
)

// register takes a zone process into the directory. A zone that another process serves is refused, unless that process is gone: then
// there is no need to wait until its silence has been long enough.
func (r *Realm) register(ctx context.Context, incarnation ID, m registerMsg) (nothing, error) {
	p := m.Process
	p.Incarnation = incarnation
	if len(m.Key) != len(p.TicketKey) {
		return nothing{}, refuse(CodeInvalid, "a ticket key of %d bytes, want %d", len(m.Key), len(p.TicketKey))
	}
	p.TicketKey = ticket.Key(m.Key)
	if err := r.checkProcess(p); err != nil {
		return nothing{}, err
	}
	for range maxProcesses {
		holder, err := r.dir.register(p, m.Attached, r.now())
		if err != nil {
			return nothing{}, err
		}
		if holder == nil {
			r.log.Info("realm: zone process registered", "incarnation", p.Incarnation, "endpoints", ways(p.Endpoints), "zones", len(p.Zones), "attached", len(m.Attached))
			return nothing{}, nil
		}
		if r.isAlive(ctx, holder.Incarnation) {
			return nothing{}, refuse(CodeZoneTaken,
				"process %s (%s) already serves %s: stop it, or serve other zones. If it was killed, its zones are free within %v.",
				holder.Incarnation, ways(holder.Endpoints), holder.zoneNames(), DeadAfter)
		}
		_ = r.lost(holder.Process) // the refusal is for players
	}
	return nothing{}, refuse(CodeBusy, "the zones of process %s keep going to others", p.Incarnation)
}

// isAlive asks a process itself. Only the certainty that nobody listens counts as dead: a slow process still has its heartbeats.
func (r *Realm) isAlive(ctx context.Context, incarnation ID) bool {
	ctx, cancel := context.WithTimeout(ctx, aliveTimeout)
	defer cancel()
	_, err := bus.Call[nothing](ctx, r.bus, bus.ZoneProcess(bus.Identity(incarnation)), "alive", nothing{})
	return !bus.IsUnreachable(err)
}

func (r *Realm) checkProcess(p Process) error {
	if p.TicketKey == (ticket.Key{}) {
		return refuse(CodeInvalid, "a zone process needs a random ticket key")
	}
	if p.Schema != r.cfg.Schema {
		return refuse(CodeSchemaMismatch, "this zone process runs schema %016x, the realm %016x: start both from the same version of the program",
			p.Schema, r.cfg.Schema)
	}
	if p.Snapshots != "latest" && p.Snapshots != "kcp" {
		return refuse(CodeInvalid, "snapshots %.20q: want latest or kcp", p.Snapshots)
	}
	if _, port, err := net.SplitHostPort(p.HTTPAddr); err != nil || port == "" || len(p.HTTPAddr) > maxHost {
		return refuse(CodeInvalid, "HTTP address %.80q: want HOST:PORT", p.HTTPAddr)
	}
	if err := checkEndpoints(p.Endpoints); err != nil {
		return refuse(CodeInvalid, "%v", err)
	}
	if n := len(p.Zones); n == 0 || n > MaxZonesPerProcess {
		return refuse(CodeInvalid, "a process of %d zones: want 1 to %d", n, MaxZonesPerProcess)
	}
	names := make(map[string]bool)
	for _, z := range p.Zones {
		if names[z.Name] {
			return refuse(CodeInvalid, "zone %s twice in one process", z.Name)
		}
		names[z.Name] = true
		if err := checkZone(z); err != nil {
			return err
		}
	}
	return nil
}

func checkZone(z ZoneInfo) error {
	if err := checkZoneName(z.Name); err != nil {
		return err
	}
	hash, err := hex.DecodeString(z.MapHash)
	switch {
	case err != nil || len(hash) != 32:
		return refuse(CodeInvalid, "zone %s: map hash %.80q, want a SHA-256 in hex", z.Name, z.MapHash)
	case checkZoneName(z.MapName) != nil:
		return refuse(CodeInvalid, "zone %s: its map is called %.40q, want 1 to %d lowercase letters, digits or -", z.Name, z.MapName, maxZoneName)
	case z.Capacity < 1 || z.Capacity > MaxZoneCapacity:
		return refuse(CodeInvalid, "zone %s: capacity %d, want 1 to %d", z.Name, z.Capacity, MaxZoneCapacity)
	case z.TickHz < minTickHz || z.TickHz > maxTickHz:
		return refuse(CodeInvalid, "zone %s: %d ticks a second, want %d to %d", z.Name, z.TickHz, minTickHz, maxTickHz)
	case z.Title == "" || len(z.Title) > maxTitle:
		return refuse(CodeInvalid, "zone %s: a title of %d bytes, want 1 to %d", z.Name, len(z.Title), maxTitle)
	}
	return nil
}

func (r *Realm) heartbeat(_ context.Context, incarnation ID, m heartbeatMsg) (nothing, error) {
	if !r.dir.heartbeat(incarnation, m.Load, r.now()) {
		return nothing{}, refuse(CodeUnknownProcess, "process %s is not registered: register again", incarnation)
	}
	return nothing{}, nil
}

func (r *Realm) leave(_ context.Context, incarnation ID, _ nothing) (nothing, error) {
	r.dir.remove(incarnation)
	r.log.Info("realm: zone process left", "incarnation", incarnation)
	return nothing{}, nil
}

func (r *Realm) putMap(_ context.Context, _ ID, m mapMsg) (nothing, error) {
	return nothing{}, r.maps.put(m.Hash, m.Data)
}

// DirectURLs implements API.
func (r *Realm) DirectURLs(context.Context) ([]string, error) { return r.dir.directURLs(r.now()), nil }

// RelayTarget implements API.
func (r *Realm) RelayTarget(_ context.Context, incarnation ID) (RelayTarget, error) {
	target, ok := r.dir.relayTarget(incarnation, r.now())
	if !ok {
		return RelayTarget{}, &Error{
			Code: CodeZoneDown, RetryAfter: time.Second,
			Detail: fmt.Sprintf("The zone process %s is gone; ask /v1/play again.", incarnation),
		}
	}
	return target, nil
}

// Info implements API.
func (r *Realm) Info(context.Context) (Info, error) {
	zones, players, capacity := r.dir.status(r.now())
	var accepts []string
	for _, h := range r.cfg.Accepts {
		accepts = append(accepts, ID(h).String())
	}
	return Info{
		Name: r.cfg.Name, MOTD: r.cfg.MOTD, Version: r.cfg.Version, Protocol: Protocol,
		Game: r.cfg.Game, Schema: r.schema(), Accepts: accepts, Players: players, Capacity: capacity,
		Classes: r.cfg.Classes, Zones: zones,
	}, nil
}
