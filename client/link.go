package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/tilemap"
)

const (
	inputTimes     = 256 // ticks for which it is remembered when their input was sent
	maxUndecodable = 64  // snapshots in a row that cannot be decoded: then only a new connection helps

	// maxSilence is how long nothing may come from a zone, which sends every tick, before the connection counts as lost.
	// The other SDKs use the same time. The transports' own timeouts are longer, and until then the player would see a
	// frozen world.
	maxSilence = 4 * time.Second
	// maxSuspended is the longest pause between two steps after which silence still counts against the zone. After a
	// longer one this process was suspended, and could not have heard anything.
	maxSuspended = 1500 * time.Millisecond
	// silenceCheckEvery is how often silence is checked for while no tick is due, which takes long after the clock was
	// set back.
	silenceCheckEvery = time.Second
)

type phase uint8

const (
	joining phase = iota // Join is sent; no Welcome yet
	entered              // Welcome came
	playing              // the own entity is in view
	parting              // Transfer came: another zone has the character
	ended
)

// link is one connection to one zone, without its connection: messages and time go in, packets come out. Its session's lock
// guards it.
type link struct {
	schema    *snapshot.Schema
	ground    *tilemap.Map
	margin    float64 // ticks
	best      bool    // asks for the best tier
	newPlayer func(Zone) Player
	events    *Events

	began    time.Time // zero of the clock
	phase    phase
	zone     Zone
	rttGuess time.Duration
	clock    clock
	toldHz   int // the tick rate that snapshots said last; 0: none did
	replica  *snapshot.Replica
	player   Player
	transfer *Grant
	grant    *Grant         // with which this connection was made
	tickets  *resumeTickets // the newest that came, until somebody takes them
	goodbye  *message.Goodbye
	end      *EndError // set when ended

	inputAt  [inputTimes]inputTime
	ackedTo  uint32
	heardAt  time.Time // when the zone said something; zero before the Welcome
	ranAt    time.Time // when step ran
	badInRow int
	garbage  uint64 // messages that could not be read
}

type inputTime struct {
	tick uint32
	at   time.Time
}

// hello is the first message of a connection.
func (l *link) hello(verify bool, name string) []byte {
	return message.Append(nil, &message.Join{
		Protocol: message.Version, Schema: l.schema.Hash, MapHash: l.ground.Hash(), Verify: verify, Client: name, Best: l.best,
	})
}

// receive takes a message from the zone. A snapshot comes on either lane; its first byte is no id that a zone sends.
func (l *link) receive(now time.Time, msg []byte) {
	if len(msg) == 0 || l.phase == ended {
		return
	}
	if msg[0] == snapshot.TypeSnapshot || msg[0] == snapshot.TypeBest {
		l.apply(now, msg)
		return
	}
	var err error
	switch msg[0] {
	case (*message.Welcome)(nil).ID():
		err = l.welcome(now, msg)
	case (*message.Goodbye)(nil).ID():
		var g message.Goodbye
		if err = message.Read(msg, &g); err == nil {
			l.goodbye = &g
			l.finish(transport.Normal, "")
		}
	case (*message.Transfer)(nil).ID():
		err = l.depart(msg)
	case (*message.Resume)(nil).ID():
		var r message.Resume
		if err = message.Read(msg, &r); err == nil {
			l.tickets = newResumeTickets(l.grant, r, now)
		}
	case (*message.Heard)(nil).ID():
		var h message.Heard
		if err = message.Read(msg, &h); err == nil && l.events.Heard != nil {
			l.events.Heard(h)
		}
	case (*message.Population)(nil).ID():
		var p message.Population
		if err = message.Read(msg, &p); err == nil {
			l.zone.Players = int(p.Players)
		}
	default:
		if msg[0] >= firstGameID && l.events.Message != nil {
			l.events.Message(msg)
		}
	}
	if err != nil {
		l.garbage++
	}
}

// firstGameID is the lowest id of a game's messages; those below are the system's.
const firstGameID = 64

func (l *link) welcome(now time.Time, msg []byte) error {
	var w message.Welcome
	if err := message.Read(msg, &w); err != nil {
		return err
	}
	if l.phase != joining || w.TickHz == 0 {
		return message.ErrMalformed
	}
	l.phase = entered
	hz := int(w.TickHz)
	if l.toldHz != 0 {
		hz = l.toldHz // by a snapshot that overtook the Welcome, and was written after it
	}
	l.zone = Zone{
		Name: w.Zone, Incarnation: l.zone.Incarnation, Title: w.Title, TickHz: hz, Entity: snapshot.ID(w.Entity), Ordered: w.Ordered,
		Players: int(w.Players), Map: l.ground,
	}
	l.player = l.newPlayer(l.zone)
	l.clock.start(now.Sub(l.began), l.zone.TickHz, l.margin, w.Tick, l.rttGuess)
	l.look(now)
	return nil
}

