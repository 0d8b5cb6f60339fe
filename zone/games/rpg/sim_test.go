package rpg

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// stage is a zone that does nothing but remember.
type stage struct {
	ground    *tilemap.Loaded
	rng       *rand.Rand
	handovers []string
	offences  []string
}

func (s *stage) Map() *tilemap.Map         { return s.ground.Map }
func (s *stage) Objects() []tilemap.Object { return s.ground.Objects }
func (s *stage) TickHz() int               { return 20 }
func (s *stage) Rand() *rand.Rand          { return s.rng }
func (s *stage) Handover(p rules.PlayerID, zone, point string) {
	s.handovers = append(s.handovers, fmt.Sprint(p, " ", zone, " ", point))
}
func (s *stage) Send(rules.PlayerID, message.Body) {}
func (s *stage) Tell(rules.PlayerID, string)       {}
func (s *stage) Kick(rules.PlayerID, string)       {}
func (s *stage) Acting(rules.PlayerID)             {}

func (s *stage) Offence(_ rules.PlayerID, what string) { s.offences = append(s.offences, what) }
func newStage(t *testing.T, zone string) (*stage, *sim) {
	t.Helper()
	s := &stage{ground: loadMaps(t)[zone], rng: rand.New(rand.NewPCG(1, 2))}
	made, err := newSim(s)
	if err != nil {
		t.Fatal(err)
	}
	return s, made.(*sim)
}

func knight(id rules.PlayerID, state string) rules.Character {
	return rules.Character{ID: id, Name: "Ada", Class: "knight", Appearance: []byte(`{"skin":3,"hair":7,"shirt":0}`), State: []byte(state)}
}

func TestJoinPlacesACharacter(t *testing.T) {
	st, s := newStage(t, "overworld")
	start, _ := st.ground.Spawn("start")
	arrive, _ := st.ground.Spawn("from-dungeon")
	near := func(b Body, p tilemap.Spawn) bool {
		return max(b.X-p.X, p.X-b.X, b.Y-p.Y, p.Y-b.Y) <= mover.UnitsPerTile
	}
	join := func(c rules.Character) *Player {
		t.Helper()
		id, inputs, err := s.Join(c)
		if err != nil || inputs == nil {
			t.Fatal(err)
		}
		return s.players.Get(id)
	}
	if p := join(knight(1, "")); !near(p.Body, start) || p.Look != (Look{Name: "Ada", Class: Knight, Skin: 3, Hair: 7, Shirt: 0}) {
		t.Errorf("a new character is %+v", p)
	}
	if p := join(knight(2, `{"v":1,"x":7000,"y":12000,"facing":2}`)); p.Body != (Body{7000, 12000, FacingRight}) {
		t.Errorf("a saved character stands at %+v", p.Body)
	}
	c := knight(3, `{"v":1,"x":7000,"y":12000,"facing":2}`)
	c.Arrive = "from-dungeon"
	if p := join(c); !near(p.Body, arrive) || p.Body.Facing != FacingRight {
		t.Errorf("one who arrives stands at %+v", p.Body)
	}
	c.ID, c.Arrive = 4, "no such point"
	if p := join(c); !near(p.Body, start) {
		t.Errorf("one who arrives at a point that is gone stands at %+v", p.Body)
	}
	for i, state := range []string{`{"v":1,"x":0,"y":0}`, `{"v":1,"x":-5,"y":2000000000}`, `{"v":1,"x":20608,"y":2700}`} {
		if p := join(knight(rules.PlayerID(10+i), state)); !near(p.Body, start) {
			t.Errorf("saved as %s, it stands at %+v: not a place to stand", state, p.Body)
		}
	}
	for _, bad := range []struct{ state, want string }{{`{"v":2}`, "version 2"}, {`{"v":0,"x":1}`, "version 0"}, {`[`, "cannot be read"}} {
		if _, _, err := s.Join(knight(20, bad.state)); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("the state %s gives %v", bad.state, err)
		}
	}
	if _, _, err := s.Join(rules.Character{ID: 21, Class: "bard"}); err == nil || !strings.Contains(err.Error(), "bard") {
		t.Errorf("an unknown class gives %v", err)
	}
}

