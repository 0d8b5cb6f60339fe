package core

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap/tiled"
)

// network is what the packets of a simulation go through: one goroutine, virtual time, everything from one seed.
type network struct {
	rng       *rand.Rand
	loss      float64
	duplicate float64
	delay     time.Duration
	jitter    time.Duration
	packets   []packet
	sent      uint64
}

type packet struct {
	at   time.Duration
	seq  uint64
	to   ConnID // the client it concerns
	up   bool   // to the server
	lane transport.Lane
	msg  []byte
}

func (n *network) send(now time.Duration, to ConnID, up bool, lane transport.Lane, msg []byte, notBefore time.Duration) time.Duration {
	copies := 1
	if lane == transport.Latest {
		if n.rng.Float64() < n.loss {
			return 0
		}
		if n.rng.Float64() < n.duplicate {
			copies = 2
		}
	}
	var at time.Duration
	for range copies {
		at = now + n.delay
		if n.jitter > 0 {
			at += time.Duration(n.rng.Int64N(int64(n.jitter)))
		}
		at = max(at, notBefore)
		n.sent++
		n.packets = append(n.packets, packet{at, n.sent, to, up, lane, slices.Clone(msg)})
	}
	return at
}

// due takes the packets that have arrived by now, in the order of their arrival.
func (n *network) due(now time.Duration) []packet {
	slices.SortFunc(n.packets, func(a, b packet) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.seq, b.seq)) })
	k := 0
	for k < len(n.packets) && n.packets[k].at <= now {
		k++
	}
	out := slices.Clone(n.packets[:k])
	n.packets = slices.Clone(n.packets[k:])
	return out
}

// player is a simulated client: the Go decoder, the game's bot, and a clock that the server steers.
type player struct {
	t       *testing.T
	id      ConnID
	bot     rules.Bot
	view    *snapshot.Replica
	tick    uint32 // of the newest input
	inZone  bool
	welcome message.Welcome
	goodbye *message.Goodbye
	grant   string
	heard   []message.Heard
	people  int
	closed  bool

	lastReliable [2]time.Duration // arrival of the last reliable message, down and up
	refused      map[string]int   // snapshots not applied, by error
	corrections  int
	applied      int
	lowLead      int
	starved      int
}

// table is a core with players on a simulated network, and a witness that knows the truth.
type table struct {
	recorded []string // kicks that came with saves
	t        *testing.T
	core     *Core
	workers  int // goroutines that encode; 0: the test's own does
	encoders []*Encoder
	sent     [][]byte // snapshots, as they were encoded
	net      *network
	now      time.Duration
	players  []*player
	tickets  []TicketRequest // all so far
	notices  []Notice        // likewise
	realm    fakeRealm

	witness *snapshot.View
	truth   *snapshot.Replica
	history map[uint32]map[snapshot.ID]snapshot.State
}

// fakeRealm answers a core's requests at once, from the test's own goroutine.
type fakeRealm struct {
	state     map[rules.PlayerID][]byte
	arrive    map[rules.PlayerID]string
	released  map[rules.PlayerID]int
	handovers []HandoverRequest
	refuse    error // of the next handovers
	attach    error
}

// loadGround loads the map of a game's zone.
func loadGround(g *rules.Game, z rules.Zone) (Ground, error) {
	loaded, err := tiled.Load(g.Maps, z.Map)
	if err != nil {
		return Ground{}, err
	}
	return Ground{Map: loaded.Map, Objects: loaded.Objects}, nil
}

func newTable(t *testing.T, cfg Config, seed uint64) *table {
	t.Helper()
	if cfg.Game == nil {
		cfg.Game = &rpg.Game
	}
	if cfg.Zone.Name == "" {
		cfg.Zone = cfg.Game.Zones[0]
	}
	ground, err := loadGround(cfg.Game, cfg.Zone)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Ground, cfg.Seed = ground, seed
	core, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &table{
		t: t, core: core, net: &network{rng: rand.New(rand.NewPCG(seed, 99))},
		realm:   fakeRealm{state: map[rules.PlayerID][]byte{}, arrive: map[rules.PlayerID]string{}, released: map[rules.PlayerID]int{}},
		witness: snapshot.NewView(core.world, snapshot.ViewConfig{Ordered: true, Verify: true}),
		truth:   snapshot.NewReplica(cfg.Game.Schema),
		history: map[uint32]map[snapshot.ID]snapshot.State{},
	}
}

// tick steps the core and encodes what it has to say, among its other outputs.
func (w *table) tick(due, now time.Duration) {
	for len(w.encoders) < max(w.workers, 1) {
		w.encoders = append(w.encoders, w.core.NewEncoder())
	}
	w.core.Step(due, now)
	sends := make([]Send, w.core.Sessions())
	var wg sync.WaitGroup
	for k, e := range w.encoders {
		encode := func() {
			for i := k; i < len(sends); i += len(w.encoders) {
				sends[i], _ = e.Encode(i, nil)
			}
		}
		if w.workers == 0 {
			encode()
			continue
		}
		wg.Go(encode)
	}
	wg.Wait()
	for _, s := range sends {
		if s.Msg != nil {
			w.core.out.Sends = append(w.core.out.Sends, s)
			w.sent = append(w.sent, s.Msg)
		}
	}
}