// look notices the own entity coming into view.
func (l *link) look(now time.Time) {
	if l.phase != entered || l.replica.Own() == nil {
		return
	}
	l.phase = playing
	if l.events.Entered != nil {
		l.events.Entered(now, l.zone)
	}
}

func (l *link) depart(msg []byte) error {
	var t message.Transfer
	if err := message.Read(msg, &t); err != nil {
		return err
	}
	if l.phase != entered && l.phase != playing {
		return message.ErrMalformed
	}
	var g Grant
	if err := json.Unmarshal([]byte(t.Grant), &g); err != nil {
		return fmt.Errorf("transfer: %w", err)
	}
	l.transfer, l.phase = &g, parting
	return nil
}

// apply takes a snapshot. One that has overtaken the Welcome counts as well: it often holds the own entity.
func (l *link) apply(now time.Time, msg []byte) {
	h, err := l.replica.Apply(msg)
	switch {
	case errors.Is(err, snapshot.ErrStale):
		return
	case err != nil:
		if l.events.Undecodable != nil {
			l.events.Undecodable(err)
		}
		if l.badInRow++; l.badInRow >= maxUndecodable {
			l.finish(transport.ProtocolError, fmt.Sprintf("%d snapshots in a row could not be decoded: %v", l.badInRow, err))
		}
		return
	}
	l.badInRow, l.heardAt = 0, now
	if h.TickHz != 0 {
		l.toldHz = int(h.TickHz)
	}
	if l.phase == joining {
		return
	}
	l.keepRate(h.Tick)
	l.clock.heard(now.Sub(l.began), &h)
	l.look(now)
	if l.player.Reconcile(l.replica) && l.events.Corrected != nil {
		l.events.Corrected()
	}
	l.acknowledge(now, &h)
	if l.events.Snapshot != nil {
		l.events.Snapshot(now, h, l.replica)
	}
}

// keepRate follows a change of the zone's tick rate, from a given tick on. It replaces the player, because everything that
// a player predicts depends on the length of a tick.
func (l *link) keepRate(tick uint32) {
	if l.toldHz == 0 || l.toldHz == l.zone.TickHz {
		return
	}
	l.zone.TickHz = l.toldHz
	l.clock.setRate(l.toldHz, tick)
	l.player = l.newPlayer(l.zone)
}

// acknowledge reports the inputs that the applied state was simulated with.
func (l *link) acknowledge(now time.Time, h *snapshot.Header) {
	from := max(l.ackedTo+1, h.Tick-min(h.Tick, inputTimes-1))
	l.ackedTo = h.Tick
	if l.events.Acked == nil {
		return
	}
	for t := from; t <= h.Tick; t++ {
		if in := l.inputAt[t%inputTimes]; in.tick == t && !(t == h.Tick && h.Starved) {
			l.events.Acked(now.Sub(in.at))
		}
	}
}

// step steps every tick that is due and appends the input packet that should leave; nothing when none is due. Once another
// zone has the character, this one takes no more inputs.
func (l *link) step(now time.Time, dst []byte) []byte {
	if l.phase != entered && l.phase != playing {
		return dst
	}
	if l.silent(now) {
		l.finish(transport.Timeout, fmt.Sprintf("the zone said nothing for %v", maxSilence))
		return dst
	}
	stepped := uint32(0)
	for range maxCatchUp + 1 {
		tick, late, ok := l.clock.step(now.Sub(l.began))
		if !ok {
			break
		}
		l.player.Step(tick, l.replica)
		l.inputAt[tick%inputTimes] = inputTime{tick, now}
		stepped = tick
		if l.events.Stepped != nil {
			l.events.Stepped(late)
		}
	}
	if stepped == 0 {
		return dst
	}
	h := snapshot.InputHeader{ClientTime: l.clock.stamp(now.Sub(l.began), stepped)}
	h.AckTick, h.AckOlder = l.replica.Ack()
	h.View.Tick = h.AckTick // a player is shown the newest state, as it came
	return l.player.Inputs(dst, h)
}

// silent reports whether the zone has not been heard for too long.
func (l *link) silent(now time.Time) bool {
	if l.heardAt.IsZero() || now.Sub(l.ranAt) > maxSuspended {
		l.heardAt = now
	}
	l.ranAt = now
	return now.Sub(l.heardAt) > maxSilence
}

// nextStep is when step has something to do; false: nothing until something is received.
func (l *link) nextStep() (time.Time, bool) {
	if l.phase != entered && l.phase != playing {
		return time.Time{}, false
	}
	next := l.began.Add(l.clock.at(l.clock.next))
	if check := l.ranAt.Add(silenceCheckEvery); !l.ranAt.IsZero() && check.Before(next) {
		next = check
	}
	return next, true
}

// finish ends the link; only the first reason counts, but a Goodbye is worth more than the close behind it.
func (l *link) finish(code transport.CloseCode, text string) {
	if l.phase == ended {
		return
	}
	name := l.zone.Name
	l.end = &EndError{Zone: name, Goodbye: l.goodbye, Code: code, Text: text}
	l.phase = ended
}
