package netprefix

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
)

func TestOf(t *testing.T) {
	for addr, want := range map[string][]string{
		"203.0.113.77":              {"203.0.113.77/32", "203.0.113.0/24"},
		"::ffff:203.0.113.77":       {"203.0.113.77/32", "203.0.113.0/24"},
		"2001:db8:1:2203::1":        {"2001:db8:1:2203::/64", "2001:db8:1:2200::/56", "2001:db8:1::/48"},
		"fe80::1%eth0":              {"fe80::/64", "fe80::/56", "fe80::/48"},
		"::1":                       {"::/64", "::/56", "::/48"},
		"2001:db8:ffff:ffff:1:2:3:": nil,
		// What stands for an IPv4 address: 6to4, NAT64, a network's own NAT64, translation without state, Teredo.
		"2002:cb00:714d:1:2::3":             {"203.0.113.77/32", "203.0.113.0/24"},
		"64:ff9b::203.0.113.77":             {"203.0.113.77/32", "203.0.113.0/24"},
		"64:ff9b:1:2:3:4:203.0.113.77":      {"203.0.113.77/32", "203.0.113.0/24"},
		"::ffff:0:203.0.113.77":             {"203.0.113.77/32", "203.0.113.0/24"},
		"2001:0:5ef5:79fd:0:59d:34ff:8eb2":  {"203.0.113.77/32", "203.0.113.0/24"},
		"2001:0:1234:5678:ff:59d:34ff:8eb2": {"203.0.113.77/32", "203.0.113.0/24"},
		// What looks alike and does not.
		"64:ff9b:0:1::203.0.113.77": {"64:ff9b:0:1::/64", "64:ff9b::/56", "64:ff9b::/48"},
		"2001:1::203.0.113.77":      {"2001:1::/64", "2001:1::/56", "2001:1::/48"},
	} {
		a, err := netip.ParseAddr(addr)
		if (err != nil) != (want == nil) {
			t.Fatalf("%s: %v", addr, err)
		}
		if err != nil {
			want = []string{"invalid Prefix"}
		}
		var got []string
		for _, p := range Of(a) {
			got = append(got, p.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s counts in %v, want %v", addr, got, want)
		}
	}
}

// However an attacker picks addresses out of what is his, the widest network's bound holds; a neighbour outside is not touched.
func TestTakeNests(t *testing.T) {
	bounds := Bounds{Narrow: 2, Middle: 5, Wide: 9}
	for name, c := range map[string]struct {
		address func(i int) string
		want    int
	}{
		"one IPv4 address":    {func(int) string { return "203.0.113.1" }, 2},
		"an IPv4 /24":         {func(i int) string { return fmt.Sprintf("203.0.113.%d", i%256) }, 9},
		"one IPv6 /64":        {func(i int) string { return fmt.Sprintf("2001:db8:0:1::%x", i) }, 2},
		"an IPv6 /56":         {func(i int) string { return fmt.Sprintf("2001:db8:0:%x::1", i%256) }, 5},
		"an IPv6 /48":         {func(i int) string { return fmt.Sprintf("2001:db8:0:%x::1", i) }, 9},
		"IPv4 in IPv6's form": {func(int) string { return "::ffff:203.0.113.1" }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var held Count
			var in []netip.Addr
			for i := range 2000 {
				if a := netip.MustParseAddr(c.address(i)); held.Take(a, bounds) {
					in = append(in, a)
				}
			}
			if len(in) != c.want {
				t.Errorf("%d places were given, want %d", len(in), c.want)
			}
			for _, other := range []string{"198.51.100.7", "2001:db8:1::1"} {
				if !held.Take(netip.MustParseAddr(other), bounds) {
					t.Errorf("%s finds no place", other)
				}
				held.Drop(netip.MustParseAddr(other))
			}
			for _, a := range in {
				held.Drop(a)
			}
			if held.Networks() != 0 {
				t.Errorf("%d networks are remembered that hold nothing", held.Networks())
			}
		})
	}
}
