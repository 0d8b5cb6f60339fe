package rtc

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
)

const fingerprintText = "sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

// goodOffer is what a browser writes, shortened.
var goodOffer = strings.Join([]string{
	"v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE data", "a=extmap-allow-mixed",
	"m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=ice-ufrag:abcd", "a=ice-pwd:0123456789012345678901",
	"a=fingerprint:" + fingerprintText, "a=setup:actpass", "a=mid:data", "a=sctp-port:5001", "a=max-message-size:262144", "",
}, "\r\n")

func TestParseOffer(t *testing.T) {
	for name, sdp := range map[string]string{
		"as browsers write it": goodOffer, "without carriage returns": strings.ReplaceAll(goodOffer, "\r", ""),
		"with another fingerprint": strings.Replace(goodOffer, "a=fingerprint:", "a=fingerprint:md2 00\r\na=fingerprint:", 1),
		"any message size":         strings.Replace(goodOffer, "size:262144", "size:0", 1),
		"with addresses":           goodOffer + "a=candidate:1 1 udp 1 203.0.113.1 1 typ host\r\n",
	} {
		o, err := parseOffer(sdp)
		if err != nil || o.mid != "data" || o.sctpPort != 5001 || o.fingerprint.String() != fingerprintText {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
}

func TestOffersThatCannotBeAnswered(t *testing.T) {
	replace := func(old, with string) string { return strings.Replace(goodOffer, old, with, 1) }
	for want, sdp := range map[string]string{
		"create the data channels": replace("m=application", "x=application"),
		"more than one medium":     goodOffer + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
		"not data channels":        replace("m=application 9 UDP/DTLS/SCTP", "m=application 9 TCP/DTLS/SCTP"),
		"not data channels over":   replace("m=application 9", "m=video 9"),
		"port 0":                   replace("m=application 9", "m=application 0"),
		"no fingerprint":           replace("a=fingerprint:sha-256", "a=fingerprint:md5"),
		"must be able to begin":    replace("setup:actpass", "setup:passive"),
		"sctp-port":                replace("a=sctp-port:5001", "a=sctp-port:0"),
		"no sctp-port":             replace("a=sctp-port", "a=sctp-pond"),
		"mid has 65 bytes":         replace("mid:data", "mid:"+strings.Repeat("x", 65)),
		"mid has 0 bytes":          replace("mid:data", "mid:"),
		"max-message-size":         replace("size:262144", "size:1000"),
		"max-message-size is":      replace("size:262144", "size:-1"),
	} {
		if _, err := parseOffer(sdp); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// TestAnswerIsUnderstood has pion read what we write.
func TestAnswerIsUnderstood(t *testing.T) {
	o, err := parseOffer(goodOffer)
	if err != nil {
		t.Fatal(err)
	}
	f, err := dtls.ParseFingerprint(fingerprintText)
	if err != nil {
		t.Fatal(err)
	}
	at := []netip.AddrPort{netip.MustParseAddrPort("203.0.113.5:7"), netip.MustParseAddrPort("[2001:db8::1]:7")}
	cred := newCredentials()
	text := o.answer(cred, f, at)
	answer := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: text}
	parsed, err := answer.Unmarshal()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if len(parsed.MediaDescriptions) != 1 {
		t.Fatalf("%d media", len(parsed.MediaDescriptions))
	}
	for name, want := range map[string]string{
		"mid": "data", "setup": "passive", "ice-ufrag": cred.ufrag, "ice-pwd": cred.password, "sctp-port": "5000",
		"fingerprint": fingerprintText, "max-message-size": "65530", "candidate": "1 1 udp 2130706431 203.0.113.5 7 typ host",
	} {
		if got, _ := parsed.MediaDescriptions[0].Attribute(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if _, lite := parsed.Attribute("ice-lite"); !lite || !strings.Contains(text, " 2001:db8::1 7 typ host\r\n") {
		t.Errorf("lite: %v, in\n%s", lite, text)
	}
	if other := newCredentials(); other == cred || len(cred.ufrag) < 4 || len(cred.password) < 22 { // RFC 8839, 5.4
		t.Errorf("credentials %+v, then %+v", cred, other)
	}
}

func TestLocalCandidates(t *testing.T) {
	own := netip.MustParseAddrPort("192.0.2.7:9")
	if got := localCandidates(own); len(got) != 1 || got[0] != own {
		t.Errorf("a socket on %v is reached at %v", own, got)
	}
	for _, wildcard := range []string{"[::]:9", "0.0.0.0:9"} {
		got := localCandidates(netip.MustParseAddrPort(wildcard))
		loopback := false
		for _, a := range got {
			loopback = loopback || a.Addr().IsLoopback()
			if a.Port() != 9 || a.Addr().Is4In6() || a.Addr().IsUnspecified() || wildcard[0] == '0' && !a.Addr().Is4() {
				t.Errorf("%s is reached at %v", wildcard, a)
			}
		}
		if !loopback || len(got) > maxCandidates {
			t.Errorf("%s is reached at %v", wildcard, got)
		}
	}
}

// A configured address is all that an answer names; a port alone is joined to where the socket is.
func TestCandidates(t *testing.T) {
	own := netip.MustParseAddrPort("192.0.2.7:9")
	for public, want := range map[string]string{
		"":                     "192.0.2.7:9",
		":7777":                "192.0.2.7:7777",
		"0.0.0.0:7777":         "192.0.2.7:7777",
		"[::]:7777":            "192.0.2.7:7777",
		"203.0.113.5:7777":     "203.0.113.5:7777",
		"[2001:db8::1]:7777":   "[2001:db8::1]:7777",
		"[::ffff:192.0.2.9]:1": "192.0.2.9:1",
	} {
		got, err := candidates(t.Context(), public, own)
		if err != nil || len(got) != 1 || got[0].String() != want {
			t.Errorf("%q: %v, %v; want %s", public, got, err, want)
		}
	}
	got, err := candidates(t.Context(), "localhost:7777", own) // a name may have several
	if err != nil || len(got) == 0 {
		t.Errorf("localhost: %v, %v", got, err)
	}
	for i, at := range got {
		if at.Port() != 7777 || !at.Addr().IsLoopback() || slices.Contains(got[:i], at) {
			t.Errorf("localhost: %v", got)
		}
	}
}

func FuzzOffer(f *testing.F) {
	f.Add(goodOffer)
	f.Fuzz(func(t *testing.T, sdp string) {
		o, err := parseOffer(sdp)
		if err != nil {
			return
		}
		text := o.answer(credentials{}, o.fingerprint, nil)
		if strings.Count(text, "m=application") != 1 || strings.Count(text, "\na=mid:") != 1 || strings.Contains(o.mid, "\n") {
			t.Fatalf("the offer wrote into the answer:\n%s", text)
		}
	})
}
