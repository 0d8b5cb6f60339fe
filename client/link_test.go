package client

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// world is a real zone core and real links, on a simulated network and clock: one goroutine, everything from a seed.
type world struct {
	t       *testing.T
	rng     *rand.Rand
	core    *core.Core
	encoder *core.Encoder
	ground  core.Ground
	hz      int
	loss    float64
	delay   time.Duration
	jitter  time.Duration
	epoch   time.Time
	now     time.Duration
	due     time.Duration
	packets []flight
	players []*walker
	sniff   func(msg []byte) // told of input packets as they are sent
}

type flight struct {
	at   time.Duration
	up   bool
	id   int
	lane transport.Lane
	msg  []byte
}

// walker is one link and what its events said.
type walker struct {
	link         *link
	lastReliable [2]time.Duration
	entered      []Zone
	applied      int
	verified     int
	acks         []time.Duration
	late         []time.Duration
	corrections  int
	undecodable  []error
	heard        []message.Heard
	closed       bool
}

func newWorld(t *testing.T, hz int, ordered bool, seed uint64) *world {
	t.Helper()
	return newWorldOf(t, &rpg.Game, hz, ordered, seed)
}

func newWorldOf(t *testing.T, game *rules.Game, hz int, ordered bool, seed uint64) *world {
	t.Helper()
	ground, err := zone.LoadGround(game, game.Zones[0])
	if err != nil {
		t.Fatal(err)
	}
	made, err := core.New(core.Config{Game: game, Zone: game.Zones[0], Ground: ground, TickHz: hz, Ordered: ordered, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return &world{
		t: t, rng: rand.New(rand.NewPCG(seed, 7)), core: made, encoder: made.NewEncoder(), ground: ground, hz: hz, delay: 100 * time.Microsecond,
		epoch: time.Unix(1_000_000, 0), due: time.Second / time.Duration(hz),
	}
}

func (w *world) at() time.Time { return w.epoch.Add(w.now) }

func (w *world) add() *walker {
	p := &walker{}
	seed := uint64(len(w.players))
	p.link = &link{
		schema: rpg.Game.Schema, ground: w.ground.Map, margin: DefaultMargin, began: w.at(), replica: snapshot.NewReplica(rpg.Game.Schema),
		newPlayer: func(z Zone) Player {
			return rpg.Game.NewBot(rules.BotConfig{Seed: seed, TickHz: z.TickHz, Map: z.Map})
		},
		events: &Events{
			Entered: func(_ time.Time, z Zone) { p.entered = append(p.entered, z) },
			Snapshot: func(_ time.Time, h snapshot.Header, _ *snapshot.Replica) {
				p.applied++
				if h.Verify {
					p.verified++
				}
			},
			Undecodable: func(err error) { p.undecodable = append(p.undecodable, err) },
			Stepped:     func(late time.Duration) { p.late = append(p.late, late) },
			Acked:       func(d time.Duration) { p.acks = append(p.acks, d) },
			Corrected:   func() { p.corrections++ },
			Heard:       func(m message.Heard) { p.heard = append(p.heard, m) },
		},
	}
	w.players = append(w.players, p)
	id := core.ConnID(len(w.players))
	w.core.Handle(core.Event{Kind: core.EventConnect, Conn: id, At: w.now, Connect: &core.Connect{
		Session: uint64(id), Character: rules.PlayerID(id), Epoch: 1, Transport: transport.KCP, MaxLatest: transport.MaxLatestMessage,
	}})
	w.send(true, len(w.players)-1, transport.Reliable, p.link.hello(true, "test"))
	return p
}

func (w *world) send(up bool, id int, lane transport.Lane, msg []byte) {
	if lane == transport.Latest && w.rng.Float64() < w.loss {
		return
	}
	at := w.now + w.delay
	if w.jitter > 0 {
		at += time.Duration(w.rng.Int64N(int64(w.jitter)))
	}
	if lane == transport.Reliable {
		last := &w.players[id].lastReliable[0]
		if up {
			last = &w.players[id].lastReliable[1]
		}
		at = max(at, *last)
		*last = at
	}
	w.packets = append(w.packets, flight{at, up, id, lane, slices.Clone(msg)})
}

// run lets time pass in steps of half a millisecond.
func (w *world) run(d time.Duration) {
	w.t.Helper()
	for end := w.now + d; w.now < end; w.now += 500 * time.Microsecond {
		w.arrive()
		if w.now >= w.due {
			w.core.Step(w.due, w.now)
			for i := range w.core.Sessions() {
				if s, ok := w.encoder.Encode(i, nil); ok {
					w.send(false, int(s.Conn)-1, s.Lane, s.Msg)
				}
			}
			w.due += time.Second / time.Duration(w.hz)
			w.carryOut()
		}
		for i, p := range w.players {
			if p.closed {
				continue
			}
			if msg := p.link.step(w.at(), nil); len(msg) > 0 {
				if w.sniff != nil {
					w.sniff(msg)
				}
				w.send(true, i, transport.Latest, msg)
			}
		}
	}
}

func (w *world) arrive() {
	slices.SortStableFunc(w.packets, func(a, b flight) int { return int(a.at - b.at) })
	for len(w.packets) > 0 && w.packets[0].at <= w.now {
		f := w.packets[0]
		w.packets = w.packets[1:]
		if f.up {
			w.core.Handle(core.Event{Kind: core.EventMessage, Conn: core.ConnID(f.id + 1), Lane: f.lane, Msg: f.msg, At: f.at})
			w.carryOut()
		} else if !w.players[f.id].closed {
			w.players[f.id].link.receive(w.at(), f.msg)
		}
	}
}

func (w *world) carryOut() {
	out := w.core.Out()
	for _, s := range out.Sends {
		w.send(false, int(s.Conn)-1, s.Lane, s.Msg)
	}
	attaches := slices.Clone(out.Attaches)
	out.Reset()
	for _, a := range attaches {
		w.core.Handle(core.Event{Kind: core.EventAttach, Attach: &core.AttachResult{Request: a, Character: rules.Character{ID: a.Character, Name: "Walker", Class: rpg.Classes[0]}}})
	}
	if len(attaches) > 0 {
		w.carryOut()
	}
}

func TestLinkPlaysInARealZone(t *testing.T) {
	for _, c := range []struct {
		name          string
		ordered       bool
		loss          float64
		delay, jitter time.Duration
		ackP50        time.Duration // at most
	}{
		{"loopback", false, 0, 100 * time.Microsecond, 0, 75 * time.Millisecond},
		{"loopback, ordered", true, 0, 100 * time.Microsecond, 0, 75 * time.Millisecond},
		{"broadband", false, 0.01, 20 * time.Millisecond, 5 * time.Millisecond, 125 * time.Millisecond},
		{"bad wifi", false, 0.1, 50 * time.Millisecond, 30 * time.Millisecond, 250 * time.Millisecond},
		{"bad wifi, ordered", true, 0.1, 50 * time.Millisecond, 30 * time.Millisecond, 300 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, 20, c.ordered, 11)
			w.loss, w.delay, w.jitter = c.loss, c.delay, c.jitter
			for range 5 {
				w.add()
				w.run(130 * time.Millisecond)
			}
			w.run(20 * time.Second)
			for i, p := range w.players {
				if p.link.phase != playing || len(p.entered) != 1 {
					t.Fatalf("player %d: phase %d, entered %d times", i, p.link.phase, len(p.entered))
				}
				z := p.entered[0]
				if z.Name != "overworld" || z.TickHz != 20 || z.Ordered != c.ordered || z.Entity == 0 || z.Map != w.ground.Map {
					t.Fatalf("player %d entered %+v", i, z)
				}
				if len(p.undecodable) > 0 || p.link.replica.Desyncs > 0 {
					t.Fatalf("player %d: %v", i, p.undecodable)
				}
				if p.verified != p.applied || p.applied < 150 {
					t.Errorf("player %d applied %d snapshots, %d of them verified", i, p.applied, p.verified)
				}
				slices.Sort(p.acks)
				if len(p.acks) < 300 || p.acks[len(p.acks)/2] > c.ackP50 {
					t.Errorf("player %d: %d inputs acknowledged, p50 %s, want at most %s", i, len(p.acks), p.acks[len(p.acks)/2], c.ackP50)
				}
				if c.loss == 0 && p.corrections > 5 {
					t.Errorf("player %d: %d corrections on a perfect network", i, p.corrections)
				}
				if moved := p.link.replica.Own().State.(*rpg.Player); moved.Body == (rpg.Body{}) {
					t.Errorf("player %d has no body", i)
				}
			}
			if w.core.Count().Offence != 0 {
				t.Errorf("the zone counted %d offences", w.core.Count().Offence)
			}
		})
	}
}