func (w *table) joinMessage() []byte {
	return message.Append(nil, &message.Join{
		Protocol: message.Version, Schema: w.core.cfg.Game.Schema.Hash, MapHash: w.core.cfg.Ground.Map.Hash(), Verify: true, Client: "test",
	})
}

// add connects a player who joins at once.
func (w *table) add() *player { return w.addOf(0) }

// addOf is add for another character of an account.
func (w *table) addOf(account uint64) *player {
	id := ConnID(len(w.players) + 1)
	p := &player{t: w.t, id: id, view: snapshot.NewReplica(w.core.cfg.Game.Schema), refused: map[string]int{}, lowLead: 1 << 20}
	p.bot = w.core.cfg.Game.NewBot(rules.BotConfig{Seed: uint64(id), TickHz: w.core.cfg.TickHz, Map: w.core.cfg.Ground.Map})
	w.players = append(w.players, p)
	w.connectAs(id, account, rules.PlayerID(id)+1000, transport.KCP)
	w.up(p, transport.Reliable, w.joinMessage())
	return p
}

func (w *table) connect(id ConnID, character rules.PlayerID, kind transport.Kind) {
	w.connectAs(id, 0, character, kind)
}

func (w *table) connectAs(id ConnID, account uint64, character rules.PlayerID, kind transport.Kind) {
	w.core.Handle(Event{Kind: EventConnect, Conn: id, At: w.now, Connect: &Connect{
		Session: uint64(id), Account: account, Character: character, Epoch: 1, Transport: kind, MaxLatest: transport.MaxLatestMessage,
	}})
}

func (w *table) up(p *player, lane transport.Lane, msg []byte) {
	var after time.Duration
	if lane == transport.Reliable {
		after = p.lastReliable[1]
	}
	at := w.net.send(w.now, p.id, true, lane, msg, after)
	if lane == transport.Reliable {
		p.lastReliable[1] = at
	}
}

// run simulates n ticks; each is called after every tick.
func (w *table) run(n int, each func()) {
	w.t.Helper()
	for range n {
		w.step()
		if each != nil {
			each()
		}
	}
}

func (w *table) step() {
	due := w.now + w.core.dt
	for _, p := range w.net.due(due) {
		w.now = p.at
		if p.up {
			w.core.Handle(Event{Kind: EventMessage, Conn: p.to, Lane: p.lane, Msg: p.msg, At: p.at})
			w.carryOut()
		} else {
			w.players[p.to-1].receive(p.lane, p.msg)
		}
	}
	w.now = due
	w.tick(due, due)
	w.observe()
	w.carryOut()
	for _, p := range w.players {
		if p.inZone && !p.closed {
			p.play(w)
		}
	}
}

// observe records the truth of the tick: every entity, over a link that loses nothing, checked by checksum.
func (w *table) observe() {
	w.t.Helper()
	for id := range w.core.world.All {
		w.witness.Enter(id, false)
	}
	msg, _ := w.witness.Encode(nil, snapshot.Header{}, 1<<20)
	if _, err := w.truth.Apply(msg); err != nil {
		w.t.Fatalf("tick %d: the witness cannot decode the snapshot: %v", w.core.tick, err)
	}
	now := map[snapshot.ID]snapshot.State{}
	for e := range w.truth.All {
		now[e.ID] = copyState(e.State)
	}
	w.history[w.core.tick] = now
	delete(w.history, w.core.tick-200)
}

func copyState(s snapshot.State) snapshot.State {
	switch v := s.(type) {
	case *rpg.Player:
		c := *v
		return &c
	case *rpg.NPC:
		c := *v
		return &c
	}
	panic(fmt.Sprintf("unknown entity %T", s))
}

// same compares what everybody sees of two states.
func same(a, b snapshot.State) bool {
	switch v := a.(type) {
	case *rpg.Player:
		o, ok := b.(*rpg.Player)
		return ok && v.Body == o.Body && v.Look == o.Look
	case *rpg.NPC:
		o, ok := b.(*rpg.NPC)
		return ok && *v == *o
	}
	return false
}

