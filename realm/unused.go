package realm

import (
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/internal/netprefix"
)

const (
	// maxUnusedPerAccount is how many grants of one account may be unused at once: the one that its player is about to use, and that of a
	// second window.
	maxUnusedPerAccount = 2
	// comeWithin is how long a grant may be unused before its place is anybody's who asks for one: clients come within a second or two.
	comeWithin = 5 * time.Second
)

// unusedBounds are how many grants of one address and its networks may be unused at once. Whoever comes before others have asked for so many
// more has the place, and who comes later too, if there is room: a whole school may start at once.
var unusedBounds = netprefix.Bounds{Narrow: 16, Middle: 32, Wide: 64}

// claimant asks for a place: a player's account from an address, or a player who is in the world already and walks into another zone.
type claimant struct {
	character ID
	account   ID
	addr      netip.Addr
	walks     bool // between zones; its place gives way to nobody
}

// unusedGrant is a place that nobody has come for yet.
type unusedGrant struct {
	claimant
	zone   *served
	serial uint64 // grows from grant to grant
	since  time.Time
}

// unusedGrants are those of a directory, guarded by its lock. They hold places that nobody plays at, so they are bounded for each account
// and each network, and where a zone is full they give way: else one address could fill a zone without ever connecting. The ticket of one
// that gave way stays good while the zone has room.
type unusedGrants struct {
	all      map[ID]unusedGrant // by character
	accounts map[ID]int
	networks netprefix.Count
	serial   uint64
}

func newUnusedGrants() unusedGrants {
	return unusedGrants{all: make(map[ID]unusedGrant), accounts: make(map[ID]int)}
}

func (u *unusedGrants) add(c claimant, zone *served, now time.Time) {
	u.remove(c.character)
	u.serial++
	u.all[c.character] = unusedGrant{claimant: c, zone: zone, serial: u.serial, since: now}
	u.accounts[c.account]++
	u.networks.Add(c.addr)
}

func (u *unusedGrants) remove(character ID) {
	g, ok := u.all[character]
	if !ok {
		return
	}
	delete(u.all, character)
	if u.accounts[g.account]--; u.accounts[g.account] == 0 {
		delete(u.accounts, g.account)
	}
	u.networks.Drop(g.addr)
}

// overBound returns the grant that has to go before another one of a claimant is made; ok is false where none has to.
func (u *unusedGrants) overBound(c claimant) (character ID, why string, ok bool) {
	if u.accounts[c.account] >= maxUnusedPerAccount {
		character, ok = u.oldest(func(g *unusedGrant) bool { return g.account == c.account })
		return character, "account", ok
	}
	if full, is := u.networks.Full(c.addr, unusedBounds); is {
		character, ok = u.oldest(func(g *unusedGrant) bool { return netprefix.In(g.addr, full) })
		return character, "network", ok
	}
	return 0, "", false
}

// oldest is the grant that was made first among those that are meant.
func (u *unusedGrants) oldest(meant func(*unusedGrant) bool) (character ID, ok bool) {
	var first uint64
	for id, g := range u.all {
		if meant(&g) && (!ok || g.serial < first) {
			character, first, ok = id, g.serial, true
		}
	}
	return character, ok
}

// givesWay returns the grant whose place a newcomer gets. Who walks is a player, and gets anybody's. Others get one for which nobody has come in
// time, or the oldest of a network that holds more than its share: at least two more than the newcomer's own.
func (u *unusedGrants) givesWay(c claimant, in func(*served) bool, now time.Time) (character ID, ok bool) {
	if character, ok = u.oldest(func(g *unusedGrant) bool {
		return in(g.zone) && (c.walks || now.Sub(g.since) >= comeWithin)
	}); ok {
		return character, true
	}
	// From the widest network down: a neighbour in the greediest one is compared within it.
	own := netprefix.Of(c.addr)
	within := func(*unusedGrant) bool { return true }
	for level := 1; level <= len(own); level++ {
		held := make(map[netip.Prefix]int)
		for _, g := range u.all {
			if in(g.zone) && within(&g) {
				held[networkOf(g.addr, level)]++
			}
		}
		mine := own[len(own)-level]
		for p, n := range held {
			if n > held[mine]+1 && n == maxOf(held) {
				return u.oldest(func(g *unusedGrant) bool { return in(g.zone) && within(g) && networkOf(g.addr, level) == p })
			}
		}
		wider := within
		within = func(g *unusedGrant) bool { return wider(g) && networkOf(g.addr, level) == mine }
	}
	return 0, false
}

func maxOf(held map[netip.Prefix]int) (most int) {
	for _, n := range held {
		most = max(most, n)
	}
	return most
}

// networkOf is the network of an address at a level, 1 being the widest.
func networkOf(a netip.Addr, level int) netip.Prefix {
	networks := netprefix.Of(a)
	return networks[max(0, len(networks)-level)]
}