// The latest lane is often faster than the reliable one: the first snapshot must not be lost for that.
func TestLinkKeepsASnapshotThatOvertakesTheWelcome(t *testing.T) {
	w := newWorld(t, 20, false, 1)
	p := w.add()
	w.players[0].lastReliable[0] = 300 * time.Millisecond // when the Welcome arrives
	w.run(290 * time.Millisecond)
	if p.link.phase != joining || p.link.replica.Own() == nil {
		t.Fatalf("phase %d before the Welcome, own entity %v", p.link.phase, p.link.replica.Own())
	}
	if ack, _ := p.link.replica.Ack(); ack == 0 || p.applied != 0 {
		t.Errorf("newest snapshot %d, %d told of before the Welcome", ack, p.applied)
	}
	w.run(11 * time.Millisecond)
	if p.link.phase != playing || len(p.entered) != 1 || p.entered[0].Entity == 0 {
		t.Errorf("phase %d with the Welcome, entered %v", p.link.phase, p.entered)
	}
}

// watched is a zone's simulation that notes what it is told of the player's view.
type watched struct {
	rules.Sim
	inputs *rules.Inputs[rpg.Input, *rpg.Input]
	views  map[uint32]snapshot.ViewTick // by the tick simulated, where its input had come
}

func (s *watched) Join(c rules.Character) (snapshot.ID, rules.InputBuffer, error) {
	id, in, err := s.Sim.Join(c)
	s.inputs, _ = in.(*rules.Inputs[rpg.Input, *rpg.Input])
	return id, in, err
}