func (w *table) carryOut() {
	out := w.core.Out()
	for _, s := range out.Sends {
		if int(s.Conn) > len(w.players) {
			continue
		}
		p := w.players[s.Conn-1]
		var after time.Duration
		if s.Lane == transport.Reliable {
			after = p.lastReliable[0]
		}
		at := w.net.send(w.now, s.Conn, false, s.Lane, s.Msg, after)
		if s.Lane == transport.Reliable {
			p.lastReliable[0] = at
		}
	}
	w.tickets, w.notices = append(w.tickets, out.Tickets...), append(w.notices, out.Notices...)
	saves := slices.Clone(out.Saves)
	for i := range saves {
		saves[i].State = slices.Clone(saves[i].State)
	}
	attaches, closes, handovers := slices.Clone(out.Attaches), slices.Clone(out.Closes), slices.Clone(out.Handovers)
	for i := range handovers {
		handovers[i].State = slices.Clone(handovers[i].State)
	}
	out.Reset()
	for _, s := range saves {
		if s.State != nil {
			w.realm.state[s.Character] = s.State
		}
		if s.Final {
			w.realm.released[s.Character]++
		}
		if s.Kicked != "" {
			w.recorded = append(w.recorded, fmt.Sprintf("%d %t %s", s.Character, s.Final, s.Kicked))
		}
	}
	for _, a := range attaches {
		w.core.Handle(Event{Kind: EventAttach, Attach: &AttachResult{Request: a, Err: w.realm.attach, Character: rules.Character{
			ID: a.Character, Name: fmt.Sprintf("Player %d", a.Character), Class: rpg.Classes[int(a.Character)%3],
			State: w.realm.state[a.Character], Arrive: w.realm.arrive[a.Character],
		}}})
	}
	for _, r := range handovers {
		w.realm.handovers = append(w.realm.handovers, r)
		res := &HandoverResult{Conn: r.Conn, Err: w.realm.refuse}
		if res.Err == nil {
			res.Grant = []byte(`{"zone":"` + r.ToZone + `"}`)
		}
		w.core.Handle(Event{Kind: EventHandover, Handover: res})
	}
	for _, c := range closes {
		if int(c.Conn) <= len(w.players) {
			w.players[c.Conn-1].closed = true
		}
		w.core.Handle(Event{Kind: EventClosed, Conn: c.Conn, At: w.now})
	}
	if len(attaches)+len(closes)+len(handovers) > 0 {
		w.carryOut()
	}
}

func (p *player) receive(lane transport.Lane, msg []byte) {
	p.t.Helper()
	if msg[0] == snapshot.TypeSnapshot {
		p.snapshot(msg)
		return
	}
	if lane != transport.Reliable {
		p.t.Fatalf("message %d on the latest lane", msg[0])
	}
	switch msg[0] {
	case (*message.Welcome)(nil).ID():
		p.read(msg, &p.welcome)
		p.inZone = true
		p.tick = p.welcome.Tick + 6
	case (*message.Goodbye)(nil).ID():
		p.goodbye = &message.Goodbye{}
		p.read(msg, p.goodbye)
	case (*message.Transfer)(nil).ID():
		var m message.Transfer
		p.read(msg, &m)
		p.grant = m.Grant
	case (*message.Heard)(nil).ID():
		var m message.Heard
		p.read(msg, &m)
		p.heard = append(p.heard, m)
	case (*message.Population)(nil).ID():
		var m message.Population
		p.read(msg, &m)
		p.people = int(m.Players)
	default:
		p.t.Fatalf("unknown message %d", msg[0])
	}
}

func (p *player) read(msg []byte, m message.Body) {
	p.t.Helper()
	if err := message.Read(msg, m); err != nil {
		p.t.Fatalf("client %d cannot read message %d: %v", p.id, msg[0], err)
	}
}

func (p *player) snapshot(msg []byte) {
	p.t.Helper()
	h, err := p.view.Apply(msg)
	switch {
	case err == nil:
	case errors.Is(err, snapshot.ErrStale):
		p.refused["stale"]++
		return
	default:
		p.t.Fatalf("client %d: snapshot of tick %d: %v", p.id, h.Tick, err)
	}
	p.applied++
	if h.HasEcho {
		p.lowLead = min(p.lowLead, int(h.Lead))
	}
	if h.Starved {
		p.starved++
	}
	if p.bot.Reconcile(p.view) {
		p.corrections++
	}
}

// play makes one input and sends it with those before. The clock runs ahead when inputs come late, and waits when they
// come far too early.
func (p *player) play(w *table) {
	if p.lowLead < 4 {
		p.tick++ // one tick more than time gives
		p.lowLead = 1 << 20
	}
	p.tick++
	p.bot.Step(p.tick, p.view)
	ack, older := p.view.Ack()
	h := snapshot.InputHeader{AckTick: ack, AckOlder: older, ClientTime: uint16(w.now / time.Millisecond)}
	w.up(p, transport.Latest, p.bot.Inputs(nil, h))
}

// checkSeen holds every client's entities to the truth of the tick that brought them.
func (w *table) checkSeen() {
	w.t.Helper()
	for _, p := range w.players {
		for e := range p.view.All {
			want, ok := w.history[e.Tick][e.ID]
			if !ok {
				if w.history[e.Tick] != nil {
					w.t.Fatalf("client %d has entity %x of tick %d, which was not there", p.id, e.ID, e.Tick)
				}
				continue // from before the history
			}
			if !same(e.State, want) {
				w.t.Fatalf("client %d has entity %x of tick %d as %+v, it was %+v", p.id, e.ID, e.Tick, e.State, want)
			}
		}
	}
}
