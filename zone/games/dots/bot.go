package dots

import (
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/rules"
)

const (
	remembered = 128 // ticks that a bot keeps its predictions for; a round trip must fit
	redundancy = 6   // inputs in a packet, so that one outlives the packets lost before
)

// bot pushes its dot along squares, each bot from another side, and predicts where it goes as a player's client does.
type bot struct {
	turn          uint32
	first, newest uint32           // ticks with an input; 0: none yet
	past          map[uint32]Place // predicted, after the tick
}

func newBot(c rules.BotConfig) rules.Bot {
	return &bot{turn: uint32(c.Seed % 4), past: map[uint32]Place{}}
}

// input is what the bot wants in a tick, the same whenever it is asked.
func (b *bot) input(tick uint32) Input {
	ways := [4]Input{{Right: 1}, {Down: 1}, {Right: -1}, {Down: -1}}
	if tick < b.first {
		return Input{}
	}
	return ways[(tick/40+b.turn)%4]
}

// Step implements [rules.Bot].
func (b *bot) Step(tick uint32, _ *snapshot.Replica) {
	if b.newest == 0 {
		b.first = tick
	}
	if at, known := b.past[b.newest]; known {
		b.predict(b.newest, at, tick)
	}
	b.newest = tick
	for t := range b.past {
		if t+remembered < tick {
			delete(b.past, t)
		}
	}
}

// predict plays the inputs after a tick whose place is given, up to another tick.
func (b *bot) predict(from uint32, at Place, to uint32) {
	b.past[from] = at
	for t := from + 1; t <= to; t++ {
		at.push(b.input(t))
		b.past[t] = at
	}
}

// Inputs implements [rules.Bot].
func (b *bot) Inputs(dst []byte, h snapshot.InputHeader) []byte {
	h.Newest = b.newest
	var newest []Input
	for t := b.newest; t >= b.first && len(newest) < redundancy; t-- {
		newest = append(newest, b.input(t))
	}
	return snapshot.WriteInputs(dst, h, newest)
}

// Reconcile implements [rules.Bot].
func (b *bot) Reconcile(view *snapshot.Replica) bool {
	own := view.Own()
	if own == nil || view.Tick() > b.newest {
		return false
	}
	at := own.State.(*Dot).Place
	was, predicted := b.past[view.Tick()]
	if !predicted || was != at {
		b.predict(view.Tick(), at, b.newest)
	}
	return predicted && was != at
}

// Line implements [rules.Bot].
func (b *bot) Line() string { return "round and round" }
