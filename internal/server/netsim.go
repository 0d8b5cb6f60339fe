package server

import (
	"fmt"
	"time"

	"github.com/realmwire/realmwire/transport/netsim"
)

// netsimCmd is `realmwire netsim`.
type netsimCmd struct {
	Listen   string         `default:"127.0.0.1:7778" help:"UDP address on which clients connect."`
	Target   string         `default:"127.0.0.1:7777" help:"UDP address of the zone process."`
	Both     netsim.Profile `help:"Impairment of both directions: latency=50ms jitter=10ms loss=5% burst=1%/20%/80% duplicate=1% reorder=2% rate=250000 queue=200ms mtu=1200 partition=30s/2s." placeholder:"PROFILE"`
	Up       netsim.Profile `help:"Impairment from client to server, instead of --both." placeholder:"PROFILE"`
	Down     netsim.Profile `help:"Impairment from server to client, instead of --both." placeholder:"PROFILE"`
	Seed     uint64         `default:"1" help:"Seed that decides every datagram's fate."`
	Duration time.Duration  `default:"0s" min:"0s" help:"Time to run (0s: until Ctrl-C)."`
	Every    time.Duration  `default:"5s" min:"0s" help:"Time between two prints of the counters (0s: only at the end)."`
}

// Run forwards until it is told to stop.
func (c *netsimCmd) Run(env *environment) error {
	if c.Up == (netsim.Profile{}) {
		c.Up = c.Both
	}
	if c.Down == (netsim.Profile{}) {
		c.Down = c.Both
	}
	p, err := netsim.NewProxy(netsim.ProxyConfig{Listen: c.Listen, Target: c.Target, Up: c.Up, Down: c.Down, Seed: c.Seed})
	if err != nil {
		return err
	}
	defer p.Close()
	fmt.Fprintf(env.out, "a bad network from %s to %s; clients find it with: realmwire up --udp %s --public-addr %s\n", p.Addr(), c.Target, c.Target, p.Addr())
	var end, tick <-chan time.Time
	if c.Duration > 0 {
		timer := time.NewTimer(c.Duration)
		defer timer.Stop()
		end = timer.C
	}
	if c.Every > 0 {
		ticker := time.NewTicker(c.Every)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-tick:
			c.print(env, p)
		case <-end:
			c.print(env, p)
			return nil
		case <-env.ctx.Done():
			c.print(env, p)
			return nil
		}
	}
}

func (c *netsimCmd) print(env *environment, p *netsim.Proxy) {
	up, down := p.Counters()
	fmt.Fprintf(env.out, "%d clients; up: %s; down: %s\n", p.Clients(), up, down)
}
