package rtc

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/rtc/internal/dtls"
)

// sctpPort is ours. Ports mean nothing where each association has its own DTLS; this is what everybody writes.
const sctpPort = 5000

// credentials are what a client's connectivity checks must name and be signed with (RFC 8445, 5.3).
type credentials struct {
	ufrag, password string
}

// newCredentials draws them: 80 bits to be found by, 160 to be trusted by.
func newCredentials() credentials {
	var b [30]byte
	rand.Read(b[:])
	return credentials{ufrag: iceText(b[:10]), password: iceText(b[10:])}
}

// iceText writes bytes as ice-chars.
func iceText(b []byte) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}

// answer writes our session description: an ICE-lite agent at the given addresses, DTLS server, data channels.
func (o offer) answer(cred credentials, id dtls.Fingerprint, at []netip.AddrPort) string {
	var session [8]byte
	rand.Read(session[:])
	var b strings.Builder
	fmt.Fprintf(&b, "v=0\r\no=- %d 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", binary.LittleEndian.Uint64(session[:])>>1)
	fmt.Fprintf(&b, "a=ice-lite\r\na=group:BUNDLE %s\r\n", o.mid)
	fmt.Fprintf(&b, "m=application 9 %s webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n", sctpProtocol)
	fmt.Fprintf(&b, "a=mid:%s\r\na=sendrecv\r\n", o.mid)
	fmt.Fprintf(&b, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", cred.ufrag, cred.password)
	fmt.Fprintf(&b, "a=fingerprint:%s\r\na=setup:passive\r\n", id)
	fmt.Fprintf(&b, "a=sctp-port:%d\r\na=max-message-size:%d\r\n", sctpPort, transport.MaxReliableMessage)
	for i, addr := range at {
		// RFC 8445, 5.1.2.1: type preference 126, a local preference, component 1.
		priority := 126<<24 | (65535-i)<<8 | 255
		fmt.Fprintf(&b, "a=candidate:%d 1 udp %d %s %d typ host\r\n", i+1, priority, addr.Addr(), addr.Port())
	}
	b.WriteString("a=end-of-candidates\r\n")
	return b.String()
}
