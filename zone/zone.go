// Package zone runs one authoritative simulation of one map region.
//
// [Core] is the whole of it without a goroutine, a clock or I/O: events go in, outputs come out, so that a seed and a
// list of events replay a zone. [Zone] is the one goroutine that joins a core to transport sessions and to the realm.
// What is simulated is a game's business: package rules is all that a game sees.
package zone

import (
	"context"
	"errors"
	"fmt"

	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap"
	"github.com/realmwire/realmwire/zone/tilemap/tiled"
)

// Realm is what a zone needs of the realm. Its methods may block; the zone calls them from goroutines of their own.
type Realm interface {
	// Attach checks the epoch of a session's lease and returns the character. The error's text is shown to the player,
	// but for ErrRealmDown.
	Attach(ctx context.Context, r AttachRequest) (Character, error)
	// Save stores characters' states. The result has an error, or nil, for each request; ErrStale means that the lease
	// has passed to another zone. The second result says that the realm could not be asked at all.
	Save(ctx context.Context, r []SaveRequest) ([]error, error)
	// Travel stores the state, moves the lease to another zone, and returns the grant for it: the JSON of /v1/play's
	// answer. Asking twice for one journey is safe. The error's text is shown to the player, but for ErrRealmDown, after which
	// the journey may have happened or not, and ErrStale.
	Travel(ctx context.Context, r TravelRequest) (grant []byte, err error)
}

// Errors of a Realm that a zone tells apart; wrap them.
var (
	ErrStale     = errors.New("the lease has passed to another zone")
	ErrRealmDown = errors.New("the realm cannot be reached")
)

// AttachRequest asks for the character of a session that has joined.
type AttachRequest struct {
	Client    ClientID
	Character rules.PlayerID
	Epoch     uint64
	Session   uint64
}

// Character is what the realm knows of a character that the zone's rules need.
type Character struct {
	rules.Character
	Account uint64
	Role    string
}

// SaveRequest stores a character's state under the epoch of its lease.
type SaveRequest struct {
	Character rules.PlayerID
	Epoch     uint64
	State     []byte // JSON
	Final     bool   // the zone lets go: the lease ends
}

// TravelRequest moves a character to a spawn point of another zone.
type TravelRequest struct {
	Client    ClientID
	Character rules.PlayerID
	Epoch     uint64
	Session   uint64
	State     []byte
	ToZone    string
	ToPoint   string
}

// Ground is the map of a zone as its core needs it.
type Ground struct {
	Map     *tilemap.Map
	Objects []tilemap.Object
}

// LoadGround loads a zone's map from its game, or makes the open field that it asks for.
func LoadGround(g *rules.Game, z rules.Zone) (Ground, error) {
	if z.Map == "" {
		m, err := tilemap.Blank(z.Name, z.Title, int32(z.Width), int32(z.Height))
		return Ground{Map: m}, err
	}
	if g.Maps == nil {
		return Ground{}, fmt.Errorf("zone %s: the map is %q, but the game %s has no Maps; embed the folder and set it", z.Name, z.Map, g.Name)
	}
	loaded, err := tiled.Load(g.Maps, z.Map)
	if err != nil {
		return Ground{}, fmt.Errorf("zone %s: %w", z.Name, err)
	}
	if loaded.Name != z.Name {
		return Ground{}, fmt.Errorf("zone %s: its map file is named %q; a zone is named as its map, rename one", z.Name, z.Map)
	}
	return Ground{Map: loaded.Map, Objects: loaded.Objects}, nil
}
