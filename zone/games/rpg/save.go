package rpg

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// savedVersion is the newest layout of a saved character that this code reads.
const savedVersion = 1

// saved is a character between visits.
type saved struct {
	V      int    `json:"v"`
	X      int32  `json:"x"`
	Y      int32  `json:"y"`
	Facing Facing `json:"facing"`
}

// Save implements [rules.Sim].
func (s *sim) Save(p rules.PlayerID, dst []byte) []byte {
	a := s.byID[p]
	if a == nil {
		return dst
	}
	at := a.Body.state()
	if a.Self.Held {
		at = a.outside // who is saved in a portal must not come back inside of it
	}
	// By hand, because it is called for every player every few seconds.
	dst = append(dst, `{"v":1,"x":`...)
	dst = strconv.AppendInt(dst, int64(at.X), 10)
	dst = append(dst, `,"y":`...)
	dst = strconv.AppendInt(dst, int64(at.Y), 10)
	dst = append(dst, `,"facing":`...)
	dst = strconv.AppendInt(dst, int64(at.Facing), 10)
	return append(dst, '}')
}

// place finds where a character appears.
func (s *sim) place(c rules.Character) (mover.State, error) {
	var old saved
	if len(c.State) > 0 {
		if err := json.Unmarshal(c.State, &old); err != nil {
			return mover.State{}, fmt.Errorf("the saved character cannot be read (%w); ask an administrator to restore a backup", err)
		}
		if old.V < 1 || old.V > savedVersion {
			return mover.State{}, fmt.Errorf("the character was saved by version %d of the game, this server knows %d; update the server", old.V, savedVersion)
		}
	}
	facing := mover.Facing(min(old.Facing, FacingUp))
	if c.Arrive == "" && old.V > 0 {
		at := mover.State{X: old.X, Y: old.Y, Facing: facing}
		if s.stands(at.X, at.Y) {
			return at, nil
		}
		// The map has changed since: the start is a safe place.
	}
	spawn, ok := s.ground.Spawn(c.Arrive)
	if !ok {
		spawn, _ = s.ground.Spawn(tilemap.StartSpawn)
	}
	x, y := s.around(spawn.X, spawn.Y)
	return mover.State{X: x, Y: y, Facing: facing}, nil
}

// stands reports whether a player can stand there, outside of every portal.
func (s *sim) stands(x, y int32) bool {
	inside := x >= 0 && y >= 0 && x < s.ground.Width*mover.UnitsPerTile && y < s.ground.Height*mover.UnitsPerTile
	return inside && !mover.Blocked(s.ground, x, y, s.walk) && s.ground.PortalAt(x, y) < 0
}

// around is a place within a tile of a point, so that those who arrive together do not stand in one another.
func (s *sim) around(x, y int32) (int32, int32) {
	const reach = mover.UnitsPerTile
	for range 8 {
		nx, ny := x+s.host.Rand().Int32N(2*reach+1)-reach, y+s.host.Rand().Int32N(2*reach+1)-reach
		if s.stands(nx, ny) {
			return nx, ny
		}
	}
	return x, y
}