func (s *watched) Step(tick uint32) {
	s.Sim.Step(tick)
	if s.inputs != nil && !s.inputs.Starved() {
		s.views[tick] = s.inputs.View()
	}
}

// interpolating is a player that shows the world as it was one and a half ticks before the newest state.
type interpolating struct{ Player }

func (p interpolating) Inputs(dst []byte, h snapshot.InputHeader) []byte {
	h.View = snapshot.ViewTickAt(float64(h.AckTick) - 1.5)
	return p.Player.Inputs(dst, h)
}

// The view that a client reports is the state that it showed, and the zone's game is told exactly that: for a player that
// shows the newest state, and for one that shows an earlier one.
func TestGamesKnowWhatAClientShowed(t *testing.T) {
	for _, behind := range []float64{0, 1.5} {
		sim := &watched{views: map[uint32]snapshot.ViewTick{}}
		game := rpg.Game
		game.New = func(h rules.Host) (rules.Sim, error) {
			inner, err := rpg.Game.New(h)
			sim.Sim = inner
			return sim, err
		}
		w := newWorldOf(t, &game, 20, false, 3)
		w.delay, w.jitter = 40*time.Millisecond, 20*time.Millisecond
		p := w.add()
		if behind > 0 {
			bot := p.link.newPlayer
			p.link.newPlayer = func(z Zone) Player { return interpolating{bot(z)} }
		}
		showed := map[uint32]snapshot.ViewTick{} // by the newest input's tick
		w.sniff = func(msg []byte) {
			var q snapshot.Inputs[rpg.Input, *rpg.Input]
			h, _, err := q.Read(msg, 1)
			if err != nil {
				t.Fatal(err)
			}
			showed[h.Newest] = snapshot.ViewTickAt(float64(p.link.replica.Tick()) - behind)
		}
		w.run(5 * time.Second)
		compared := 0
		for tick, want := range showed {
			got, ok := sim.views[tick]
			if !ok || want.Tick == 0 {
				continue
			}
			compared++
			if got != want {
				t.Errorf("%v behind: for tick %d the game has a view of %+v, the client showed %+v", behind, tick, got, want)
			}
		}
		if compared < 80 || w.core.Count().Offence != 0 {
			t.Errorf("%v behind: %d ticks compared, %d offences", behind, compared, w.core.Count().Offence)
		}
	}
}

