// Package dots is the smallest game worth reading: dots on an open field eat pellets, and the score is kept.
//
// schema.go says what goes over the wire; `go generate` makes dots_gen.go of it. sim.go is the game: what happens in a
// tick. bot.go is a player without a screen, for load tests, and predicts as a client does. docs/schema.md and package
// rules say what else there is.
//
// Try it: realmwire up --game dots, and then realmwire loadtest --game dots.
package dots

import "github.com/realmwire/realmwire/zone/rules"

// Game is given to realmwire.Main.
var Game = rules.Game{
	Name:   "dots",
	Schema: &Schema,
	Zones:  []rules.Zone{{Name: "field", Title: "The Field", Width: tiles, Height: tiles}},
	New:    newSim,
	NewBot: newBot,
}
