package rpg

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
)

const maxPerObject = 64 // NPCs that one object of a map may ask for

// breed is what NPCs of one kind have in common.
type breed struct {
	kind          NPCKind
	name          string
	speed         int32 // units per second
	walk, rest    int   // longest walk and rest, in tenths of a second
	halfW, halfH  int32
	straightLines bool // keeps to the four directions, as somebody with manners does
}

// breeds are by the class that an object has in the map.
var breeds = map[string]breed{
	"slime":    {kind: Slime, name: "Slime", speed: 320, walk: 14, rest: 22, halfW: 80, halfH: 64},
	"rat":      {kind: Rat, name: "Rat", speed: 900, walk: 9, rest: 30, halfW: 72, halfH: 56},
	"villager": {kind: Villager, name: "Villager", speed: 480, walk: 30, rest: 50, halfW: 96, halfH: 80, straightLines: true},
	"elder":    {kind: Elder, name: "Elder", speed: 300, walk: 24, rest: 90, halfW: 96, halfH: 80, straightLines: true},
}

// creature is one NPC: it rests and walks by turns, and stays in the area that the map gave it.
type creature struct {
	entity snapshot.ID
	*NPC   // its row in the table
	breed  *breed
	params mover.Params
	home   tilemap.Object

	heading mover.Input
	until   uint32 // tick at which it thinks again
}

// layerNPCs is the object layer of a map in which NPCs are drawn.
const layerNPCs = "npcs"

// populate brings in the NPCs that the map asks for. The error has all that is wrong with it.
func (s *sim) populate(objects []tilemap.Object) error {
	var errs []error
	for _, o := range objects {
		if o.Layer != layerNPCs {
			if strings.EqualFold(strings.TrimSpace(o.Layer), layerNPCs) || strings.EqualFold(o.Layer, "npc") {
				errs = append(errs, s.mapError(o, "NPCs are read from the layer %q; rename it", layerNPCs))
			}
			continue
		}
		b, count, err := s.readNPC(o)
		for i := 0; err == nil && i < count; i++ {
			err = s.bringIn(o, &b)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// mapError says what is wrong with an object of the map.
func (s *sim) mapError(o tilemap.Object, format string, args ...any) error {
	return fmt.Errorf("map %s: layer %q, object %q: %w", s.ground.Name, o.Layer, o.Name, fmt.Errorf(format, args...))
}

// readNPC reads what an object asks for: how many of which breed.
func (s *sim) readNPC(o tilemap.Object) (b breed, count int, err error) {
	b, ok := breeds[o.Kind]
	if !ok {
		return b, 0, s.mapError(o, "its class %q is no NPC; use slime, rat, villager or elder", o.Kind)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Props)) {
		if name != "count" {
			return b, 0, s.mapError(o, "its property %q says nothing to the game, which reads \"count\"; rename or delete it", name)
		}
	}
	text, ok := o.Props["count"]
	if !ok {
		return b, 1, nil
	}
	count, err = strconv.Atoi(text)
	if err != nil || count < 1 || count > maxPerObject {
		return b, 0, s.mapError(o, "count is %q, it must be 1 to %d", text, maxPerObject)
	}
	return b, count, nil
}

func (s *sim) bringIn(o tilemap.Object, b *breed) error {
	c := &creature{breed: b, home: o}
	c.params = mover.Params{Speed: b.speed, TickHz: int32(s.host.TickHz()), HalfW: b.halfW, HalfH: b.halfH}
	rng := s.host.Rand()
	for range 64 {
		x, y := o.X+rng.Int32N(o.W+1), o.Y+rng.Int32N(o.H+1)
		if mover.Blocked(s.ground, x, y, c.params) || s.ground.PortalAt(x, y) >= 0 {
			continue
		}
		c.entity, c.NPC = s.npcs.Spawn()
		if c.NPC == nil {
			return s.mapError(o, "there are more NPCs than a zone holds")
		}
		c.Body.X, c.Body.Y = x, y
		c.Look = NPCLook{Kind: b.kind, Name: b.name}
		if o.Name != "" {
			c.Look.Name = o.Name
		}
		s.creatures = append(s.creatures, c)
		return nil
	}
	return s.mapError(o, "its area has no room for %s; make it larger or move it", b.name)
}

func (s *sim) stepCreature(c *creature) {
	if s.tick >= c.until {
		s.think(c)
	}
	if c.heading == (mover.Input{}) {
		return
	}
	before := c.Body.state()
	after := mover.Step(s.ground, before, c.heading, c.params, s.tick)
	if !c.allowed(after, before) || after.X == before.X && after.Y == before.Y {
		c.heading = mover.Input{}
		c.until = min(c.until, s.tick+uint32(s.host.TickHz()/2))
		return
	}
	c.Body.set(after)
}

// allowed keeps a creature in its area; one outside of it may only come nearer.
func (c *creature) allowed(to, from mover.State) bool {
	return outside(to.X, c.home.X, c.home.W) <= outside(from.X, c.home.X, c.home.W) &&
		outside(to.Y, c.home.Y, c.home.H) <= outside(from.Y, c.home.Y, c.home.H)
}

func outside(v, start, length int32) int32 {
	return max(start-v, v-start-length, 0)
}

// think turns from resting to walking somewhere, or back.
func (s *sim) think(c *creature) {
	rng := s.host.Rand()
	longest := c.breed.rest
	if c.heading != (mover.Input{}) {
		c.heading = mover.Input{}
	} else {
		longest = c.breed.walk
		c.heading = headings[rng.IntN(len(headings))]
		if c.breed.straightLines {
			c.heading = headings[rng.IntN(4)]
		}
	}
	tenths := longest/3 + rng.IntN(longest)
	c.until = s.tick + 1 + uint32(tenths*s.host.TickHz()/10)
}

var headings = [...]mover.Input{{X: 127}, {X: -127}, {Y: 127}, {Y: -127}, {X: 89, Y: 89}, {X: -89, Y: 89}, {X: 89, Y: -89}, {X: -89, Y: -89}}
