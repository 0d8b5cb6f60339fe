// Package netprefix counts by the networks that one subscriber may have whole. Who has an IPv6 /48 has 65,536 /64s, and a small
// hoster's customer an IPv4 /24: what is bounded for an address is bounded for those as well.
package netprefix

import "net/netip"

// Bounds are how many of something an address and its networks may hold at once.
type Bounds struct {
	Narrow int // an IPv4 address, an IPv6 /64
	Middle int // an IPv6 /56
	Wide   int // an IPv4 /24, an IPv6 /48
}

// lengths are those of the networks that count, the narrowest first.
var (
	lengths4 = []int{32, 24}
	lengths6 = []int{64, 56, 48}
)

// Of returns the networks that an address counts in, the narrowest first. An address that is not valid counts as one of its own.
func Of(a netip.Addr) []netip.Prefix {
	a = a.Unmap().WithZone("")
	if !a.IsValid() {
		return []netip.Prefix{{}}
	}
	lengths := lengths6
	if a.Is4() {
		lengths = lengths4
	}
	out := make([]netip.Prefix, 0, len(lengths))
	for _, bits := range lengths {
		p, _ := a.Prefix(bits) // the lengths fit
		out = append(out, p)
	}
	return out
}

// bound is that of the i-th of n networks.
func (b Bounds) bound(i, n int) int {
	switch i {
	case 0:
		return b.Narrow
	case n - 1:
		return b.Wide
	}
	return b.Middle
}

// Count is how many of something each network holds now. The zero value holds nothing. It is not safe for concurrent use.
type Count struct {
	held map[netip.Prefix]int
}

// Held is how many a network holds.
func (c *Count) Held(p netip.Prefix) int { return c.held[p] }

// Add counts one more of an address, whatever the bounds.
func (c *Count) Add(a netip.Addr) {
	if c.held == nil {
		c.held = make(map[netip.Prefix]int)
	}
	for _, p := range Of(a) {
		c.held[p]++
	}
}

// Drop counts one less.
func (c *Count) Drop(a netip.Addr) {
	for _, p := range Of(a) {
		if c.held[p]--; c.held[p] <= 0 {
			delete(c.held, p)
		}
	}
}

// Full returns the narrowest network of an address that holds all that it may; ok is false where none does.
func (c *Count) Full(a netip.Addr, b Bounds) (full netip.Prefix, ok bool) {
	networks := Of(a)
	for i, p := range networks {
		if c.held[p] >= b.bound(i, len(networks)) {
			return p, true
		}
	}
	return netip.Prefix{}, false
}

// Take counts one more of an address where its networks have room.
func (c *Count) Take(a netip.Addr, b Bounds) bool {
	if _, full := c.Full(a, b); full {
		return false
	}
	c.Add(a)
	return true
}

// Networks is how many networks hold anything.
func (c *Count) Networks() int { return len(c.held) }
