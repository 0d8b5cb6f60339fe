package zone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// Process is the zones that one process runs, behind one set of transports.
type Process struct {
	zones []*Zone
	log   *slog.Logger
}

// NewProcess makes the zones of a game that names lists, or all of them. cfg is what they share: Core.Zone and Core.Ground are
// set for each. The maps of all the game's zones are checked, so that no portal leads nowhere.
func NewProcess(cfg Config, names []string) (*Process, error) {
	maps := map[string]*tilemap.Map{}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Conduct == nil {
		cfg.Conduct = NewConduct(time.Now())
	}
	p := &Process{log: cfg.Log}
	var wrong []error // with maps: all are said at once
	known := make([]string, 0, len(cfg.Core.Game.Zones))
	for _, z := range cfg.Core.Game.Zones {
		known = append(known, z.Name)
		switch {
		case !tilemap.ValidName(z.Name):
			return nil, fmt.Errorf("the game %s has a zone %q; a zone's name is 1 to %d of a-z, 0-9 and '-'", cfg.Core.Game.Name, z.Name, tilemap.MaxName)
		case maps[z.Name] != nil:
			return nil, fmt.Errorf("the game %s has two zones %q; rename one", cfg.Core.Game.Name, z.Name)
		}
		ground, err := LoadGround(cfg.Core.Game, z)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		maps[z.Name] = ground.Map
		if len(names) > 0 && !slices.Contains(names, z.Name) {
			continue
		}
		one := cfg
		one.Core.Zone, one.Core.Ground = z, ground
		made, err := New(one)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		p.zones = append(p.zones, made)
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("the game %s has no zone %q; it has %s", cfg.Core.Game.Name, name, strings.Join(known, ", "))
		}
	}
	if len(p.zones) == 0 {
		return nil, fmt.Errorf("the game %s has no zones; add one to Game.Zones", cfg.Core.Game.Name)
	}
	return p, errors.Join(tilemap.CheckLinks(maps)...)
}

// Zones are the zones of the process.
func (p *Process) Zones() []*Zone { return p.zones }

// Accept takes a connection with a proven ticket to the zone that its ticket names: a [transport.Acceptor].
func (p *Process) Accept(conn transport.Conn, claims ticket.Claims) (transport.Handler, error) {
	for _, z := range p.zones {
		if z.Name() == claims.Zone {
			return z.Accept(conn, claims)
		}
	}
	return nil, refuseConn(p.log, claims, transport.Refused, fmt.Sprintf("zone %q does not run here", claims.Zone))
}

// Evict takes a character out of whichever zone has it. See [Zone.Evict].
func (p *Process) Evict(ctx context.Context, id rules.PlayerID, upTo uint64, text string) (core.Eviction, error) {
	found := core.Eviction{Character: id}
	for _, z := range p.zones {
		e, err := z.Evict(ctx, id, upTo, text)
		if err != nil {
			return core.Eviction{}, err
		}
		if e.Found && (!found.Found || e.Epoch > found.Epoch) {
			found = e
		}
	}
	return found, nil
}

// TellAll shows every player of the process a line of system chat.
func (p *Process) TellAll(text string) {
	for _, z := range p.zones {
		z.TellAll(text)
	}
}

// Stats are those of the zones.
func (p *Process) Stats() []Stats {
	out := make([]Stats, len(p.zones))
	for i, z := range p.zones {
		out[i] = z.Stats()
	}
	return out
}

// Run runs all zones until ctx ends, then drains them all. The error joins theirs.
func (p *Process) Run(ctx context.Context) error {
	errs := make([]error, len(p.zones))
	var wg sync.WaitGroup
	for i, z := range p.zones {
		wg.Go(guard.Func("zone: run", func() { errs[i] = z.Run(ctx) }, func() { errs[i] = fmt.Errorf("zone %s: %w", z.Name(), guard.ErrPanic) }))
	}
	wg.Wait()
	return errors.Join(errs...)
}
