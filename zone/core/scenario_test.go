package core

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/games/dots"
	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// scenario plays transcripts on a core: its commands are what a client, the realm, a transport and the game may do.
type scenario struct {
	t       *testing.T
	core    *Core
	encoder *Encoder
	field   *field
	now     time.Duration
	clients map[ConnID]*snapshot.Replica
	attach  map[ConnID]AttachRequest // that the realm has not answered
	out     strings.Builder
}

func newScenario(t *testing.T) *scenario {
	return &scenario{t: t, clients: map[ConnID]*snapshot.Replica{}, attach: map[ConnID]AttachRequest{}}
}

// play carries out a step's commands and says what the zone did about them.
func (s *scenario) play(file string, step transcriptStep) string {
	s.out.Reset()
	for _, line := range step.commands {
		w := readWords(s.t, line)
		do := commands[w.name]
		if do == nil || (s.core == nil) != (w.name == "zone") {
			s.t.Fatalf("%s:%d: %q cannot be done here", file, step.line, line)
		}
		do(s, w)
		if s.core != nil {
			s.tell()
		}
	}
	return s.out.String()
}

// unsaid is what changes without a change of the zone.
var unsaid = strings.NewReplacer(fmt.Sprintf("the server for %016x", dots.Schema.Hash), "the server for …", fmt.Sprintf("the server %d", message.Version), "the server …")

func (s *scenario) sayf(format string, args ...any) {
	s.out.WriteString(unsaid.Replace(fmt.Sprintf(format, args...)) + "\n")
}

var commands map[string]func(s *scenario, w words)

func init() {
	commands = map[string]func(s *scenario, w words){
		// zone capacity=N keep=10s ordered budget=N: makes the zone.
		"zone": (*scenario).zone,
		// connect conn=N character=N epoch=N session=N resume=N transport=websocket: a connection with a ticket; resume: its number.
		"connect": (*scenario).connect,
		// join conn=N protocol=N schema=other map=other cut: the client's first message.
		"join": (*scenario).join,
		// attached conn=N name=… state=… error=… down: the realm's answer to an attach.
		"attached": (*scenario).attached,
		// input conn=N right=N down=N tick=N: inputs for the next tick, or that one, and an acknowledgement of what has come.
		"input": (*scenario).input,
		// say conn=N text=…: chat.
		"say": func(s *scenario, w words) {
			s.message(w, transport.Reliable, message.Append(nil, &message.Say{Text: w.args["text"]}))
		},
		// send conn=N id=N times=N: messages that a fair client does not send.
		"send": func(s *scenario, w words) {
			for range w.number("times", 1) {
				s.message(w, transport.Reliable, []byte{byte(w.number("id", 0))})
			}
		},
		// tick N lose=CONN quiet: N ticks, in which a client's snapshots are lost; quiet: snapshots are not shown.
		"tick": (*scenario).tick,
		// closed conn=N code=…: the connection's end, as its transport tells it.
		"closed": func(s *scenario, w words) {
			s.core.Handle(Event{Kind: EventClosed, Conn: s.conn(w), Code: codes[w.args["code"]], At: s.now})
		},
		// handover character=N to=ZONE point=…: the game wants to hand a player over.
		"handover": func(s *scenario, w words) { host{s.core}.Handover(s.character(w), w.args["to"], w.args["point"]) },
		// handedover conn=N grant=… error=… down lost: the realm's answer to a handover.
		"handedover": (*scenario).handedOver,
		// kick character=N text=…, offence character=N what=… times=N: the game's.
		"kick": func(s *scenario, w words) { host{s.core}.Kick(s.character(w), w.args["text"]) },
		"offence": func(s *scenario, w words) {
			for range w.number("times", 1) {
				host{s.core}.Offence(s.character(w), w.args["what"])
			}
		},
		// evict character=N epoch=N text=…: the realm wants the character back.
		"evict": func(s *scenario, w words) {
			s.core.Handle(Event{Kind: EventEvict, Character: s.character(w), Epoch: uint64(w.number("epoch", 1)), Text: w.args["text"]})
		},
		// stale character=N epoch=N handedover: a save was refused.
		"stale": func(s *scenario, w words) {
			err := ErrStale
			if w.has("handedover") {
				err = ErrHandedOver
			}
			s.core.Handle(Event{Kind: EventStale, Character: s.character(w), Epoch: uint64(w.number("epoch", 1)), Err: err})
		},
		// drain, broadcast text=…: the process's.
		"drain":     func(s *scenario, w words) { s.core.Handle(Event{Kind: EventDrain, Text: w.args["text"]}) },
		"broadcast": func(s *scenario, w words) { s.core.Handle(Event{Kind: EventTellAll, Text: w.args["text"]}) },
		// spawn pellet=NAME at=X,Y, move pellet=NAME at=X,Y, despawn pellet=NAME: something in the world.
		"spawn": func(s *scenario, w words) {
			id, p := s.field.pellets.Spawn()
			p.Place.X, p.Place.Y = w.place("at")
			s.field.names[w.args["pellet"]] = id
		},
		"move": func(s *scenario, w words) {
			p := s.field.pellets.Get(s.field.names[w.args["pellet"]])
			p.Place.X, p.Place.Y = w.place("at")
		},
		"despawn": func(s *scenario, w words) { s.field.world.Despawn(s.field.names[w.args["pellet"]]) },
	}
}