// A zone's snapshots may say another tick rate than its Welcome: what plays is made anew for it.
func TestLinkFollowsTheTickRate(t *testing.T) {
	w := newWorld(t, 20, false, 1)
	p := w.add()
	var rates []int
	made := p.link.newPlayer
	p.link.newPlayer = func(z Zone) Player {
		rates = append(rates, z.TickHz)
		return made(z)
	}
	w.run(2 * time.Second)
	view := snapshot.NewWorld()
	say := func(hz uint8) {
		for view.Tick() <= p.link.replica.Tick() {
			view.Commit(view.Tick() + 1)
		}
		msg, _ := snapshot.NewView(view, snapshot.ViewConfig{}).Encode(nil, snapshot.Header{TickHz: hz}, 1000)
		p.link.receive(w.at(), msg)
	}
	spacing := func() time.Duration { return p.link.clock.at(101) - p.link.clock.at(100) }
	if spacing() != 50*time.Millisecond || !slices.Equal(rates, []int{20}) {
		t.Fatalf("ticks of %v, players for %v Hz", spacing(), rates)
	}
	say(0)
	say(20)
	say(64)
	say(64)
	if spacing() != time.Second/64 || !slices.Equal(rates, []int{20, 64}) || p.link.zone.TickHz != 64 {
		t.Errorf("ticks of %v, players for %v Hz", spacing(), rates)
	}
	// One that overtakes the Welcome was written after it.
	q := w.add()
	p.closed = true
	q.link.newPlayer = func(z Zone) Player {
		rates = append(rates, z.TickHz)
		return made(z)
	}
	msg, _ := snapshot.NewView(view, snapshot.ViewConfig{}).Encode(nil, snapshot.Header{TickHz: 10}, 1000)
	q.link.receive(w.at(), msg)
	q.link.receive(w.at(), message.Append(nil, &message.Welcome{Tick: 1, TickHz: 20, Zone: "overworld"}))
	if !slices.Equal(rates, []int{20, 64, 10}) {
		t.Errorf("players for %v Hz", rates)
	}
}

func TestLinkReportsTheGoodbye(t *testing.T) {
	w := newWorld(t, 20, false, 1)
	p := w.add()
	w.run(time.Second)
	w.core.Handle(core.Event{Kind: core.EventEvict, Character: 1, Epoch: 1})
	w.carryOut()
	w.run(time.Second)
	if p.link.phase != ended || p.link.end == nil || p.link.end.Goodbye == nil {
		t.Fatalf("phase %d, end %v", p.link.phase, p.link.end)
	}
	if end := p.link.end; end.Goodbye.Reason != message.TakenOver || !end.Final() || !strings.Contains(end.Error(), "taken-over") {
		t.Errorf("end %v, final %t", end, end.Final())
	}
	p.link.finish(transport.Network, "later")
	if p.link.end.Text != "" {
		t.Error("the second reason replaced the first")
	}
	if _, ok := p.link.nextStep(); ok {
		t.Error("an ended link wants to step")
	}
}

