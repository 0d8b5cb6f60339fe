package rtc

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/pion/stun/v4"
)

const checkPassword = "0123456789012345678901"

func checkOf(t testing.TB, setters ...stun.Setter) []byte {
	t.Helper()
	m, err := stun.Build(append([]stun.Setter{stun.BindingRequest, stun.TransactionID}, setters...)...)
	if err != nil {
		t.Fatal(err)
	}
	return m.Raw
}

// authentic is a check as clients send them.
func authentic(t testing.TB) []byte {
	return checkOf(t, stun.NewUsername("ours:theirs"), stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{1, 2, 3, 4}},
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)}, stun.RawAttribute{Type: stun.AttrUseCandidate},
		stun.NewShortTermIntegrity(checkPassword), stun.Fingerprint)
}

func TestAnswerCheck(t *testing.T) {
	for _, addr := range []string{"192.0.2.1:1234", "[2001:db8::1]:1234"} {
		from := netip.MustParseAddrPort(addr)
		check := authentic(t)
		before := bytes.Clone(check)
		response := answerCheck(nil, check, checkPassword, from)
		if !bytes.Equal(check, before) {
			t.Error("the check was changed")
		}
		if len(response) == 0 || len(response) > len(check) {
			t.Fatalf("from %s: %d bytes for %d", addr, len(response), len(check))
		}
		m := &stun.Message{Raw: response}
		if err := m.Decode(); err != nil {
			t.Fatal(err)
		}
		var mapped stun.XORMappedAddress
		if err := mapped.GetFrom(m); err != nil || !mapped.IP.Equal(from.Addr().AsSlice()) || mapped.Port != 1234 {
			t.Errorf("mapped address %v, %v, want %s", mapped, err, addr)
		}
		if m.Type != stun.BindingSuccess || !bytes.Equal(m.TransactionID[:], check[8:20]) || stun.NewShortTermIntegrity(checkPassword).Check(m) != nil || stun.Fingerprint.Check(m) != nil {
			t.Errorf("response %v", m)
		}
	}
}

// TestBentChecks: any bit turned in what the integrity covers, and nothing is answered.
func TestBentChecks(t *testing.T) {
	from := netip.MustParseAddrPort("192.0.2.1:1234")
	check := authentic(t)
	covered := len(check) - 8 // the fingerprint comes after
	for i := range covered * 8 {
		if i/8 == 3 {
			continue // a length without the fingerprint is as authentic: the integrity has its own
		}
		bent := bytes.Clone(check)
		bent[i/8] ^= 1 << (i % 8)
		if _, ok := bindingUfrag(bent); !ok {
			continue // does not even get so far
		}
		if len(answerCheck(nil, bent, checkPassword, from)) > 0 {
			t.Errorf("answered with bit %d turned", i)
		}
	}
	for name, b := range map[string][]byte{
		"without integrity": checkOf(t, stun.NewUsername("ours:theirs")),
		"wrong password":    checkOf(t, stun.NewUsername("ours:theirs"), stun.NewShortTermIntegrity("other")),
		"too small to pay":  checkOf(t, stun.NewShortTermIntegrity(checkPassword)),
		"nothing":           nil,
	} {
		if len(answerCheck(nil, b, checkPassword, from)) > 0 {
			t.Errorf("%s: answered", name)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(authentic(f))
	from := netip.MustParseAddrPort("[2001:db8::1]:1234")
	f.Fuzz(func(t *testing.T, b []byte) {
		if response := answerCheck(nil, b, checkPassword, from); len(response) > len(b) {
			t.Fatalf("%d bytes for %d", len(response), len(b))
		}
	})
}