func TestSaveIsReadBack(t *testing.T) {
	_, s := newStage(t, "overworld")
	const state = `{"v":1,"x":7000,"y":12000,"facing":3}`
	if _, _, err := s.Join(knight(1, state)); err != nil {
		t.Fatal(err)
	}
	if got := string(s.Save(1, []byte("x"))); got != "x"+state {
		t.Fatalf("saved as %s", got)
	}
	if got := s.Save(99, nil); len(got) != 0 {
		t.Fatalf("a stranger is saved as %s", got)
	}
	s.Leave(1)
	s.Leave(1)
	if s.players.Len() != 0 || len(s.present) != 0 {
		t.Fatal("a player who left is still there")
	}
}

// give puts an input where the buffer's reader would.
func give(t *testing.T, in rules.InputBuffer, tick uint32, v Input) {
	t.Helper()
	msg := snapshot.WriteInputs(nil, snapshot.InputHeader{Newest: tick}, []Input{v})
	if _, fresh, err := in.Read(msg, tick); err != nil || fresh != 1 {
		t.Fatalf("input refused: %d fresh, %v", fresh, err)
	}
}

func TestMissingInputsAreBridgedBriefly(t *testing.T) {
	_, s := newStage(t, "overworld")
	id, inputs, err := s.Join(knight(1, `{"v":1,"x":7000,"y":12000}`))
	if err != nil {
		t.Fatal(err)
	}
	give(t, inputs, 1, Input{MoveX: 127})
	var moved []int32
	x := s.players.Get(id).Body.X
	for tick := uint32(1); tick <= 8; tick++ {
		s.Step(tick)
		moved = append(moved, s.players.Get(id).Body.X-x)
		x = s.players.Get(id).Body.X
		if inputs.Starved() != (tick > 1) {
			t.Errorf("tick %d: starved is %t", tick, inputs.Starved())
		}
	}
	if fmt.Sprint(moved) != "[64 64 64 64 64 0 0 0]" {
		t.Errorf("one input moved the player by %v, want it repeated four ticks", moved)
	}
}

func TestInvalidInputMovesNobodyAndIsCounted(t *testing.T) {
	st, s := newStage(t, "overworld")
	id, inputs, err := s.Join(knight(1, `{"v":1,"x":7000,"y":12000}`))
	if err != nil {
		t.Fatal(err)
	}
	give(t, inputs, 1, Input{MoveX: 127, MoveY: 127})
	s.Step(1)
	if b := s.players.Get(id).Body; b.X != 7000 || b.Y != 12000 || len(st.offences) != 1 {
		t.Errorf("moved to %+v, %d offences", b, len(st.offences))
	}
}

func TestPortalTakesThoseWhoWalkIn(t *testing.T) {
	st, s := newStage(t, "overworld")
	portal := st.ground.Portals[0]
	id, inputs, err := s.Join(knight(1, fmt.Sprintf(`{"v":1,"x":%d,"y":%d}`, portal.X+100, portal.Y+portal.H+10)))
	if err != nil {
		t.Fatal(err)
	}
	p := s.players.Get(id)
	before := p.Body
	for tick := uint32(1); tick <= 5; tick++ {
		give(t, inputs, tick, Input{MoveY: -127})
		s.Step(tick)
	}
	if len(st.handovers) != 1 || st.handovers[0] != "1 dungeon-entrance from-overworld" || !p.Self.Held {
		t.Fatalf("handovers %v, held %t", st.handovers, p.Self.Held)
	}
	if saved := string(s.Save(1, nil)); !strings.Contains(saved, fmt.Sprintf(`"y":%d`, before.Y)) {
		t.Errorf("in the portal it is saved as %s, want in front of it (%d)", saved, before.Y)
	}
	s.HandoverFailed(1)
	if p.Self.Held || p.Body.Y != before.Y {
		t.Errorf("after the refusal: held %t at %+v, want at %+v", p.Self.Held, p.Body, before)
	}
	for tick := uint32(6); tick <= 5+portalPauseSeconds*20-1; tick++ {
		give(t, inputs, tick, Input{MoveY: -127})
		s.Step(tick)
	}
	if len(st.handovers) != 1 {
		t.Errorf("the portal did not rest: %v", st.handovers)
	}
	s.HandoverFailed(99) // a stranger is passed over
}

