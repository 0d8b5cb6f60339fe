//go:build unix

package main_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/zone/games/rpg"
)

// TestTwoZoneProcesses runs `up` with one zone and a second process with the other. Portals lead between them. One is killed: that is noticed and
// said, nobody else suffers, and its players are back when it is. Then the other is killed, which is everything but the zone that stays.
func TestTwoZoneProcesses(t *testing.T) {
	const overworld, dungeon, bots = "overworld", "dungeon-entrance", 48
	c := newCluster(t)
	up := c.run("up", "up", "--zones", overworld, "--http", lastingPort(t, "tcp"), "--udp", lastingPort(t, "udp"), "--rate-limit", "off")
	c.run("dungeon", "zone", "--zones", dungeon, "--udp", lastingPort(t, "udp"))
	c.url = up.p.URL
	c.populate(bots)
	c.awaitHandovers(dungeon, bots/4)
	c.awaitHandovers(overworld, bots/8)
	if drops, _ := c.witness.totals(); drops != 0 {
		t.Errorf("%d connections were lost although nothing was killed", drops)
	}

	c.kill("dungeon", func(time.Time) { c.zoneIsDown(dungeon) })
	inside := 0
	c.witness.mu.Lock()
	for i, b := range c.witness.bots {
		switch {
		case b.drops > 0 && b.lostIn == dungeon:
			inside++
		case b.drops > 0 && !b.atPortal:
			t.Errorf("bot %d lost its connection in %s, which was not killed", i, b.lostIn)
		}
	}
	t.Logf("%d players were in the zone that was killed; at its portal others were told: %q", inside, c.witness.refused[0])
	c.witness.mu.Unlock()
	if inside == 0 {
		t.Error("nobody was in the zone that was killed; the test proves nothing")
	}
	c.said("up", "realm: zone process is gone", "realm: zone process fell silent")
	c.awaitHandovers(dungeon, c.witness.handedOver(dungeon)+bots/8)

	c.kill("up", nil)
	c.said("up", "realm: zone process registered")
	c.said("dungeon", "bus: connected again")
	c.awaitHandovers(overworld, c.witness.handedOver(overworld)+1)
	c.finish(ledger{})
}

func (c *cluster) awaitHandovers(zone string, n int) {
	c.t.Helper()
	c.eventually("portals lead into "+zone, func() (string, bool) {
		got := c.witness.handedOver(zone)
		return fmt.Sprintf("%d of %d came through", got, n), got >= n
	})
}

// zoneIsDown waits until the realm does not list the zone any more, and a player of it is told so in words.
func (c *cluster) zoneIsDown(zone string) {
	c.t.Helper()
	api, err := client.NewAPI(c.url, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.eventually("the dead zone is noticed", func() (string, bool) {
		info, err := api.Realm(context.Background())
		if err != nil {
			return err.Error(), false
		}
		for _, z := range info.Zones {
			if z.Name == zone {
				return "it is listed", false
			}
		}
		return "", true
	})
	var b sighted
	c.eventually("a player of the dead zone notices", func() (text string, ok bool) {
		b, ok = c.witness.cutOff(zone)
		return "nobody does", ok
	})
	_, err = b.api.Play(context.Background(), client.PlayRequest{Character: b.character, Schema: rpg.Schema.Hash})
	if !client.HasTitle(err, "zone-down") || !strings.Contains(err.Error(), "try again in a few seconds") {
		c.t.Errorf("a player of the dead zone who asks to play is told: %v", err)
	}
	c.eventually("a portal into the dead zone says so", func() (string, bool) {
		c.witness.mu.Lock()
		defer c.witness.mu.Unlock()
		return "nobody was told", len(c.witness.refused) > 0
	})
}
