// Command tinygame is the smallest game on Realmwire: dots that move on an open field. It is a module of its own, as a
// user's game is.
package main

import (
	"errors"

	"github.com/realmwire/realmwire"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/rules"
)

var game = rules.Game{
	Name:       "tinygame",
	Schema:     &Schema,
	Zones:      []rules.Zone{{Name: "field", Title: "The Field", Width: 64, Height: 64}},
	Characters: rules.Characters{Classes: []string{"dot"}},
	New:        newSim,
	NewBot:     newBot,
}

func main() { realmwire.Main(game) }

const speed = 40 // 1/256 tiles a tick

type player struct {
	id     snapshot.ID
	inputs rules.Inputs[Input, *Input]
}

type sim struct {
	host    rules.Host
	world   *snapshot.World
	dots    *snapshot.Table[Dot, *Dot]
	players map[rules.PlayerID]*player
}

func newSim(h rules.Host) (rules.Sim, error) {
	w := snapshot.NewWorld()
	return &sim{host: h, world: w, dots: snapshot.NewTable[Dot](w), players: map[rules.PlayerID]*player{}}, nil
}

func (s *sim) World() *snapshot.World { return s.world }

func (s *sim) Join(c rules.Character) (snapshot.ID, rules.InputBuffer, error) {
	id, d := s.dots.Spawn()
	if d == nil {
		return 0, nil, errors.New("the field is full")
	}
	d.Place = Place{X: 8192, Y: 8192}
	d.Tag.Name = c.Name
	p := &player{id: id}
	s.players[c.ID] = p
	return id, &p.inputs, nil
}

func (s *sim) Leave(p rules.PlayerID) {
	if pl := s.players[p]; pl != nil {
		s.world.Despawn(pl.id)
		delete(s.players, p)
	}
}

func (s *sim) Save(_ rules.PlayerID, dst []byte) []byte { return append(dst, `{"v":1}`...) }

func (s *sim) TravelFailed(rules.PlayerID) {}

func (s *sim) Message(rules.PlayerID, []byte) error { return errors.New("there are no messages") }

func (s *sim) Step(tick uint32) {
	for _, p := range s.players {
		step(&s.dots.Get(p.id).Place, p.inputs.Next(tick))
	}
}

// step is the game's movement; the bot predicts with it.
func step(at *Place, in Input) {
	at.X = max(0, min(65535, at.X+int32(in.Right)*speed))
	at.Y = max(0, min(65535, at.Y+int32(in.Down)*speed))
}

// bot pushes its dot in squares, and predicts where it goes.
type bot struct {
	newest uint32
	inputs map[uint32]Input
	past   map[uint32]Place // predicted
	known  bool
}

const remembered = 128 // ticks

func newBot(rules.BotConfig) rules.Bot {
	return &bot{inputs: map[uint32]Input{}, past: map[uint32]Place{}}
}

func (b *bot) Step(tick uint32, _ *snapshot.Replica) {
	ways := [4]Input{{Right: 1}, {Down: 1}, {Right: -1}, {Down: -1}}
	b.newest = tick
	b.inputs[tick] = ways[tick/20%4]
	delete(b.inputs, tick-remembered)
	delete(b.past, tick-remembered)
	if b.known {
		b.replay(tick-1, b.past[tick-1])
	}
}

// replay predicts again from a tick whose place is certain.
func (b *bot) replay(tick uint32, at Place) {
	b.past[tick] = at
	for t := tick + 1; t <= b.newest; t++ {
		step(&at, b.inputs[t])
		b.past[t] = at
	}
}

func (b *bot) Inputs(dst []byte, h snapshot.InputHeader) []byte {
	h.Newest = b.newest
	var newest []Input
	for t := b.newest; len(newest) < 6; t-- {
		in, ok := b.inputs[t]
		if !ok {
			break
		}
		newest = append(newest, in)
	}
	return snapshot.WriteInputs(dst, h, newest)
}

func (b *bot) Reconcile(view *snapshot.Replica) bool {
	own := view.Own()
	if own == nil || view.Tick() > b.newest {
		return false
	}
	at := own.State.(*Dot).Place
	was, predicted := b.past[view.Tick()]
	if predicted && was == at {
		return false
	}
	b.known = true
	b.replay(view.Tick(), at)
	return predicted
}

func (b *bot) Line() string { return "round and round" }
