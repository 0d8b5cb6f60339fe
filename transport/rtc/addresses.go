package rtc

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
)

// maxCandidates bounds the addresses that an answer names.
const maxCandidates = 8

// candidates are the addresses at which clients reach the socket: the configured ones, or where none are, the socket's own.
func candidates(ctx context.Context, public string, socket netip.AddrPort) ([]netip.AddrPort, error) {
	if public == "" {
		return localCandidates(socket), nil
	}
	host, portText, err := net.SplitHostPort(public)
	if err != nil {
		return nil, fmt.Errorf("rtc: public address %q: %w; give host:port", public, err)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 {
		return nil, fmt.Errorf("rtc: public address %q: the port must be a number from 1 to 65535", public)
	}
	ips, err := resolve(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("rtc: public address %q: browsers need an IP, and the name does not resolve: %w", public, err)
	}
	if len(ips) == 0 { // a wildcard says nothing about where we are, but the port is known
		return localCandidates(netip.AddrPortFrom(socket.Addr(), uint16(port))), nil
	}
	var at []netip.AddrPort
	for _, ip := range ips[:min(len(ips), maxCandidates)] {
		at = append(at, netip.AddrPortFrom(ip, uint16(port)))
	}
	return at, nil
}

// resolve is a host's addresses, each once; none for a wildcard. A name may have one of each family, and a client reaches only one of them.
func resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if host == "" {
		return nil, nil
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host) // an address is its own
	if err != nil {
		return nil, err
	}
	var out []netip.Addr
	for _, ip := range ips {
		if ip = ip.Unmap(); !ip.IsUnspecified() && !slices.Contains(out, ip) {
			out = append(out, ip)
		}
	}
	return out, nil
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
