package rpg

import (
	"fmt"
	"slices"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// portalPauseSeconds is how long a portal ignores a player whom it could not carry.
const portalPauseSeconds = 2

// sim is one zone of the game. Its zone's goroutine owns it.
type sim struct {
	host    rules.Host
	ground  *tilemap.Map
	walk    mover.Params
	world   *snapshot.World
	players *snapshot.Table[Player, *Player]
	npcs    *snapshot.Table[NPC, *NPC]

	present   []*player // in the order in which they came
	byID      map[rules.PlayerID]*player
	creatures []*creature
	tick      uint32
}

// player is a player's character in the zone.
type player struct {
	id      rules.PlayerID
	entity  snapshot.ID
	inputs  rules.Inputs[Input, *Input]
	*Player // its row in the table

	outside   mover.State // where it last stood outside of every portal
	armed     bool        // portals take it: it has been outside since it came or was refused
	pausedTil uint32      // tick until which portals do not
}

func newSim(h rules.Host) (rules.Sim, error) {
	s := &sim{host: h, ground: h.Map(), walk: PlayerParams(h.TickHz()), world: snapshot.NewWorld(), byID: map[rules.PlayerID]*player{}}
	s.players = snapshot.NewTable[Player](s.world)
	s.npcs = snapshot.NewTable[NPC](s.world)
	if err := s.walk.Validate(); err != nil {
		return nil, fmt.Errorf("rpg: %w", err)
	}
	return s, s.populate(h.Objects())
}

// World implements [rules.Sim].
func (s *sim) World() *snapshot.World { return s.world }

// Join implements [rules.Sim].
func (s *sim) Join(c rules.Character) (snapshot.ID, rules.InputBuffer, error) {
	class := slices.Index(Classes, c.Class)
	if class < 0 {
		return 0, nil, fmt.Errorf("the class %q is not known here; update the server", c.Class)
	}
	appearance, err := readAppearance(c.Appearance)
	if err != nil {
		return 0, nil, fmt.Errorf("the character's appearance is not known here (%w); update the server", err)
	}
	at, err := s.place(c)
	if err != nil {
		return 0, nil, err
	}
	id, p := s.players.Spawn()
	if p == nil {
		return 0, nil, fmt.Errorf("the zone holds as many entities as it can; try again later")
	}
	p.Look = Look{Name: c.Name, Class: Class(class), Skin: appearance.Skin, Hair: appearance.Hair, Shirt: appearance.Shirt}
	p.Body.set(at)
	a := &player{id: c.ID, entity: id, Player: p, outside: at, armed: s.ground.PortalAt(at.X, at.Y) < 0}
	a.inputs.Repeat = max(1, s.host.TickHz()/5)
	s.present = append(s.present, a)
	s.byID[c.ID] = a
	return id, &a.inputs, nil
}

// Leave implements [rules.Sim].
func (s *sim) Leave(p rules.PlayerID) {
	a := s.byID[p]
	if a == nil {
		return
	}
	delete(s.byID, p)
	s.present = slices.DeleteFunc(s.present, func(b *player) bool { return a == b })
	s.world.Despawn(a.entity)
}

// Message implements [rules.Sim]; the game has no messages of its own yet.
func (s *sim) Message(_ rules.PlayerID, msg []byte) error {
	return fmt.Errorf("message %d is unknown", msg[0])
}

// Step implements [rules.Sim].
func (s *sim) Step(tick uint32) {
	s.tick = tick
	for _, a := range s.present {
		s.host.Acting(a.id)
		s.stepAvatar(a)
	}
	s.host.Acting(0)
	for _, c := range s.creatures {
		s.stepCreature(c)
	}
}

func (s *sim) stepAvatar(a *player) {
	in := a.inputs.Next(s.tick)
	if a.Self.Held {
		return
	}
	move := mover.Input{X: in.MoveX, Y: in.MoveY}
	if !move.Valid() {
		s.host.Offence(a.id, "moves faster than anyone can")
	}
	before := a.Body.state()
	after := mover.Step(s.ground, before, move, s.walk, s.tick)
	a.Body.set(after)
	portal := s.ground.PortalAt(after.X, after.Y)
	if portal < 0 {
		a.armed, a.outside = true, after
		return
	}
	if a.armed && s.tick >= a.pausedTil {
		a.Self.Held = true
		s.host.Handover(a.id, s.ground.Portals[portal].ToZone, s.ground.Portals[portal].ToPoint)
	}
}

// HandoverFailed implements [rules.Sim]: the player stands in front of the portal again.
func (s *sim) HandoverFailed(p rules.PlayerID) {
	if a := s.byID[p]; a != nil {
		a.Self.Held = false
		a.Body.set(a.outside)
		a.pausedTil = s.tick + uint32(portalPauseSeconds*s.host.TickHz())
	}
}

func (b *Body) state() mover.State {
	return mover.State{X: b.X, Y: b.Y, Facing: mover.Facing(b.Facing)}
}

func (b *Body) set(s mover.State) { b.X, b.Y, b.Facing = s.X, s.Y, Facing(s.Facing) }
