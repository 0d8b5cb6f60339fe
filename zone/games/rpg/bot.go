package rpg

import (
	"fmt"
	"math/rand/v2"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/rules"
)

// remembered is how many ticks of inputs and predictions a bot keeps; a round trip must fit.
const remembered = 256

// redundancy is how many inputs a packet carries, so that one survives the loss of the packets before.
const redundancy = 8

// bot wanders as a player does, and predicts itself as a player's client does.
type bot struct {
	rng    *rand.Rand
	ground mover.Grid
	walk   mover.Params

	heading mover.Input
	until   uint32
	guide   *guide // nil: it uses no portals
	setOut  uint32 // tick at which it makes for a portal; 0: not decided yet

	newest    uint32 // tick of the newest input; 0: none
	inputs    [remembered]Input
	predicted [remembered]mover.State // after the tick
	held      bool
	started   bool
	firstTick uint32 // first tick with an input

	packet [redundancy]Input
}

func newBot(c rules.BotConfig) rules.Bot {
	b := &bot{rng: rand.New(rand.NewPCG(c.Seed, 0x626f74)), ground: c.Map, walk: PlayerParams(c.TickHz)}
	if c.Portals {
		b.guide = newGuide(c.Map)
	}
	return b
}

// Step implements [rules.Bot]. When the clock skips ticks, the last input is held over them, as a player would; a tick that
// was stepped already is passed over.
func (b *bot) Step(tick uint32, view *snapshot.Replica) {
	switch {
	case b.newest == 0 || tick > b.newest+remembered/4:
		b.firstTick, b.started = tick, false
	case tick <= b.newest:
		return
	default:
		for b.newest+1 < tick {
			b.put(b.newest+1, b.inputs[b.newest%remembered])
		}
	}
	b.put(tick, b.decide(tick))
	if !b.started {
		b.start(view)
	}
}

// put makes an input the newest, and predicts its tick.
func (b *bot) put(tick uint32, in Input) {
	b.newest = tick
	b.inputs[tick%remembered] = in
	if b.started {
		b.predict(tick)
	}
}

func (b *bot) decide(tick uint32) Input {
	if in, ok := b.toPortal(tick); ok {
		return in
	}
	if tick >= b.until || b.stuck() {
		b.heading = mover.Input{}
		seconds := 2
		if b.rng.IntN(6) > 0 {
			b.heading = headings[b.rng.IntN(len(headings))]
			seconds = 6 // far enough to get out of the crowd at the start
		}
		b.until = tick + uint32(b.walk.TickHz)/4 + uint32(b.rng.IntN(seconds*int(b.walk.TickHz)))
	}
	return Input{MoveX: b.heading.X, MoveY: b.heading.Y}
}

// strollSeconds is how long at most a bot that uses portals looks around in a zone before it makes for a portal.
const strollSeconds = 10

// toPortal leads to the nearest portal, once the bot has looked around. Where somebody got in the way it strolls for a moment.
func (b *bot) toPortal(tick uint32) (Input, bool) {
	if b.guide == nil || !b.started {
		return Input{}, false
	}
	if b.setOut == 0 {
		b.setOut = tick + uint32(b.rng.IntN(strollSeconds*int(b.walk.TickHz))) + 1
	}
	if tick < b.setOut {
		return Input{}, false
	}
	if b.stuck() {
		b.setOut, b.until = tick+uint32(b.walk.TickHz)/2, 0
		return Input{}, false
	}
	at := b.predicted[(tick-1)%remembered]
	in, ok := b.guide.heading(at.X, at.Y)
	if !ok {
		return Input{}, false
	}
	b.heading = in
	return Input{MoveX: in.X, MoveY: in.Y}, true
}

// stuck reports whether it walks and gets nowhere.
func (b *bot) stuck() bool {
	if !b.started || b.held || b.heading == (mover.Input{}) || b.newest <= b.firstTick+1 {
		return false
	}
	now, before := b.predicted[b.newest%remembered], b.predicted[(b.newest-1)%remembered]
	return now.X == before.X && now.Y == before.Y && b.inputs[b.newest%remembered] == Input{MoveX: b.heading.X, MoveY: b.heading.Y}
}

func (b *bot) predict(tick uint32) {
	s := b.predicted[(tick-1)%remembered]
	if !b.held {
		in := b.inputs[tick%remembered]
		s = mover.Step(b.ground, s, mover.Input{X: in.MoveX, Y: in.MoveY}, b.walk, tick)
	}
	b.predicted[tick%remembered] = s
}

// start begins to predict from what the server said last.
func (b *bot) start(view *snapshot.Replica) {
	own := view.Own()
	if own == nil {
		return
	}
	if at := stood(view, own); at < b.newest && b.newest-at < remembered {
		b.rewind(own, at)
		b.started = true
	}
}

// stood is the tick for which the own state is compared: that which brought it, unless that is so long ago that the
// server would have sent another had it changed.
func stood(view *snapshot.Replica, own *snapshot.Replicated) uint32 {
	if newest := view.Tick(); newest > own.Tick+remembered/2 {
		return newest - remembered/2
	}
	return own.Tick
}

// rewind takes the server's word for a tick and plays the inputs since then again.
func (b *bot) rewind(own *snapshot.Replicated, at uint32) {
	p := own.State.(*Player)
	b.held = p.Self.Held
	b.predicted[at%remembered] = p.Body.state()
	for t := at + 1; t <= b.newest; t++ {
		if t < b.firstTick {
			b.inputs[t%remembered] = Input{} // from before the bot had a say
		}
		b.predict(t)
	}
}

// Reconcile implements [rules.Bot].
func (b *bot) Reconcile(view *snapshot.Replica) bool {
	own := view.Own()
	if !b.started || own == nil {
		return false
	}
	at := stood(view, own)
	if at > b.newest || b.newest-at >= remembered {
		b.started = false // the clock runs behind, or the server was not heard for long: begin again
		return true
	}
	p := own.State.(*Player)
	if b.predicted[at%remembered] == p.Body.state() && b.held == p.Self.Held {
		return false
	}
	b.rewind(own, at)
	return true
}

// Inputs implements [rules.Bot].
func (b *bot) Inputs(dst []byte, h snapshot.InputHeader) []byte {
	h.Newest = b.newest
	n := 0
	for n < redundancy && b.newest-uint32(n) >= b.firstTick && b.newest > uint32(n) {
		b.packet[n] = b.inputs[(b.newest-uint32(n))%remembered]
		n++
	}
	return snapshot.WriteInputs(dst, h, b.packet[:n])
}

// Line implements [rules.Bot].
func (b *bot) Line() string {
	return fmt.Sprintf(lines[b.rng.IntN(len(lines))], b.rng.IntN(90)+10)
}

var lines = []string{
	"Is the bridge safe? I counted %d planks.",
	"I have seen %d slimes today.",
	"Who goes to the dungeon with me? I need %d more.",
	"The well is %d feet deep.",
	"%d steps from the square to the lake.",
}
