package dots

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/rules"
)

const (
	tiles   = 64            // the field's edge
	edge    = tiles*256 - 1 // the greatest coordinate; the schema's max
	speed   = 40            // units a tick
	reach   = 128           // units at which a dot eats a pellet
	pellets = 60
)

// sim is the field. The zone's goroutine owns it.
type sim struct {
	host    rules.Host
	world   *snapshot.World
	dots    *snapshot.Table[Dot, *Dot]
	pellets *snapshot.Table[Pellet, *Pellet]
	players []*player // in the order in which they came, so that equal inputs give equal runs
}

type player struct {
	id     rules.PlayerID
	entity snapshot.ID
	inputs rules.Inputs[Input, *Input]
	dot    *Dot // its row in the table
}

func newSim(h rules.Host) (rules.Sim, error) {
	w := snapshot.NewWorld()
	s := &sim{host: h, world: w, dots: snapshot.NewTable[Dot](w), pellets: snapshot.NewTable[Pellet](w)}
	for range pellets {
		s.addPellet()
	}
	return s, nil
}

func (s *sim) addPellet() {
	if _, p := s.pellets.Spawn(); p != nil {
		p.Place = s.somewhere()
	}
}

func (s *sim) somewhere() Place {
	return Place{X: s.host.Rand().Int32N(edge + 1), Y: s.host.Rand().Int32N(edge + 1)}
}

// World implements [rules.Sim].
func (s *sim) World() *snapshot.World { return s.world }

// saved is what is kept of a player between visits.
type saved struct {
	V     int    `json:"v"` // of this layout
	Score uint32 `json:"score"`
}

// Join implements [rules.Sim].
func (s *sim) Join(c rules.Character) (snapshot.ID, rules.InputBuffer, error) {
	var old saved
	if len(c.State) > 0 {
		if err := json.Unmarshal(c.State, &old); err != nil {
			return 0, nil, fmt.Errorf("read the saved score: %w", err)
		}
	}
	id, d := s.dots.Spawn()
	if d == nil {
		return 0, nil, errors.New("the field is full; try again later")
	}
	d.Place = s.somewhere()
	d.Tag = Tag{Name: c.Name, Colour: uint8(c.ID % 8), Score: old.Score}
	p := &player{id: c.ID, entity: id, dot: d}
	s.players = append(s.players, p)
	return id, &p.inputs, nil
}

// Leave implements [rules.Sim].
func (s *sim) Leave(id rules.PlayerID) {
	if p := s.player(id); p != nil {
		s.world.Despawn(p.entity)
		s.players = slices.DeleteFunc(s.players, func(o *player) bool { return o == p })
	}
}

func (s *sim) player(id rules.PlayerID) *player {
	if i := slices.IndexFunc(s.players, func(p *player) bool { return p.id == id }); i >= 0 {
		return s.players[i]
	}
	return nil
}

// Save implements [rules.Sim].
func (s *sim) Save(id rules.PlayerID, dst []byte) []byte {
	if p := s.player(id); p != nil {
		dst = fmt.Appendf(dst, `{"v":1,"score":%d}`, p.dot.Tag.Score)
	}
	return dst
}

// Step implements [rules.Sim].
func (s *sim) Step(tick uint32) {
	for _, p := range s.players {
		s.host.Acting(p.id)
		p.dot.Place.push(p.inputs.Next(tick))
		s.eat(p.dot)
	}
}

// push moves a dot by one tick. Bots and clients predict with the same arithmetic.
func (at *Place) push(in Input) {
	at.X = max(0, min(edge, at.X+speed*int32(in.Right)))
	at.Y = max(0, min(edge, at.Y+speed*int32(in.Down)))
}

// eat takes away the pellets that a dot touches; new ones lie elsewhere.
func (s *sim) eat(d *Dot) {
	for id, p := range s.pellets.All() {
		dx, dy := p.Place.X-d.Place.X, p.Place.Y-d.Place.Y
		if dx*dx+dy*dy <= reach*reach {
			s.world.Despawn(id)
			s.addPellet()
			d.Tag.Score++
		}
	}
}

// Message implements [rules.Sim]: the game has none.
func (s *sim) Message(rules.PlayerID, []byte) error { return errors.New("there are no messages") }

// HandoverFailed implements [rules.Sim]: there are no other zones.
func (s *sim) HandoverFailed(rules.PlayerID) {}
