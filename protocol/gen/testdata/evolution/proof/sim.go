package proof

import (
	"fmt"
	"slices"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/schema"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/rules"
)

// sim is a game on the newer schema: everything in it changes every tick, through both ends of every range.
type sim struct {
	p        *play
	host     rules.Host
	world    *snapshot.World
	spawn    map[int]Spawn
	entities []entity
	inputs   Server
	told     map[uint8]message.Body
	expect   map[uint32]any // inputs that the client sent, by tick
	due      any            // the message that the client sends now
	read     int
	heard    int
	err      error
}

type entity struct {
	id    snapshot.ID
	kind  int
	state any
}

func (p *play) newSim(h rules.Host) (rules.Sim, error) {
	p.sim = &sim{p: p, host: h, world: snapshot.NewWorld(), spawn: map[int]Spawn{}, inputs: p.Server(), told: map[uint8]message.Body{}}
	for kind, table := range p.Tables {
		p.sim.spawn[kind] = table(p.sim.world)
	}
	return p.sim, nil
}

func (s *sim) World() *snapshot.World { return s.world }

// Join gives the player an entity of the kind called Player; one of each other kind, and a second player, stand about.
func (s *sim) Join(rules.Character) (snapshot.ID, rules.InputBuffer, error) {
	if len(s.entities) > 0 {
		return s.entities[0].id, s.inputs, nil
	}
	defs := slices.Clone(s.p.New.Lock.Entities)
	i := slices.IndexFunc(defs, func(d schema.LockDef) bool { return d.Name == "Player" })
	defs[0], defs[i] = defs[i], defs[0]
	defs = append(defs, defs[0]) // another player, whose owner is somebody else
	for _, d := range defs {
		id, state := s.spawn[d.ID]()
		s.entities = append(s.entities, entity{id, d.ID, state})
	}
	return s.entities[0].id, s.inputs, nil
}

func (s *sim) Leave(rules.PlayerID) {}

func (s *sim) Save(_ rules.PlayerID, dst []byte) []byte { return append(dst, "{}"...) }

func (s *sim) HandoverFailed(rules.PlayerID) {}

func (s *sim) Message(_ rules.PlayerID, msg []byte) error {
	m, ok := s.p.New.Messages[msg[0]]
	if !ok {
		return fmt.Errorf("message %d is not known", msg[0])
	}
	body := m()
	if err := message.Read(msg, body); err != nil {
		return err
	}
	s.heard++
	s.fail(s.p.same("message to the server", s.due, body, false))
	return nil
}

func (s *sim) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *sim) Step(tick uint32) {
	for i, e := range s.entities {
		fill(s.p.New.Lock, e.state, int(tick)*3+i)
	}
	if in, ok := s.inputs.At(tick); ok && s.expect[tick] != nil {
		s.read++
		s.fail(s.p.same("input", s.expect[tick], in, false))
	}
	for id, m := range s.p.New.Messages {
		body := m()
		fill(s.p.New.Lock, body, int(tick)*11+int(id))
		s.told[id] = body
		s.host.Send(7, body)
	}
}
