package server

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/store/badger"
	"github.com/realmwire/realmwire/zone/rules"
)

// realmRole is a running realm with all that it stands on.
type realmRole struct {
	store *badger.Store
	hub   *hub
	conn  *bus.Conn
	realm *realm.Realm
	run   lastRun
	log   *slog.Logger
}

// startRealm opens the store and the bus, and starts the realm.
func startRealm(ctx context.Context, f realmFlags, limits limitFlags, nats busFlags, game rules.Game, reg prometheus.Registerer, log *slog.Logger) (_ *realmRole, err error) {
	m := &realmRole{log: log}
	defer func() {
		if err != nil {
			m.close()
		}
	}()
	m.store, err = badger.Open(badger.Config{Dir: filepath.Join(f.Data, "store"), Log: log, Registerer: reg})
	if err != nil {
		return nil, fmt.Errorf("--data %s: %w", f.Data, err)
	}
	if m.run, err = markRun(f.Data, time.Now(), m.store.Whole(), log); err != nil {
		return nil, err
	}
	if m.hub, err = openHub(ctx, f, nats, log); err != nil {
		return nil, err
	}
	if m.conn, err = m.hub.connect(bus.RoleRealm); err != nil {
		return nil, err
	}
	m.realm, err = realm.New(realm.Config{
		Store: m.store, Bus: m.conn, Name: f.Name, MOTD: f.MOTD, Version: Version(), Game: game.Name, Schema: game.Schema.Hash, Accepts: accepted(game.Schema), Classes: game.Characters.Classes, CheckAppearance: game.Characters.CheckAppearance,
		StartZone: game.Zones[0].Name, Capacity: f.Capacity, Limits: realm.Limits{Off: limits.off()}, Room: m.store.Room, Log: log, Registerer: reg,
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// accepted are the older versions of a schema whose clients are let in.
func accepted(s *snapshot.Schema) []uint64 {
	var out []uint64
	for _, o := range s.Older {
		out = append(out, o.Hash)
	}
	return out
}

// close stops in the order that loses nothing: no more requests, then no more work, then the store.
func (m *realmRole) close() {
	if m.conn != nil {
		m.conn.Close()
	}
	if m.realm != nil {
		m.realm.Close()
	}
	if m.hub != nil {
		m.hub.close()
	}
	if m.store == nil {
		return
	}
	// Before the store, whose lock keeps the next realm out.
	m.run.stopped()
	if err := m.store.Close(); err != nil {
		m.log.Error("the realm stopped, but its store could not be closed in order", "err", err)
	}
}

// zoneNames lists the zones of games, for help texts.
func zoneNames(games []rules.Game) string {
	var out []string
	for _, g := range games {
		var names []string
		for _, z := range g.Zones {
			names = append(names, z.Name)
		}
		text := strings.Join(names, ", ")
		if len(games) > 1 {
			text = "of " + g.Name + " " + text
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}
