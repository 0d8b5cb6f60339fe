package kcp

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport/ticket"
)

func TestCookieIsBound(t *testing.T) {
	m := cookieMaker{key: [32]byte{1}}
	addr := netip.MustParseAddrPort("192.0.2.1:1000")
	random, raw := bytes.Repeat([]byte{3}, randomSize), testTicket(t, ticket.SuiteAESGCM)
	want := m.cookie(addr, random, 77, raw)
	otherRaw := bytes.Clone(raw)
	otherRaw[50]++
	other := cookieMaker{key: [32]byte{2}}
	for name, got := range map[string][cookieSize]byte{
		"another port":    m.cookie(netip.MustParseAddrPort("192.0.2.1:1001"), random, 77, raw),
		"another address": m.cookie(netip.MustParseAddrPort("192.0.2.2:1000"), random, 77, raw),
		"another random":  m.cookie(addr, bytes.Repeat([]byte{4}, randomSize), 77, raw),
		"another time":    m.cookie(addr, random, 78, raw),
		"another ticket":  m.cookie(addr, random, 77, otherRaw),
		"another boot":    other.cookie(addr, random, 77, raw),
	} {
		if got == want {
			t.Errorf("the cookie is the same for %s", name)
		}
	}
	if m.cookie(addr, random, 77, raw) != want {
		t.Error("the cookie is not the same for the same")
	}
}

func TestCookiesMakeNoGarbage(t *testing.T) {
	m := cookieMaker{key: [32]byte{1}}
	addr, random, raw := netip.MustParseAddrPort("192.0.2.1:1000"), make([]byte, randomSize), testTicket(t, ticket.SuiteAESGCM)
	if n := testing.AllocsPerRun(1000, func() { m.cookie(addr, random, 77, raw) }); n != 0 {
		t.Errorf("%v allocations for a cookie", n)
	}
}

func TestCookieAges(t *testing.T) {
	var m cookieMaker
	now := time.UnixMilli(1_000_000)
	for _, c := range []struct {
		stamp uint64
		fresh bool
	}{
		{1_000_000, true}, {990_000, true}, {989_999, false}, {1_000_001, false}, {0, false}, {1 << 63, false}, {1<<64 - 1, false},
	} {
		if got := m.fresh(c.stamp, now); got != c.fresh {
			t.Errorf("stamp %d at %d: fresh is %v", c.stamp, now.UnixMilli(), got)
		}
	}
}

func TestHandshakeSizes(t *testing.T) {
	raw := testTicket(t, ticket.SuiteAESGCM)
	request := appendRequest(nil, [randomSize]byte{}, raw)
	challenge := appendChallenge(nil, make([]byte, 32), transcript{})
	response := appendResponse(nil, make([]byte, 32), transcript{}, raw)
	if len(request) != 1200 || len(challenge) != 60 || len(response) != 220 {
		t.Errorf("request %d, challenge %d, response %d bytes", len(request), len(challenge), len(response))
	}
	for _, n := range []int{0, 1, 3, 4, len(request) - 1} {
		if _, ok := readHeader(request[:n]); ok {
			t.Errorf("a request of %d bytes was taken", n)
		}
	}
	if _, ok := readHeader(append(request, 0)); ok {
		t.Error("a request that is too long was taken")
	}
	for at := range 4 { // type, version, zeros
		bent := bytes.Clone(request)
		bent[at]++
		if h, ok := readHeader(bent); ok && h.typ == typeRequest {
			t.Errorf("a request with byte %d bent was taken", at)
		}
	}
}

func TestChallengeIsProven(t *testing.T) {
	key := bytes.Repeat([]byte{9}, 32)
	tr := transcript{clientRandom: [randomSize]byte{1}, stamp: 5, cookie: [cookieSize]byte{2}}
	c := appendChallenge(nil, key, tr)
	if got, ok := readChallenge(c, key, tr.clientRandom); !ok || got != tr {
		t.Fatalf("parsed %+v, %v", got, ok)
	}
	for at := range c {
		bent := bytes.Clone(c)
		bent[at] ^= 1
		if _, ok := readChallenge(bent, key, tr.clientRandom); ok {
			t.Errorf("a challenge with byte %d bent was taken", at)
		}
	}
	if _, ok := readChallenge(c, key, [randomSize]byte{7}); ok {
		t.Error("a challenge to another request was taken")
	}
}

func TestDialingRefusesBadGrants(t *testing.T) {
	raw := testTicket(t, ticket.SuiteAESGCM)
	for name, cfg := range map[string]DialConfig{
		"no ticket":          {Secret: make([]byte, 32), Suite: ticket.SuiteAESGCM},
		"a cut ticket":       {Ticket: raw[:100], Secret: make([]byte, 32), Suite: ticket.SuiteAESGCM},
		"another suite":      {Ticket: raw, Secret: make([]byte, 32), Suite: ticket.SuiteAESCTRHMAC},
		"a secret too short": {Ticket: raw, Secret: make([]byte, 31), Suite: ticket.SuiteAESGCM},
	} {
		cfg.Addr = "example:1"
		if _, err := newDialing(cfg, [randomSize]byte{}, netip.AddrPort{}, time.Unix(1, 0)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
