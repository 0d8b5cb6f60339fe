package rtc

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

// maxCandidates bounds the addresses that an answer names.
const maxCandidates = 8

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

// localCandidates are the addresses at which a socket that listens on addr is reached: its own, or where it listens on all,
// those of the machine.
func localCandidates(addr netip.AddrPort) []netip.AddrPort {
	if !addr.Addr().IsUnspecified() {
		return []netip.AddrPort{addr}
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var at []netip.AddrPort
	for _, a := range all {
		network, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(network.IP)
		ip = ip.Unmap()
		if !ok || ip.IsLinkLocalUnicast() || addr.Addr().Is4() && !ip.Is4() { // the others cannot reach it without a scope
			continue
		}
		if at = append(at, netip.AddrPortFrom(ip, addr.Port())); len(at) == maxCandidates {
			break
		}
	}
	return at
}
