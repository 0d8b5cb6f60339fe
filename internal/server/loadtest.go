package server

import (
	"context"
	"errors"
	"time"

	"github.com/realmwire/realmwire/loadtest"
	"github.com/realmwire/realmwire/transport/netsim"
)

// loadtestCmd is `realmwire loadtest`.
type loadtestCmd struct {
	Bots      int            `default:"100" min:"0" help:"Number of bots."`
	Duration  time.Duration  `default:"30s" min:"0s" help:"Time to measure, from when all bots are in."`
	Transport string         `default:"kcp" enum:"kcp,webrtc,websocket,mixed" help:"Transport of the bots: kcp, webrtc, websocket, or mixed."`
	URL       string         `name:"url" help:"Server to test. Without it, one is started in a child process on a temporary folder and free ports." placeholder:"URL"`
	Own       bool           `name:"i-own-this-server" help:"Allow a --url beyond this machine, and confirm that the server is yours to load."`
	Metrics   []string       `name:"metrics" help:"Pages with the zones' metrics (default: those of the server that is started, or port 8090 of --url's host)." placeholder:"URL"`
	JSON      string         `name:"json" type:"path" help:"File for the report, one JSON object." placeholder:"FILE"`
	Ramp      float64        `name:"ramp" default:"50" min:"0" help:"Bots to start per second."`
	Chat      time.Duration  `name:"chat" default:"0s" min:"0s" help:"Time between two chat messages of a bot, about (0s: never)."`
	Seed      uint64         `name:"seed" default:"1" help:"Seed of the bots' decisions."`
	Tick      int            `name:"tick" default:"0" min:"0" max:"128" help:"Tick rate of the server that is started (0: its default)."`
	Snapshots string         `name:"snapshots" default:"" enum:",latest,kcp" help:"Lane of the snapshots of the server that is started: latest or kcp."`
	Network   netsim.Profile `name:"network" help:"Bad network in front of the server that is started, both ways (kcp and webrtc): latency=50ms loss=5% and the rest of what realmwire netsim takes." placeholder:"PROFILE"`

	Tier    string `name:"tier" default:"fast" enum:"fast,best" help:"Tier of snapshots that bots ask for, and that the server that is started gives: fast or best."`
	Portals bool   `name:"portals" help:"Let bots walk through portals, from zone to zone."`

	Joins int `name:"joins" default:"0" min:"0" help:"Number of joins to measure by each transport, one after the other, and servers from nothing, instead of a crowd (0: none). --network then impairs HTTP and WebSocket too."`

	Flood    int    `name:"flood" default:"0" min:"0" help:"Hostile datagrams a second beside the bots: garbage, forged and replayed ones, in windows that alternate with quiet ones (0: none; kcp bots, this machine only)."`
	Dear     string `name:"dear" default:"" help:"Packets that cost a zone process the most, sent by one peer with a ticket beside the bots, in windows that alternate with quiet ones: a kind, several (one a window in turn), or all (this machine only). A wrong one lists them." placeholder:"KIND,…"`
	DearRate int    `name:"dear-rate" default:"8000" min:"1" max:"50000" help:"Dear packets a second."`

	FloodPairs int `name:"flood-pairs" default:"0" min:"0" help:"Pairs of a quiet and a flooded window to divide the time into (0: as many of 8 s each as fit)."`

	Disconnects bool    `name:"allow-disconnects" help:"Pass even when connections are lost, as long as every bot reconnects by itself. For tests that kill servers."`
	MaxAgeP99   float64 `name:"max-age-p99-ms" default:"0" min:"0" help:"Fail when the p99 of the snapshots' age is above this (0: no limit)."`
	MaxTickP99  float64 `name:"max-tick-p99-ms" default:"0" min:"0" help:"Fail when a zone's p99 tick is above this (0: no limit)."`
}

// Run runs the test; the error makes the exit code.
func (c *loadtestCmd) Run(env *environment) error {
	err := loadtest.Run(env.ctx, loadtest.Options{
		Game: env.game, Bots: c.Bots, Duration: c.Duration, Transport: c.Transport, Ramp: c.Ramp, Chat: c.Chat, Seed: c.Seed,
		URL: c.URL, OwnServer: c.Own, Metrics: c.Metrics, Tick: c.Tick, Snapshots: c.Snapshots, Best: c.Tier == "best",
		Network: c.Network, Joins: c.Joins, Flood: c.Flood, Dear: c.Dear, DearRate: c.DearRate, FloodPairs: c.FloodPairs, JSON: c.JSON, MaxAgeP99: c.MaxAgeP99, MaxTickP99: c.MaxTickP99, Portals: c.Portals, Disconnects: c.Disconnects, Out: env.out,
	})
	if err != nil && env.ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return errors.New("the load test did not pass: it was interrupted before there was anything to report")
	}
	return err
}
