// Package proof plays a client built for one version of a schema on a zone that runs another. The zone is the real one;
// what travels is the bytes that the generated codecs of both versions write.
package proof

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/schema"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// Side is one version: its generated schema, its lock file, and its messages.
type Side struct {
	Schema   *snapshot.Schema
	Lock     *schema.Lock
	Messages map[uint8]func() message.Body
}

// Case is what one change needs to be played.
type Case struct {
	Name     string
	Refusal  bool // only that the older client is refused can be played
	Old, New Side
	Tables   map[int]func(*snapshot.World) Spawn // of the newer version, by kind
	Server   func() Server                       // reads inputs of the newer version
	Client   func() Client                       // writes those of the older
}

// Spawn makes an entity.
type Spawn func() (snapshot.ID, any)

// Table makes a table of one kind.
func Table[T any, P snapshot.Entity[T]](w *snapshot.World) Spawn {
	t := snapshot.NewTable[T, P](w)
	return func() (snapshot.ID, any) { id, p := t.Spawn(); return id, p }
}

// Server is an input buffer that shows what it read.
type Server interface {
	rules.InputBuffer
	At(tick uint32) (any, bool)
}

type server[T any, P snapshot.Input[T]] struct{ rules.Inputs[T, P] }

func (s *server[T, P]) At(tick uint32) (any, bool) {
	in := s.Next(tick)
	return &in, !s.Starved()
}

// NewServer makes the buffer of an input type.
func NewServer[T any, P snapshot.Input[T]]() Server { return &server[T, P]{} }

// Client writes inputs, and remembers them.
type Client interface {
	Add() any // a new newest input, to be filled
	Packet(h snapshot.InputHeader) []byte
}

type client[T any, P snapshot.Input[T]] struct{ newest []*T }

func (c *client[T, P]) Add() any {
	c.newest = slices.Insert(c.newest, 0, new(T))
	c.newest = c.newest[:min(len(c.newest), 3)]
	return c.newest[0]
}

func (c *client[T, P]) Packet(h snapshot.InputHeader) []byte {
	var inputs []T
	for _, in := range c.newest {
		inputs = append(inputs, *in)
	}
	return snapshot.WriteInputs[T, P](nil, h, inputs)
}

// NewClient makes the writer of an input type.
func NewClient[T any, P snapshot.Input[T]]() Client { return &client[T, P]{} }

// Refused is a join that came to nothing.
type Refused struct{ Text string }

func (r *Refused) Error() string { return "refused at join: " + r.Text }

const ticks = 90

// Play runs the case on the newer schema as it was generated. force makes the zone admit the older client whatever it
// accepts, as though the two were compatible.
func Play(c Case, force bool) error {
	s := *c.New.Schema
	if force {
		o := snapshot.Older{Hash: c.Old.Schema.Hash}
		for _, k := range c.Old.Schema.Kinds {
			o.Kinds = append(o.Kinds, k.ID)
		}
		for id := range c.Old.Messages {
			o.Messages = append(o.Messages, id)
		}
		s.Older = append(slices.Clone(s.Older), o)
	}
	p := &play{Case: c, replica: snapshot.NewReplica(c.Old.Schema), inputs: c.Client(), sent: map[uint32]any{}}
	game := rules.Game{Name: "game", Schema: &s, Zones: []rules.Zone{{Name: "field", Title: "Field", Width: 64, Height: 64, ViewTiles: 200}}, New: p.newSim}
	field, err := tilemap.Blank("field", "Field", 64, 64)
	if err != nil {
		return err
	}
	if p.core, err = core.New(core.Config{Game: &game, Zone: game.Zones[0], Ground: core.Ground{Map: field}}); err != nil {
		return err
	}
	p.encoder = p.core.NewEncoder()
	p.core.Handle(core.Event{Kind: core.EventConnect, Conn: 1, Connect: &core.Connect{Session: 1, Character: 7, Epoch: 1, Transport: transport.KCP, MaxLatest: transport.MaxLatestMessage}})
	p.up(transport.Reliable, message.Append(nil, &message.Join{Protocol: message.Version, Schema: c.Old.Schema.Hash, MapHash: field.Hash(), Verify: true, Client: "older"}))
	for range ticks {
		p.now += time.Second / core.DefaultTickHz
		p.core.Step(p.now, p.now)
		for i := range p.core.Sessions() {
			if s, ok := p.encoder.Encode(i, nil); ok {
				if err := p.receive(s.Msg); err != nil {
					return err
				}
			}
		}
		if err := p.deliver(); err != nil {
			return err
		}
		if err := p.act(); err != nil {
			return err
		}
		if p.sim.err != nil {
			return p.sim.err
		}
	}
	return p.finish()
}

// play is a client and the zone that it is on.
type play struct {
	Case
	core    *core.Core
	encoder *core.Encoder
	sim     *sim
	now     time.Duration
	replica *snapshot.Replica
	inputs  Client
	sent    map[uint32]any // inputs, by tick
	inZone  bool
	applied int
	heard   int
	said    int
}

