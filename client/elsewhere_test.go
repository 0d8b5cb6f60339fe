package client_test

import (
	"context"
	"testing"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// A laptop is cut off in play, and hears nothing of its player going on elsewhere: it asks for the character by itself, is told, and ends. Whoever
// plays notices nothing.
func TestReturnTakesNobodysCharacter(t *testing.T) {
	url, stop, err := startServer()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	network, err := netsim.NewProxy(netsim.ProxyConfig{Target: "127.0.0.1:9"})
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	api, err := client.NewAPI(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	guest, err := api.Guest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	api = api.As(guest.Token)
	who, err := api.CreateCharacter(t.Context(), "Palamedes", "knight", nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	start := func(reroute func(string) (string, error)) (entered chan struct{}, ended chan error) {
		entered, ended = make(chan struct{}, 9), make(chan error, 1)
		s, err := client.New(client.Config{
			API: api, Character: who.ID, Schema: rpg.Game.Schema, Reroute: reroute,
			NewPlayer: func(z client.Zone) client.Player {
				return rpg.Game.NewBot(rules.BotConfig{Seed: 1, TickHz: z.TickHz, Map: z.Map})
			},
			Events: client.Events{Entered: func(time.Time, client.Zone) { entered <- struct{}{} }},
		})
		if err != nil {
			t.Fatal(err)
		}
		go func() { ended <- s.Run(ctx) }()
		return entered, ended
	}
	enters := func(who string, entered chan struct{}, ended chan error) {
		t.Helper()
		select {
		case <-entered:
		case err := <-ended:
			t.Fatalf("%s: %v", who, err)
		case <-time.After(time.Minute):
			t.Fatalf("%s does not enter", who)
		}
	}
	entered, laptop := start(func(addr string) (string, error) { return network.Addr(), network.SetTarget(addr) })
	enters("the laptop", entered, laptop)
	network.Block(true)
	there, phone := start(nil)
	enters("the phone", there, phone)
	select {
	case err := <-laptop:
		if !client.HasTitle(err, client.TitlePlayedElsewhere) {
			t.Errorf("the laptop ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("the laptop does not end")
	}
	if len(entered) > 0 {
		t.Error("the laptop entered again")
	}
	leave()
	if err := <-phone; err != nil {
		t.Errorf("the phone ended with %v", err)
	}
	if len(there) > 0 {
		t.Error("the phone had to enter again")
	}
}