func TestCreaturesWanderWhereTheyBelong(t *testing.T) {
	for _, zone := range []string{"overworld", "dungeon-entrance"} {
		_, s := newStage(t, zone)
		if len(s.creatures) < 10 {
			t.Fatalf("%s has %d creatures", zone, len(s.creatures))
		}
		start := map[*creature]Body{}
		walked := map[*creature]bool{}
		for _, c := range s.creatures {
			start[c] = c.Body
		}
		for tick := uint32(1); tick <= 2000; tick++ {
			s.Step(tick)
			for _, c := range s.creatures {
				walked[c] = walked[c] || c.Body != start[c]
				if mover.Blocked(s.ground, c.Body.X, c.Body.Y, c.params) {
					t.Fatalf("%s: %s is inside a wall at %+v", zone, c.Look.Name, c.Body)
				}
				if outside(c.Body.X, c.home.X, c.home.W) > 0 || outside(c.Body.Y, c.home.Y, c.home.H) > 0 {
					t.Fatalf("%s: %s left its area: %+v", zone, c.Look.Name, c.Body)
				}
			}
		}
		if len(walked) != len(s.creatures) {
			t.Errorf("%s: only %d of %d creatures moved", zone, len(walked), len(s.creatures))
		}
		for c := range walked {
			if !walked[c] {
				t.Errorf("%s: %s at %+v never moved", zone, c.Look.Name, c.Body)
			}
		}
	}
}

func TestMapsThatAskForTheImpossible(t *testing.T) {
	for _, c := range []struct {
		object tilemap.Object
		want   string
	}{
		{tilemap.Object{Layer: "npcs", Name: "Smaug", Kind: "dragon"}, `object "Smaug": its class "dragon"`},
		{tilemap.Object{Layer: "npcs", Name: "Herd", Kind: "slime", Props: map[string]string{"count": "many"}}, `count is "many"`},
		{tilemap.Object{Layer: "npcs", Name: "Herd", Kind: "slime", Props: map[string]string{"count": "65"}}, "1 to 64"},
		{tilemap.Object{Layer: "npcs", Name: "Herd", Kind: "slime", Props: map[string]string{"count": ""}}, `count is ""`},
		{tilemap.Object{Layer: "npcs", Name: "Herd", Kind: "slime", Props: map[string]string{"Count": "3"}}, `property "Count"`},
		{tilemap.Object{Layer: "npcs", Name: "Herd", Kind: "Slime"}, `class "Slime"`},
		{tilemap.Object{Layer: "NPCs", Name: "Herd", Kind: "slime"}, `layer "npcs"; rename`},
		{tilemap.Object{Layer: "npc", Name: "Herd", Kind: "slime"}, `layer "npcs"; rename`},
		{tilemap.Object{Layer: "npcs", Name: "Walled", Kind: "slime", X: 10, Y: 10}, "no room"},
	} {
		ground := *loadMaps(t)["dungeon-entrance"]
		ground.Objects = []tilemap.Object{{Layer: "signs", Kind: "anything"}, c.object}
		_, err := newSim(&stage{ground: &ground, rng: rand.New(rand.NewPCG(1, 2))})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "dungeon-entrance") {
			t.Errorf("%+v gives %v", c.object, err)
		}
	}
	ground := *loadMaps(t)["dungeon-entrance"]
	ground.Objects = []tilemap.Object{{Layer: "npcs", Name: "Smaug", Kind: "dragon"}, {Layer: "npcs", Name: "Shelob", Kind: "spider"}}
	if _, err := newSim(&stage{ground: &ground, rng: rand.New(rand.NewPCG(1, 2))}); err == nil || !strings.Contains(err.Error(), "Smaug") || !strings.Contains(err.Error(), "Shelob") {
		t.Errorf("not all that is wrong is said: %v", err)
	}
}

func TestGameMessagesAreUnknown(t *testing.T) {
	_, s := newStage(t, "overworld")
	if err := s.Message(1, []byte{64}); err == nil {
		t.Fatal("a message that the game does not have was taken")
	}
}

func TestClassesAndFacingsKeepTheirNumbers(t *testing.T) {
	if Classes[Knight] != "knight" || Classes[Rogue] != "rogue" || Classes[Wizard] != "wizard" {
		t.Error("the names of the classes are not in the order of their numbers")
	}
	if int(FacingDown) != int(mover.FacingDown) || int(FacingLeft) != int(mover.FacingLeft) ||
		int(FacingRight) != int(mover.FacingRight) || int(FacingUp) != int(mover.FacingUp) {
		t.Error("the facings are not the mover's")
	}
}
