//go:build unix

package main_test

import (
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"
)

const killBots = 100

// killRounds is how many roles are killed one after the other: each of realm, gateway and overworld once, unless REALMWIRE_KILL_ROUNDS says more.
func killRounds(t *testing.T, roles []string) int {
	t.Helper()
	rounds := len(roles)
	if text := os.Getenv("REALMWIRE_KILL_ROUNDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("REALMWIRE_KILL_ROUNDS=%s: %v", text, err)
		}
		rounds = n
	}
	return rounds
}

// TestKillAnyRole kills realm, gateway and zone process, in random order at random moments, under bots on all transports that travel between two
// zone processes. Every time the bots come back by themselves, where they were, and play.
func TestKillAnyRole(t *testing.T) {
	c := newCluster(t)
	c.run("realm", "realm", "--http", "127.0.0.1:0", "--rate-limit", "off")
	c.run("overworld", "zone", "--zones", "overworld", "--udp", lastingPort(t, "udp"))
	c.run("dungeon", "zone", "--zones", "dungeon-entrance", "--udp", lastingPort(t, "udp"))
	gateway := c.run("gateway", "gateway", "--http", lastingPort(t, "tcp"))
	c.url = gateway.p.URL
	c.populate(killBots)

	roles := []string{"realm", "gateway", "overworld"}
	c.rng.Shuffle(len(roles), func(i, j int) { roles[i], roles[j] = roles[j], roles[i] })
	var disk ledger
	for i := range killRounds(t, roles) {
		name := roles[i%len(roles)]
		if i >= len(roles) {
			name = append(roles, "dungeon")[c.rng.IntN(len(roles)+1)]
		}
		switch name {
		case "realm":
			disk = c.killRealm(disk)
		case "gateway":
			c.kill(name, func(killed time.Time) { c.goesOn("bots over UDP and WebRTC", killed, killBots/2) })
		default:
			c.kill(name, nil)
			c.said("realm", "realm: zone process is gone")
		}
	}
	c.finish(disk)
}

// killRealm kills the realm, and NATS with it: play goes on meanwhile, and what is on the disk is no older than it may be.
func (c *cluster) killRealm(before ledger) (disk ledger) {
	c.kill("realm", func(killed time.Time) {
		disk = c.checkDisk(before, killed)
		c.goesOn("bots, while there is no realm", killed, killBots*3/4)
	})
	c.said("realm", "the realm's last run did not stop by itself")
	c.said("realm", "realm: zone process registered")
	for _, zone := range []string{"overworld", "dungeon"} {
		c.said(zone, "bus: connection lost")
		c.said(zone, "bus: connected again")
	}
	return disk
}

// goesOn waits until so many bots have seen themselves half a second after the kill.
func (c *cluster) goesOn(what string, killed time.Time, least int) {
	c.t.Helper()
	c.eventually(what, func() (string, bool) {
		n := c.witness.playing(killed.Add(500 * time.Millisecond))
		return strconv.Itoa(n) + " play", n >= least
	})
}

// TestKillEverything kills a whole `realmwire up`, twice, and starts it again on the same data and ports.
func TestKillEverything(t *testing.T) {
	c := newCluster(t)
	c.run("up", "up", "--http", lastingPort(t, "tcp"), "--udp", lastingPort(t, "udp"), "--rate-limit", "off")
	c.url = c.roles["up"].p.URL
	c.populate(killBots)
	var disk ledger
	c.kill("up", func(killed time.Time) { disk = c.checkDisk(disk, killed) })
	if runtime.GOOS == "linux" { // elsewhere nobody can check it
		c.said("up", "Everything that it confirmed is here")
	}
	c.finish(disk)
}
