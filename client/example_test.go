package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// A guest enters the world and plays, with the game's own bot at the controls, until it has seen itself for ten snapshots.
func ExampleSession() {
	url, stop, err := startServer() // `realmwire up`, on free ports
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()

	ctx := context.Background()
	api, err := client.NewAPI(url, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	guest, err := api.Guest(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	api = api.As(guest.Token)
	who, err := api.CreateCharacter(ctx, "Percival", "knight", json.RawMessage(`{"hair":3}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	playing, done := context.WithCancel(ctx)
	seen := 0
	session, err := client.New(client.Config{
		API: api, Character: who.ID, Schema: rpg.Game.Schema, LoopbackOnly: true,
		NewPlayer: func(z client.Zone) client.Player {
			return rpg.Game.NewBot(rules.BotConfig{Seed: 1, TickHz: z.TickHz, Map: z.Map})
		},
		Events: client.Events{
			Entered: func(_ time.Time, z client.Zone) { fmt.Println("in", z.Title) },
			Snapshot: func(_ time.Time, _ snapshot.Header, view *snapshot.Replica) {
				if own := view.Own(); own != nil {
					if seen++; seen == 10 {
						fmt.Println("I am", own.State.(*rpg.Player).Look.Name)
						done()
					}
				}
			},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = session.Run(playing) // returns when playing is done
	// Output:
	// in Overworld
	// I am Percival
}
