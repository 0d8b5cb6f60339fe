// Package zone runs one authoritative simulation of one map region.
//
// Package core is the whole of it without a goroutine, a clock or I/O. [Zone] is the one goroutine that joins a core to
// transport connections and to the realm. What is simulated is a game's business: package rules is all that a game sees.
package zone

import (
	"context"
	"fmt"

	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap"
	"github.com/realmwire/realmwire/zone/tilemap/tiled"
)

// Realm is what a zone needs of the realm. Its methods may block; the zone calls them from goroutines of their own.
type Realm interface {
	// Attach checks the epoch of a session's lease and returns the character. The error's text is shown to the player,
	// but for [core.ErrRealmDown].
	Attach(ctx context.Context, r core.AttachRequest) (rules.Character, error)
	// Save stores characters' states. The result has an error, or nil, for each request; [core.ErrStale] means that the
	// lease has passed to another zone, and [core.ErrHandedOver] that it did by a handover of ours. The second result
	// says that the realm could not be asked at all.
	Save(ctx context.Context, r []core.SaveRequest) ([]error, error)
	// Handover stores the state, passes the lease on to another zone, and returns the grant for it: the JSON of /v1/play's
	// answer. Asking twice for one handover is safe. The error's text is shown to the player, but for [core.ErrRealmDown],
	// after which the handover may have happened or not, and [core.ErrStale]; [core.ErrHandedOver] is that of an earlier handover
	// which did happen.
	Handover(ctx context.Context, r core.HandoverRequest) (grant []byte, err error)
}

// LoadGround loads a zone's map from its game, or makes the open field that it asks for.
func LoadGround(g *rules.Game, z rules.Zone) (core.Ground, error) {
	if z.Map == "" {
		m, err := tilemap.Blank(z.Name, z.Title, int32(z.Width), int32(z.Height))
		return core.Ground{Map: m}, err
	}
	if g.Maps == nil {
		return core.Ground{}, fmt.Errorf("zone %s: the map is %q, but the game %s has no Maps; embed the folder and set it", z.Name, z.Map, g.Name)
	}
	r := tiled.Check(g.Maps, z.Map)
	if err := r.Err(); err != nil {
		return core.Ground{}, fmt.Errorf("zone %s: load map:\n%w", z.Name, err)
	}
	return core.Ground{Map: r.Map.Map, Objects: r.Map.Objects, Warnings: r.Warnings()}, nil
}
