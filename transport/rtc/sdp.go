package rtc

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// maxSDP bounds an offer; a data-channel offer has about 1 KiB.
const maxSDP = 16 << 10

// stripCandidates removes the addresses from a session description. The server must not learn addresses from the offer: an
// ICE-lite agent finds the client where its checks come from, and an address that somebody wrote down is somebody else's.
func stripCandidates(sdp string) string {
	var b strings.Builder
	for line := range strings.SplitAfterSeq(sdp, "\n") {
		if !strings.HasPrefix(line, "a=candidate:") && !strings.HasPrefix(line, "a=end-of-candidates") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// withCandidate replaces the candidates of a session description by one, the public address.
func withCandidate(sdp string, public netip.AddrPort) string {
	const hostPriority = 2130706431 // RFC 8445, 5.1.2.1: type 126, local preference 65535, component 1
	line := fmt.Sprintf("a=candidate:1 1 udp %d %s %d typ host\r\na=end-of-candidates\r\n", hostPriority, public.Addr(), public.Port())
	return strings.TrimRight(stripCandidates(sdp), "\r\n") + "\r\n" + line
}

// resolvePublic reads a configured public address; the zero value when there is none.
func resolvePublic(ctx context.Context, addr string) (netip.AddrPort, error) {
	if addr == "" {
		return netip.AddrPort{}, nil
	}
	host, portText, err := net.SplitHostPort(addr)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("rtc: public address %q: %w; give host:port", addr, err)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 {
		return netip.AddrPort{}, fmt.Errorf("rtc: public address %q: the port must be a number from 1 to 65535", addr)
	}
	if host == "" {
		return netip.AddrPort{}, nil // a wildcard says nothing about where we are
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		ips, lookupErr := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		if lookupErr != nil || len(ips) == 0 {
			return netip.AddrPort{}, fmt.Errorf("rtc: public address %q: browsers need an IP, and the name does not resolve: %w",
				addr, lookupErr)
		}
		ip = ips[0]
	}
	if ip = ip.Unmap(); ip.IsUnspecified() {
		return netip.AddrPort{}, nil
	}
	return netip.AddrPortFrom(ip, uint16(port)), nil
}

// ufragOf returns the ICE user fragment of a session description; empty when it has none.
func ufragOf(sdp string) string {
	for line := range strings.SplitSeq(sdp, "\n") {
		if rest, ok := strings.CutPrefix(line, "a=ice-ufrag:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}
