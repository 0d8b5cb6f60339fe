// Package netprefix counts by the networks that one subscriber may have whole. Who has an IPv6 /48 has 65,536 /64s, and a small
// hoster's customer an IPv4 /24: what is bounded for an address is bounded for those as well.
package netprefix

import (
	"encoding/binary"
	"net/netip"
)

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

// Fold is the address that counts for a, without a zone. An IPv6 address that stands for an IPv4 one counts as that: so nobody counts
// twice, and nobody shares a network with all of the IPv4 internet behind one translator.
func Fold(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a
	}
	b := a.As16()
	embedded := func(invert byte) netip.Addr {
		return netip.AddrFrom4([4]byte{b[12] ^ invert, b[13] ^ invert, b[14] ^ invert, b[15] ^ invert})
	}
	high, low := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	switch {
	case high>>48 == 0x2002: // 6to4, RFC 3056
		return netip.AddrFrom4([4]byte(b[2:6]))
	case high>>32 == 0x2001_0000: // Teredo, RFC 4380: the client's, inverted; before it stands a server that anybody may choose
		return embedded(0xff)
	case high == 0x64_ff9b<<32 && low>>32 == 0: // NAT64, RFC 6052
		return embedded(0)
	case high>>16 == 0x64_ff9b_0001: // a network's own NAT64, RFC 8215
		return embedded(0)
	case high == 0 && low>>32 == 0xffff_0000: // translated without state, RFC 2765
		return embedded(0)
	}
	return a
}

// Of returns the networks that an address counts in, the narrowest first. An address that is not valid counts as one of its own.
func Of(a netip.Addr) []netip.Prefix {
	a = Fold(a)
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

// In tells whether an address counts in a network.
func In(a netip.Addr, network netip.Prefix) bool {
	a = Fold(a)
	return network.Contains(a) || !network.IsValid() && !a.IsValid()
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