func (p *play) up(lane transport.Lane, msg []byte) {
	p.core.Handle(core.Event{Kind: core.EventMessage, Conn: 1, Lane: lane, Msg: msg, At: p.now})
}

// deliver carries out what the zone wants, the client's part included.
func (p *play) deliver() error {
	out := p.core.Out()
	sends, attaches := slices.Clone(out.Sends), slices.Clone(out.Attaches)
	for i := range sends {
		sends[i].Msg = bytes.Clone(sends[i].Msg)
	}
	out.Reset()
	for _, a := range attaches {
		p.core.Handle(core.Event{Kind: core.EventAttach, Attach: &core.AttachResult{Request: a, Character: rules.Character{ID: a.Character, Name: "Older"}}})
	}
	for _, s := range sends {
		if err := p.receive(s.Msg); err != nil {
			return err
		}
	}
	if len(attaches) > 0 {
		return p.deliver()
	}
	return nil
}

func (p *play) receive(msg []byte) error {
	if msg[0] == snapshot.TypeSnapshot {
		if _, err := p.replica.Apply(msg); err != nil {
			return fmt.Errorf("tick %d: %w", p.core.Tick(), err)
		}
		p.applied++
		return p.look()
	}
	switch id := msg[0]; {
	case id == (*message.Welcome)(nil).ID():
		p.inZone = true
	case id == (*message.Goodbye)(nil).ID():
		var g message.Goodbye
		if err := message.Read(msg, &g); err != nil {
			return err
		}
		if p.inZone {
			return errors.New("put out: " + g.Text)
		}
		return &Refused{g.Text}
	case id >= schema.FirstGameID:
		return p.hear(msg)
	}
	return nil
}

// look holds what the client sees to what the game set, by the older version's names.
func (p *play) look() error {
	for i, e := range p.sim.entities {
		name := p.New.Lock.Entities[slices.IndexFunc(p.New.Lock.Entities, func(d schema.LockDef) bool { return d.ID == e.kind })].Name
		expected := slices.ContainsFunc(p.Old.Lock.Entities, func(d schema.LockDef) bool { return d.ID == e.kind || d.Name == name })
		var got snapshot.State
		for r := range p.replica.All {
			if r.ID == e.id {
				got = r.State
			}
		}
		switch {
		case !expected && got != nil:
			return fmt.Errorf("entity of kind %d, which the client does not know, was shown to it", e.kind)
		case !expected:
		case got == nil:
			return fmt.Errorf("the client does not see the %s", name)
		default:
			if err := p.same("entity "+name, got, e.state, i > 0); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *play) same(what string, older, newer any, hideOwned bool) error {
	if err := compare(p.Old.Lock, p.New.Lock, older, newer, hideOwned); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (p *play) hear(msg []byte) error {
	m, ok := p.Old.Messages[msg[0]]
	if !ok {
		return fmt.Errorf("the client got message %d, which it does not know", msg[0])
	}
	body := m()
	if err := message.Read(msg, body); err != nil {
		return fmt.Errorf("the client cannot read message %d: %w", msg[0], err)
	}
	p.heard++
	return p.same("message to the client", body, p.sim.told[msg[0]], false)
}

// act plays: an input for the next tick, and every message that the older version has.
func (p *play) act() error {
	if !p.inZone {
		return nil
	}
	next := p.core.Tick() + 1
	in := p.inputs.Add()
	fill(p.Old.Lock, in, int(next)*7)
	p.sent[next] = in
	p.sim.expect = p.sent
	ack, older := p.replica.Ack()
	p.up(transport.Latest, p.inputs.Packet(snapshot.InputHeader{AckTick: ack, AckOlder: older, Newest: next}))
	for id, m := range p.Old.Messages {
		body := m()
		fill(p.Old.Lock, body, int(next)*5+int(id))
		p.sim.due = body
		p.up(transport.Reliable, message.Append(nil, body))
		p.said++
	}
	return nil
}

// finish makes sure that something was played.
func (p *play) finish() error {
	shared := 0
	for _, m := range p.New.Lock.Messages {
		if slices.ContainsFunc(p.Old.Lock.Messages, func(o schema.LockID) bool { return o.ID == m.ID || o.Name == m.Name }) {
			shared++
		}
	}
	switch n := p.core.Count().Offence; {
	case n > 0:
		return fmt.Errorf("the server counted %d offences", n)
	case p.applied < ticks-5 || p.sim.read < ticks-5:
		return fmt.Errorf("%d snapshots and %d inputs in %d ticks", p.applied, p.sim.read, ticks)
	case p.heard < shared*(ticks-5):
		return fmt.Errorf("the client heard %d messages", p.heard)
	case p.sim.heard < shared*(ticks-5):
		return fmt.Errorf("the server heard %d messages", p.sim.heard)
	case p.replica.Desyncs > 0 || p.replica.Checked == 0:
		return errors.New("checksums differ, or were not compared")
	}
	return nil
}
