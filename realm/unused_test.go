package realm

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

// hall is a directory with one zone, and a clock.
type hall struct {
	*directory
	t    *testing.T
	at   time.Time
	next ID
}

const hallProcess = ID(99)

func newHall(t *testing.T, capacity int) *hall {
	t.Helper()
	h := &hall{directory: newDirectory(0), t: t, at: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	p := Process{Incarnation: hallProcess, Zones: []ZoneInfo{
		{Name: "hall", Title: "Hall", Capacity: capacity}, {Name: "next", Title: "Next door", Capacity: 5},
	}}
	if _, err := h.register(p, nil, h.at); err != nil {
		t.Fatal(err)
	}
	return h
}

// asks lets a new character of an account ask for a place, from an address.
func (h *hall) asks(account ID, addr string) (character ID, err error) {
	h.next++
	h.heartbeat(hallProcess, Load{}, h.at)
	_, _, err = h.reserve(claimant{character: h.next, account: account, addr: netip.MustParseAddr(addr)}, "hall", 1, h.at)
	return h.next, err
}

func (h *hall) wants(account ID, addr string) ID {
	h.t.Helper()
	c, err := h.asks(account, addr)
	if err != nil {
		h.t.Errorf("from %s: %v", addr, err)
	}
	return c
}

func (h *hall) comes(character ID) { h.attach(character, 1, hallProcess, "hall") }

// TestUnusedGrantsFillNoZone: whoever only asks for grants, from all that is theirs, leaves the zone to those who come.
func TestUnusedGrantsFillNoZone(t *testing.T) {
	for name, c := range map[string]struct {
		address func(i int) string
		account func(i int) ID
		most    int
	}{
		"one account":                             {func(i int) string { return fmt.Sprintf("10.%d.%d.1", i/250, i%250) }, func(int) ID { return 1 }, maxUnusedPerAccount},
		"guests of one address, eight each":       {func(int) string { return "203.0.113.1" }, func(i int) ID { return ID(1 + i/8) }, unusedBounds.Narrow},
		"guests of a /24":                         {func(i int) string { return fmt.Sprintf("203.0.113.%d", i%256) }, func(i int) ID { return ID(1 + i) }, unusedBounds.Wide},
		"guests of one /64":                       {func(i int) string { return fmt.Sprintf("2001:db8::%x", i) }, func(i int) ID { return ID(1 + i) }, unusedBounds.Narrow},
		"guests of a /56":                         {func(i int) string { return fmt.Sprintf("2001:db8:0:%x::1", i%256) }, func(i int) ID { return ID(1 + i) }, unusedBounds.Middle},
		"guests of a /48":                         {func(i int) string { return fmt.Sprintf("2001:db8:0:%x::1", i) }, func(i int) ID { return ID(1 + i) }, unusedBounds.Wide},
		"guests of an address that means an IPv4": {func(i int) string { return fmt.Sprintf("2002:cb00:7101:%x::1", i) }, func(i int) ID { return ID(1 + i) }, unusedBounds.Narrow},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHall(t, 1000)
			for i := range 1200 {
				h.wants(c.account(i), c.address(i))
			}
			if taken := h.zones["hall"].taken; taken != c.most || len(h.places) != c.most {
				t.Errorf("%d places are taken, want %d", taken, c.most)
			}
			h.wants(5000, "198.51.100.7")
		})
	}
}

// TestUnusedGrantsGiveWay: in a zone that is small enough to fill, grants that nobody used give way to others' players.
func TestUnusedGrantsGiveWay(t *testing.T) {
	full := func(t *testing.T, attacker string) *hall {
		h := newHall(t, 8)
		for i := range 12 {
			h.asks(ID(1+i), fmt.Sprintf(attacker, i))
		}
		if h.zones["hall"].taken != 8 {
			t.Fatalf("%d places are taken", h.zones["hall"].taken)
		}
		return h
	}
	for name, c := range map[string]struct{ attacker, honest string }{
		"of another network":                   {"203.0.113.1%d", "198.51.100.7"},
		"of the attacker's /24":                {"2002:cb00:7101::%d", "203.0.113.2"}, // 6to4: all of them are 203.0.113.1
		"IPv6 against IPv4":                    {"203.0.113.1%d", "2001:db8::1"},
		"of another /48":                       {"2001:db8:0:1%d::1", "2001:db8:1::1"},
		"of another /56 of the attacker's /48": {"2001:db8:0:1%d::1", "2001:db8:0:2200::1"},
		"of another /64 in the attacker's /56": {"2001:db8:0:1::1%d", "2001:db8:0:2::1"},
	} {
		t.Run(name, func(t *testing.T) {
			h := full(t, c.attacker)
			came := h.wants(100, c.honest)
			h.comes(came)
			for i := range 50 { // the attacker goes on
				_, _ = h.asks(ID(200+i), fmt.Sprintf(c.attacker, i%10))
			}
			if h.places[came].zone == nil || h.zones["hall"].taken > 8 {
				t.Errorf("%d places, the player's %v", h.zones["hall"].taken, h.places[came])
			}
		})
	}
	t.Run("nobody has more than another, until they fail to come", func(t *testing.T) {
		h := newHall(t, 8)
		for i := range 8 {
			h.wants(ID(1+i), fmt.Sprintf("203.0.%d.1", i))
		}
		if _, err := h.asks(100, "198.51.100.7"); CodeOf(err) != CodeZoneFull {
			t.Errorf("first come, first served: %v", err)
		}
		h.at = h.at.Add(comeWithin)
		h.wants(100, "198.51.100.7")
	})
	t.Run("who walks in from another zone needs no patience", func(t *testing.T) {
		h := newHall(t, 1)
		h.wants(1, "203.0.113.1")
		walker := claimant{character: 7000, walks: true}
		if _, _, err := h.reserve(walker, "hall", 5, h.at); err != nil {
			t.Fatal(err)
		}
		h.at = h.at.Add(time.Minute / 2)
		if _, err := h.asks(2, "198.51.100.7"); CodeOf(err) != CodeZoneFull {
			t.Errorf("a player on the way between zones lost the place: %v", err)
		}
	})
	t.Run("who has come keeps the place", func(t *testing.T) {
		h := newHall(t, 2)
		h.comes(h.wants(1, "203.0.113.1"))
		h.comes(h.wants(1, "203.0.113.1"))
		h.at = h.at.Add(time.Minute)
		if _, err := h.asks(2, "198.51.100.7"); CodeOf(err) != CodeZoneFull {
			t.Errorf("%v", err)
		}
	})
}

