// Package limit holds strangers to rates and to fair shares of turns, by the networks that their addresses lie in (package netprefix).
// Memory is bounded whatever comes; see [Rates] for what happens when it is used up. Time comes in as an argument.
package limit

import (
	"net/netip"

	"github.com/realmwire/realmwire/internal/netprefix"
)

// maxLevels is how many networks an address counts in, at most.
const maxLevels = 3

// factor is how many times the rate of one address the i-th of n networks has, from the narrowest: a /56 twice, a /24 and a /48 four times.
func factor(i, n int) int {
	switch i {
	case 0:
		return 1
	case n - 1:
		return 4
	}
	return 2
}

// Turns are dealt out first among what providers are allotted, then inside of it: who has a thousand networks of one allotment has
// one share.
var (
	shares4 = [maxLevels]int{16, 24, 32}
	shares6 = [maxLevels]int{32, 48, 64}
)

// chain is what turns are dealt out by, the widest first.
type chain [maxLevels]netip.Prefix

func chainOf(a netip.Addr) (c chain) {
	a = netprefix.Fold(a)
	shares := shares6
	if a.Is4() {
		shares = shares4
	}
	for i := range c {
		c[i], _ = a.Prefix(shares[i]) // the lengths fit; an invalid address has the zero Prefix
	}
	return c
}