func TestLinkIsRefusedForAnOldMap(t *testing.T) {
	w := newWorld(t, 20, false, 1)
	p := w.add()
	w.packets[0].msg = message.Append(nil, &message.Join{Protocol: message.Version, Schema: rpg.Game.Schema.Hash, MapHash: "00"})
	w.run(time.Second)
	if p.link.end == nil || p.link.end.Goodbye == nil || p.link.end.Goodbye.Reason != message.MapMismatch || p.link.end.Final() {
		t.Errorf("end %v", p.link.end)
	}
	if Reason(p.link.end) != "goodbye: map-mismatch" {
		t.Errorf("reason %q", Reason(p.link.end))
	}
}

func TestLinkTakesATransferOnce(t *testing.T) {
	w := newWorld(t, 20, false, 1)
	p := w.add()
	w.run(time.Second)
	grant, err := json.Marshal(Grant{Zone: GrantZone{Name: "dungeon-entrance"}, Ticket: []byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	p.link.receive(w.at(), message.Append(nil, &message.Transfer{Grant: string(grant)}))
	if p.link.phase != parting || p.link.transfer.Zone.Name != "dungeon-entrance" {
		t.Fatalf("phase %d", p.link.phase)
	}
	before := p.applied
	w.run(200 * time.Millisecond)
	if p.applied == before {
		t.Error("the old zone's snapshots are not applied while the next one is being entered")
	}
	first := p.link.transfer
	p.link.receive(w.at(), message.Append(nil, &message.Transfer{Grant: string(grant)}))
	if p.link.transfer != first || p.link.garbage != 1 {
		t.Errorf("a second transfer was taken (%d garbage)", p.link.garbage)
	}
}

func TestLinkSurvivesGarbage(t *testing.T) {
	w := newWorld(t, 20, false, 1)
	p := w.add()
	for _, msg := range [][]byte{{}, {1}, {2}, {2, 0xff}, {3}, {4, 0xff, 0xff, 0xff}, {6}, {7}, {63}, {64}, {255, 1, 2}} {
		p.link.receive(w.at(), msg)
	}
	if p.link.phase != joining {
		t.Fatalf("phase %d after garbage", p.link.phase)
	}
	w.run(time.Second)
	if p.link.phase != playing {
		t.Fatalf("phase %d", p.link.phase)
	}
	rng := rand.New(rand.NewPCG(8, 8))
	for range 2000 {
		msg := make([]byte, 1+rng.IntN(60))
		for i := range msg {
			msg[i] = byte(rng.Uint32())
		}
		if msg[0] == 3 || msg[0] == 4 { // a goodbye that happens to be well-formed is a goodbye
			msg[0] = 200
		}
		if msg[0] == snapshot.TypeSnapshot {
			msg = msg[:min(len(msg), 5)]
		}
		p.link.receive(w.at(), msg)
	}
	w.run(time.Second)
	if p.link.phase != playing {
		t.Errorf("phase %d, end %v", p.link.phase, p.link.end)
	}
}

func TestLinkGivesUpOnSnapshotsThatCannotBeDecoded(t *testing.T) {
	w := newWorld(t, 20, false, 1)
	p := w.add()
	w.run(time.Second)
	for i := range uint32(maxUndecodable) {
		tick := p.link.replica.Tick() + 1 + i
		// An update for a slot that nothing was ever spawned in.
		msg := []byte{snapshot.TypeSnapshot, byte(tick), byte(tick >> 8), byte(tick >> 16), byte(tick >> 24), 0xf0, 0xff, 0xff, 0xff}
		p.link.receive(w.at(), msg)
	}
	if p.link.phase != ended || p.link.end.Code != transport.ProtocolError || p.link.end.Final() {
		t.Fatalf("phase %d, end %v", p.link.phase, p.link.end)
	}
	if len(p.undecodable) != maxUndecodable || errors.Is(p.undecodable[0], snapshot.ErrStale) {
		t.Errorf("%d refusals, the first %v", len(p.undecodable), p.undecodable[0])
	}
}
