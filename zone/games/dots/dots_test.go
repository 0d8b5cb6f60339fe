package dots

import (
	"math/rand/v2"
	"testing"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/rules"
)

// host is a zone that gives randomness. The game asks for nothing else, or the test ends.
type host struct {
	rules.Host
	rng *rand.Rand
}

func (h host) Rand() *rand.Rand      { return h.rng }
func (h host) Acting(rules.PlayerID) {}

// seat is a bot at its screen: what it sends goes to the game, and what it sees comes from there.
type seat struct {
	bot     rules.Bot
	inputs  rules.InputBuffer
	entity  snapshot.ID
	view    *snapshot.View
	replica *snapshot.Replica
}

func field(t *testing.T) *sim {
	t.Helper()
	made, err := Game.New(host{rng: rand.New(rand.NewPCG(1, 2))})
	if err != nil {
		t.Fatal(err)
	}
	return made.(*sim)
}

func sit(t *testing.T, s *sim, c rules.Character) *seat {
	t.Helper()
	id, inputs, err := s.Join(c)
	if err != nil {
		t.Fatal(err)
	}
	return &seat{
		bot: Game.NewBot(rules.BotConfig{Seed: uint64(c.ID), TickHz: 20}), inputs: inputs, entity: id,
		view: snapshot.NewView(s.World(), snapshot.ViewConfig{}), replica: snapshot.NewReplica(&Schema),
	}
}

// Two players see each other's dots move, to the very place, and foresee their own.
func TestTwoPlayers(t *testing.T) {
	s := field(t)
	seats := []*seat{sit(t, s, rules.Character{ID: 1, Name: "Ada"}), sit(t, s, rules.Character{ID: 2, Name: "Bob"})}
	for _, at := range seats {
		for _, of := range seats {
			at.view.Enter(of.entity, at == of)
		}
	}
	seen := map[Place]bool{}
	for tick := uint32(1); tick <= 200; tick++ {
		for _, at := range seats {
			at.bot.Step(tick, at.replica)
			if _, _, err := at.inputs.Read(at.bot.Inputs(nil, snapshot.InputHeader{}), tick); err != nil {
				t.Fatal(err)
			}
		}
		s.Step(tick)
		s.World().Commit(tick)
		for i, at := range seats {
			msg, _ := at.view.Encode(nil, snapshot.Header{}, 1200)
			if _, err := at.replica.Apply(msg); err != nil {
				t.Fatal(err)
			}
			if tick > 1 && at.bot.Reconcile(at.replica) {
				t.Fatalf("tick %d: a bot foresaw its dot elsewhere", tick)
			}
			at.view.Ack(at.replica.Ack())
			other := seats[1-i].entity
			for e := range at.replica.All {
				if e.ID == other {
					got := e.State.(*Dot)
					if want := s.dots.Get(other); *got != *want {
						t.Fatalf("tick %d: player %d sees %+v, and it is %+v", tick, i, got, want)
					}
					seen[got.Place] = true
				}
			}
		}
	}
	if len(seen) < 100 {
		t.Errorf("the dots were seen in %d places only", len(seen))
	}
}

// Who touches a pellet has a point more, and another pellet lies elsewhere. The score is there on the next visit.
func TestPelletsAreEaten(t *testing.T) {
	s := field(t)
	sit(t, s, rules.Character{ID: 7, Name: "Ada"})
	for eaten := uint32(1); eaten <= 3; eaten++ {
		for id, p := range s.pellets.All() {
			s.players[0].dot.Place = p.Place
			if s.Step(eaten); s.pellets.Get(id) != nil {
				t.Fatal("a pellet was touched and is still there")
			}
			break
		}
	}
	if score := s.players[0].dot.Tag.Score; score < 3 || s.pellets.Len() != pellets {
		t.Errorf("score %d, and %d pellets of %d", score, s.pellets.Len(), pellets)
	}
	score, saved := s.players[0].dot.Tag.Score, s.Save(7, nil)
	if s.Leave(7); s.dots.Len() != 0 {
		t.Error("a dot stays behind")
	}
	sit(t, s, rules.Character{ID: 7, Name: "Ada", State: saved})
	if again := s.players[0].dot.Tag.Score; again != score {
		t.Errorf("score %d was saved as %s and is %d", score, saved, again)
	}
}

// A dot stays on the field.
func TestEdges(t *testing.T) {
	for in, want := range map[Input]Place{{Right: 1, Down: 1}: {edge, edge}, {Right: -1, Down: -1}: {}} {
		at := Place{X: edge / 2, Y: edge / 2}
		for range 1000 {
			at.push(in)
		}
		if at != want {
			t.Errorf("%+v leads to %+v", in, at)
		}
	}
}
