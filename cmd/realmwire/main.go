// Command realmwire is the server, its load test and its tools, with the games that ship with it.
package main

import (
	"github.com/realmwire/realmwire"
	_ "github.com/realmwire/realmwire/internal/stop/early" // before main, so that a signal in the first milliseconds is a clean stop
	"github.com/realmwire/realmwire/zone/games/dots"
	"github.com/realmwire/realmwire/zone/games/rpg"
)

func main() { realmwire.Main(rpg.Game, dots.Game) }