// TestWhoComesGoesFirst: a grant that gave way is still good while the zone lets its player in, and takes the place of one that is unused.
func TestWhoComesGoesFirst(t *testing.T) {
	h := newHall(t, 2)
	early := h.wants(1, "203.0.113.1")
	h.wants(2, "203.0.113.1")
	h.wants(3, "198.51.100.7") // early gives way to it
	if h.places[early].zone != nil {
		t.Fatal("the first grant of the greedier network did not give way")
	}
	h.comes(early)
	if h.places[early].zone == nil || h.zones["hall"].taken != 2 {
		t.Errorf("%d places are taken, early's %v", h.zones["hall"].taken, h.places[early])
	}
	if h.displaced["full"] != 2 {
		t.Errorf("displaced %v", h.displaced)
	}
}

// TestPlacesAddUp walks at random through all that happens to places.
func TestPlacesAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	h := newHall(t, 6)
	var undo []func()
	for range 20_000 {
		character := ID(1 + rng.IntN(30))
		c := claimant{character: character, account: character / 3, addr: netip.AddrFrom4([4]byte{10, 0, byte(rng.IntN(3)), byte(rng.IntN(4))}), walks: rng.IntN(4) == 0}
		zone := []string{"hall", "next"}[rng.IntN(2)]
		epoch := h.places[character].epoch
		switch rng.IntN(7) {
		case 0, 1, 2:
			if _, u, err := h.reserve(c, zone, epoch+1, h.at); err == nil {
				undo = append(undo, u)
			}
		case 3:
			if pl, ok := h.places[character]; ok {
				h.attach(character, epoch, hallProcess, pl.zone.info.Name)
			}
		case 4:
			h.leave(character, epoch)
		case 5:
			if len(undo) > 0 {
				undo[len(undo)-1]()
				undo = undo[:len(undo)-1]
			}
		case 6:
			h.at = h.at.Add(time.Duration(rng.IntN(5000)) * time.Millisecond)
			h.heartbeat(hallProcess, Load{}, h.at)
			h.sweep(h.at)
		}
		h.addsUp()
	}
}

func (h *hall) addsUp() {
	h.t.Helper()
	taken := map[*served]int{}
	accounts := map[ID]int{}
	for id, pl := range h.places {
		taken[pl.zone]++
		if g, ok := h.unused.all[id]; ok {
			accounts[g.account]++
			if pl.until.IsZero() || g.zone != pl.zone || g.walks {
				h.t.Fatalf("%+v is not an unused grant: %+v", pl, g)
			}
		}
	}
	for id := range h.unused.all {
		if _, ok := h.places[id]; !ok {
			h.t.Fatalf("a grant of %s without a place", id)
		}
	}
	for _, s := range h.zones {
		if s.taken != taken[s] {
			h.t.Fatalf("zone %s counts %d, has %d", s.info.Name, s.taken, taken[s])
		}
	}
	for a, n := range accounts {
		if n > maxUnusedPerAccount || h.unused.accounts[a] != n {
			h.t.Fatalf("account %s has %d, counted %d", a, n, h.unused.accounts[a])
		}
	}
	if len(h.unused.accounts) != len(accounts) || len(h.unused.all) == 0 && h.unused.networks.Networks() != 0 {
		h.t.Fatalf("%d accounts are remembered of %d, and %d networks", len(h.unused.accounts), len(accounts), h.unused.networks.Networks())
	}
}