var codes = map[string]transport.CloseCode{"": transport.Normal, "timeout": transport.Timeout, "network": transport.Network, "kicked": transport.Kicked}

func (s *scenario) conn(w words) ConnID { return ConnID(w.number("conn", 0)) }

func (s *scenario) character(w words) rules.PlayerID { return rules.PlayerID(w.number("character", 0)) }

func (s *scenario) zone(w words) {
	keep, err := time.ParseDuration("0" + w.args["keep"])
	if err != nil {
		s.t.Fatal(err)
	}
	ground, err := tilemap.Blank("field", "The Field", 64, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	game := &rules.Game{Name: "field", Schema: &dots.Schema, New: func(rules.Host) (rules.Sim, error) { return s.field, nil }}
	s.field = newField()
	s.core, err = New(Config{
		Game: game, Ground: Ground{Map: ground}, TickHz: 10, Keep: keep, Ordered: w.has("ordered"), SnapshotBytes: w.number("budget", 0),
		Zone: rules.Zone{Name: "field", Capacity: w.number("capacity", 8), ViewTiles: 8},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.encoder = s.core.NewEncoder()
}

func (s *scenario) connect(w words) {
	c := &Connect{
		Character: s.character(w), Epoch: uint64(w.number("epoch", 1)), Session: uint64(w.number("session", w.number("conn", 0))),
		Ticket: uint32(w.number("resume", 0)), Transport: transport.KCP, MaxLatest: transport.MaxLatestMessage,
	}
	if w.args["transport"] == "websocket" {
		c.Transport = transport.WebSocket
	}
	s.core.Handle(Event{Kind: EventConnect, Conn: s.conn(w), At: s.now, Connect: c})
}

func (s *scenario) join(w words) {
	j := message.Join{Protocol: uint8(w.number("protocol", message.Version)), Schema: dots.Schema.Hash, MapHash: s.core.cfg.Ground.Map.Hash()}
	if w.has("schema") {
		j.Schema = 1
	}
	if w.has("map") {
		j.MapHash = strings.Repeat("0", 64)
	}
	msg := message.Append(nil, &j)
	if w.has("cut") {
		msg = msg[:3]
	}
	s.clients[s.conn(w)] = snapshot.NewReplica(&dots.Schema)
	s.message(w, transport.Reliable, msg)
}

func (s *scenario) message(w words, lane transport.Lane, msg []byte) {
	s.core.Handle(Event{Kind: EventMessage, Conn: s.conn(w), Lane: lane, Msg: msg, At: s.now})
}

// answer is what the realm says, where it says no.
func (w words) answer() error {
	switch {
	case w.has("error"):
		return errors.New(w.args["error"])
	case w.has("down"):
		return ErrRealmDown
	case w.has("lost"):
		return ErrHandedOver
	case w.has("stale"):
		return ErrStale
	}
	return nil
}

func (s *scenario) attached(w words) {
	r := s.attach[s.conn(w)]
	delete(s.attach, s.conn(w))
	s.core.Handle(Event{Kind: EventAttach, Attach: &AttachResult{Request: r, Err: w.answer(), Character: rules.Character{ID: r.Character, Name: w.args["name"], State: []byte(w.args["state"])}}})
}

func (s *scenario) handedOver(w words) {
	s.core.Handle(Event{Kind: EventHandover, Handover: &HandoverResult{Conn: s.conn(w), Grant: []byte(w.args["grant"]), Err: w.answer()}})
}

func (s *scenario) input(w words) {
	in := dots.Input{Right: int8(w.number("right", 0)), Down: int8(w.number("down", 0))}
	h := snapshot.InputHeader{Newest: uint32(w.number("tick", int(s.core.Tick())+1))}
	h.AckTick, h.AckOlder = s.clients[s.conn(w)].Ack()
	s.message(w, transport.Latest, snapshot.WriteInputs(nil, h, []dots.Input{in}))
}

func (s *scenario) tick(w words) {
	n := w.number("", 1)
	for range n {
		s.now += s.core.TickTime()
		s.core.Step(s.now, s.now)
		before := s.out.String()
		if s.tell(); n > 1 && s.out.Len() > len(before) {
			news := s.out.String()[len(before):]
			s.out.Reset()
			s.out.WriteString(before)
			s.sayf("tick %d:\n%s", s.core.Tick(), strings.TrimSuffix(news, "\n"))
		}
		for i := range s.core.Sessions() {
			if m, ok := s.encoder.Encode(i, nil); ok {
				s.snapshot(m, int(m.Conn) == w.number("lose", 0), w.has("quiet"))
			}
		}
	}
}

// snapshot gives a client its snapshot, and says what is new in it.
func (s *scenario) snapshot(m Send, lost, quiet bool) {
	to := s.clients[m.Conn]
	if lost {
		s.sayf("to %d: snapshot of tick %d, %d bytes; lost", m.Conn, s.core.Tick(), len(m.Msg))
		return
	}
	h, err := to.Apply(m.Msg)
	if err != nil {
		s.t.Fatalf("conn %d: %v", m.Conn, err)
	}
	var news []string
	for _, e := range to.Despawned {
		news = append(news, "despawn "+s.name(e))
	}
	for e := range to.All {
		switch {
		case slices.Contains(to.Spawned, e):
			news = append(news, "spawn "+s.name(e)+s.place(e))
		case e.Tick == h.Tick:
			news = append(news, s.name(e)+s.place(e))
		}
	}
	if news == nil {
		news = []string{"nothing new"}
	}
	lane := ""
	if m.Lane == transport.Reliable {
		lane = " in order"
	}
	if !quiet {
		s.sayf("to %d: snapshot of tick %d%s, %d bytes: %s", m.Conn, h.Tick, lane, len(m.Msg), strings.Join(news, ", "))
	}
}

func (s *scenario) name(e *snapshot.Replicated) string {
	if d, ok := e.State.(*dots.Dot); ok {
		if e.Own {
			return "own " + d.Tag.Name
		}
		return d.Tag.Name
	}
	for name, id := range s.field.names {
		if id == e.ID {
			return name
		}
	}
	return fmt.Sprintf("entity %x", e.ID)
}

func (s *scenario) place(e *snapshot.Replicated) string {
	x, y := e.State.Position()
	return fmt.Sprintf(" at %d,%d", x, y)
}

// tell says what the core wants done, and does what can be done at once.
func (s *scenario) tell() {
	out := s.core.Out()
	for _, m := range out.Sends {
		s.sayf("to %d: %s", m.Conn, s.describe(m.Msg))
	}
	for _, r := range out.Tickets {
		s.sayf("to %d: resume tickets %d, good for %v", r.Conn, r.Claims.Serial, r.Life)
	}
	for _, c := range out.Closes {
		s.sayf("close %d: %v", c.Conn, c.Code)
	}
	for _, r := range out.Attaches {
		s.sayf("realm: attach %d, epoch %d, session %d", r.Character, r.Epoch, r.Session)
		s.attach[r.Conn] = r
	}
	for _, r := range out.Handovers {
		s.sayf("realm: hand %d, epoch %d, over to %s, point %s: %s", r.Character, r.Epoch, r.ToZone, r.ToPoint, r.State)
	}
	for _, r := range out.Saves {
		last := ""
		if r.Final {
			last = " and end the lease"
		}
		s.sayf("realm: save %d, epoch %d%s: %s", r.Character, r.Epoch, last, r.State)
	}
	for _, e := range out.Evictions {
		if e.Found {
			s.sayf("realm: here is %d, epoch %d: %s", e.Character, e.Epoch, e.State)
		} else {
			s.sayf("realm: %d is not here", e.Character)
		}
	}
	for _, line := range s.field.news {
		s.sayf("%s", line)
	}
	s.field.news = nil
	for _, n := range out.Notices {
		line := fmt.Sprintf("log: %v: %d", n.Kind, n.Character)
		if n.Name != "" {
			line += " " + n.Name
		}
		if n.Reason != message.Left {
			line += ", " + n.Reason.String()
		}
		if n.Code != transport.Normal {
			line += ", " + n.Code.String()
		}
		if n.Text != "" {
			line += fmt.Sprintf(", %q", n.Text)
		}
		s.sayf("%s", line)
	}
	out.Reset()
}

func (s *scenario) describe(msg []byte) string {
	read := func(m message.Body) {
		if err := message.Read(msg, m); err != nil {
			s.t.Fatal(err)
		}
	}
	switch msg[0] {
	case (*message.Welcome)(nil).ID():
		var m message.Welcome
		read(&m)
		return fmt.Sprintf("Welcome to %s at tick %d, %d of %d players", m.Title, m.Tick, m.Players, m.Capacity)
	case (*message.Goodbye)(nil).ID():
		var m message.Goodbye
		read(&m)
		return fmt.Sprintf("Goodbye %v %q", m.Reason, m.Text)
	case (*message.Transfer)(nil).ID():
		var m message.Transfer
		read(&m)
		return "Transfer " + m.Grant
	case (*message.Heard)(nil).ID():
		var m message.Heard
		read(&m)
		if m.Channel == message.SystemChannel {
			return fmt.Sprintf("Heard %q", m.Text)
		}
		return fmt.Sprintf("Heard %s: %q", m.From, m.Text)
	case (*message.Population)(nil).ID():
		var m message.Population
		read(&m)
		return fmt.Sprintf("Population %d", m.Players)
	}
	return fmt.Sprintf("message %d", msg[0])
}

// field is the transcripts' game: dots on a field where nothing happens but what the transcript says.
type field struct {
	world   *snapshot.World
	dots    *snapshot.Table[dots.Dot, *dots.Dot]
	pellets *snapshot.Table[dots.Pellet, *dots.Pellet]
	names   map[string]snapshot.ID // of pellets
	players []*fieldPlayer
	news    []string // that the zone told the game
}

type fieldPlayer struct {
	id     rules.PlayerID
	entity snapshot.ID
	inputs rules.Inputs[dots.Input, *dots.Input]
	dot    *dots.Dot
}

var (
	_ rules.Sim     = (*field)(nil)
	_ rules.Resumer = (*field)(nil)
)

func newField() *field {
	w := snapshot.NewWorld()
	return &field{world: w, dots: snapshot.NewTable[dots.Dot](w), pellets: snapshot.NewTable[dots.Pellet](w), names: map[string]snapshot.ID{}}
}

func (f *field) World() *snapshot.World { return f.world }

func (f *field) Join(c rules.Character) (snapshot.ID, rules.InputBuffer, error) {
	at := struct{ X, Y int32 }{1000, 1000}
	if len(c.State) > 0 {
		if err := json.Unmarshal(c.State, &at); err != nil {
			return 0, nil, fmt.Errorf("your saved place cannot be read")
		}
	}
	id, d := f.dots.Spawn()
	d.Place, d.Tag.Name = dots.Place{X: at.X, Y: at.Y}, c.Name
	p := &fieldPlayer{id: c.ID, entity: id, dot: d}
	f.players = append(f.players, p)
	return id, &p.inputs, nil
}

func (f *field) find(id rules.PlayerID) *fieldPlayer {
	return f.players[slices.IndexFunc(f.players, func(p *fieldPlayer) bool { return p.id == id })]
}

func (f *field) Leave(id rules.PlayerID) {
	f.world.Despawn(f.find(id).entity)
	f.players = slices.DeleteFunc(f.players, func(p *fieldPlayer) bool { return p.id == id })
}

func (f *field) Save(id rules.PlayerID, dst []byte) []byte {
	at := f.find(id).dot.Place
	return fmt.Appendf(dst, `{"x":%d,"y":%d}`, at.X, at.Y)
}

func (f *field) HandoverFailed(id rules.PlayerID) {
	f.news = append(f.news, fmt.Sprintf("game: %d stays", id))
}

func (f *field) Resumed(id rules.PlayerID) {
	f.news = append(f.news, fmt.Sprintf("game: %d is back", id))
}

func (f *field) Message(_ rules.PlayerID, msg []byte) error {
	return fmt.Errorf("message %d is unknown", msg[0])
}

func (f *field) Step(tick uint32) {
	for _, p := range f.players {
		in := p.inputs.Next(tick)
		p.dot.Place.X += 40 * int32(in.Right)
		p.dot.Place.Y += 40 * int32(in.Down)
	}
}
