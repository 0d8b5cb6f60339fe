//go:build unix

package main_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// explosiveGame is the RPG, which panics when a file appears: in its Step, which ends the zone's world, or on a goroutine that nobody
// guards, as those of libraries are, which ends the process.
const explosiveGame = `package main

import (
	"os"

	"github.com/realmwire/realmwire"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

type sim struct{ rules.Sim }

func (s sim) Step(tick uint32) {
	if os.Remove(os.Getenv("FUSE")+".library") == nil {
		go func() { panic("boom of a library") }()
	}
	s.Sim.Step(tick)
	if os.Remove(os.Getenv("FUSE")+".step") == nil {
		panic("boom of a step")
	}
}

func main() {
	game := rpg.Game
	game.New = func(h rules.Host) (rules.Sim, error) {
		s, err := rpg.Game.New(h)
		return sim{s}, err
	}
	realmwire.Main(game)
}
`

const panickedBots = 24

// TestPanics lets a zone's world panic under bots on all transports, and then the zone process, as a library's own goroutine would end
// it. The first costs a return within the same process, the second a restart; both times every bot is back by itself, once, where it was.
func TestPanics(t *testing.T) {
	dir := strangersModule(t, "example.org/explosive")
	put(t, filepath.Join(dir, "main.go"), explosiveGame)
	in(t, dir, "go", "build", "-mod=mod", "-o", "explosive", ".")
	fuse := filepath.Join(dir, "fuse")
	t.Setenv("FUSE", fuse)

	c := newCluster(t)
	c.binary = filepath.Join(dir, "explosive")
	c.run("realm", "realm", "--http", "127.0.0.1:0", "--rate-limit", "off")
	zone := c.run("overworld", "zone", "--udp", lastingPort(t, "udp"))
	c.url = c.run("gateway", "gateway", "--http", lastingPort(t, "tcp")).p.URL
	c.populate(panickedBots)

	put(t, fuse+".step", "")
	c.said("overworld", "boom of a step")
	c.said("overworld", "the zone's new world begins")
	c.await("every bot plays in the new world", time.Now())
	c.onePlayerEach()
	c.noFaults()
	if _, metrics := zone.p.Get("/metrics"); !strings.Contains(metrics, `realmwire_panics_total{where="zone: world"} 1`) {
		t.Error("the metrics lack the panic")
	}

	put(t, fuse+".library", "")
	<-zone.p.Done()
	if zone.p.Err() == nil || !strings.Contains(zone.p.Log.String(), "panic: boom of a library") {
		t.Fatalf("the process ended otherwise: %v\n%s", zone.p.Err(), zone.p.Log)
	}
	zone.start(t)
	c.await("every bot plays again", time.Now())
	c.onePlayerEach()
	c.await("every bot still plays", time.Now())
	c.finish(ledger{})
}
