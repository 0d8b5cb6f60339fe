package rtc

import (
	"net/netip"
	"testing"

	"github.com/pion/stun/v4"

	"github.com/realmwire/realmwire/internal/dear"
)

// hostileChecks are checks that cost more than others, if any do: whoever was answered has the password, and on the path everybody
// sees checks that can be sent again.
func hostileChecks(t testing.TB) map[string][]byte {
	user, integrity := stun.NewUsername("ours:theirs"), stun.NewShortTermIntegrity(checkPassword)
	many := func(n, size int, setters ...stun.Setter) []byte {
		list := []stun.Setter{user}
		for range n {
			list = append(list, stun.RawAttribute{Type: 0x7F00, Value: make([]byte, size)})
		}
		return checkOf(t, append(list, setters...)...)
	}
	return map[string][]byte{
		"as many attributes as are read": many(maxAttributes-3, 0, integrity, stun.Fingerprint),
		"as many bytes as are read":      many(1, maxCheck-80, integrity, stun.Fingerprint),
		"more attributes":                many(300, 0, integrity),
		"more bytes":                     many(1, 1100, integrity),
		"no integrity":                   many(4, 4),
		"a wrong integrity":              many(4, 4, stun.NewShortTermIntegrity("wrong"), stun.Fingerprint),
		"integrity first":                checkOf(t, user, integrity, stun.Fingerprint),
		"a long name":                    checkOf(t, stun.NewUsername("ours:"+string(make([]byte, 500))), integrity),
	}
}

// BenchmarkDearPackets sets connectivity checks of a hostile peer beside a client's.
func BenchmarkDearPackets(b *testing.B) {
	from := netip.MustParseAddrPort("192.0.2.1:1234")
	class := func(name string, check []byte) dear.Class {
		return dear.Class{Name: name, Make: func(_ *testing.B, n int) func() {
			buf := make([]byte, 0, 1500)
			return func() {
				for range n {
					if _, ok := bindingUfrag(check); ok {
						answerCheck(buf, check, checkPassword, from)
					}
				}
			}
		}}
	}
	var classes []dear.Class
	for name, check := range hostileChecks(b) {
		classes = append(classes, class(name, check))
	}
	dear.Sort(classes)
	dear.Run(b, class("honest", authentic(b)), classes...)
}

// TestLargeChecks holds which checks are not looked at.
func TestLargeChecks(t *testing.T) {
	for name, check := range hostileChecks(t) {
		ufrag, ok := bindingUfrag(check)
		want := name != "more attributes" && name != "more bytes"
		if ok != want || ok && string(ufrag) != "ours" {
			t.Errorf("%s (%d bytes): for %q, %v", name, len(check), ufrag, ok)
		}
	}
}
