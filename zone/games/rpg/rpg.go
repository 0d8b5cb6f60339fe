// Package rpg is the game that Realmwire ships: a small valley to walk in, the mouth of a dungeon, and whoever is there.
package rpg

import (
	"embed"
	"io/fs"

	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/rules"
)

//go:embed maps/*.tmx maps/*.tsx maps/*.tiled-project
var files embed.FS

// Classes are the classes of a character; their places are the values of [Class].
var Classes = []string{"knight", "rogue", "wizard"}

// Game is the RPG.
var Game = rules.Game{
	Name:       "rpg",
	Schema:     &Schema,
	Maps:       mapFiles(),
	Characters: rules.Characters{Classes: Classes, CheckAppearance: checkAppearance, ForBot: forBot},
	Zones: []rules.Zone{
		{Name: "overworld", Title: "Overworld", Map: "overworld.tmx", Capacity: 1000},
		{Name: "dungeon-entrance", Title: "Dungeon Entrance", Map: "dungeon-entrance.tmx", Capacity: 300},
	},
	New:    newSim,
	NewBot: newBot,
}

func mapFiles() fs.FS {
	sub, err := fs.Sub(files, "maps")
	if err != nil {
		panic(err) // the path is a constant
	}
	return sub
}

// The box at a player's feet, and how fast it moves: clients predict with the same numbers.
const (
	PlayerSpeed = 5 * mover.UnitsPerTile // units per second
	PlayerHalfW = 96                     // units; the box is 12 px wide
	PlayerHalfH = 80                     // and 10 px high
)

// PlayerParams are what a player's movement is stepped with.
func PlayerParams(tickHz int) mover.Params {
	return mover.Params{Speed: PlayerSpeed, TickHz: int32(tickHz), HalfW: PlayerHalfW, HalfH: PlayerHalfH}
}
