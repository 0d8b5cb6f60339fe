package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/realmwire/realmwire/loadtest/peers/rig"
	"github.com/realmwire/realmwire/transport/netsim"
)

// network is what lies between the clients and the server of one run.
type network interface {
	set(both netsim.Profile, seed uint64)
	counts() (up, down rig.Counts) // zeros where nobody counts
	lag() time.Duration            // of the network itself, at worst since the last call
	close()
}

// latencyOnly is the network while sessions are made.
var latencyOnly = netsim.Profile{Latency: delayOneWay}

type rigNetwork struct{ *rig.Emulator }

func (n rigNetwork) set(both netsim.Profile, seed uint64) { n.Set(both, both, seed) }
func (n rigNetwork) counts() (up, down rig.Counts)        { return n.Counts() }
func (n rigNetwork) close()                               { n.Close() }

// rigWorks says why there can be no rig here: what it takes is tried, as root may lack the right to it in a container.
func rigWorks(ctx context.Context) error {
	if err := rig.Available(); err != nil {
		return err
	}
	c, err := startChild(ctx, "server", rig.ServerIP)
	if err != nil {
		return err
	}
	defer c.stop()
	device, err := c.device()
	if err != nil {
		return err
	}
	return device.Close()
}

// lag is for how long any of the processes was kept from running, at worst since the last call.
func lag(p *pair, n network) (time.Duration, error) {
	var server, clients time.Duration
	err := errors.Join(p.server.call("lag", none{}, &server), p.clients.call("lag", none{}, &clients))
	return max(server, clients, n.lag()), err
}

// joinRig connects server and clients, each in a network namespace of its own, through the emulator.
func joinRig(ctx context.Context, w workload) (*pair, network, error) {
	w.Options.Listen = netip.AddrPortFrom(netip.MustParseAddr(rig.ServerIP), 0)
	var n network
	p, err := connect(ctx, w, rig.ServerIP, rig.ClientIP, func(p *pair, addr string) (string, error) {
		server, err := p.server.device()
		if err != nil {
			return "", err
		}
		clients, err := p.clients.device()
		if err != nil {
			_ = server.Close()
			return "", err
		}
		n = rigNetwork{rig.NewEmulator(server, clients)}
		n.set(latencyOnly, 0)
		return addr, nil
	})
	if err != nil && n != nil {
		n.close()
	}
	return p, n, err
}

func (n rigNetwork) lag() time.Duration { return n.Lag() }

type proxyNetwork struct{ *netsim.Proxy }

func (n proxyNetwork) set(both netsim.Profile, _ uint64) { n.SetProfiles(both, both) }
func (n proxyNetwork) counts() (up, down rig.Counts)     { return rig.Counts{}, rig.Counts{} }
func (n proxyNetwork) close()                            { _ = n.Close() }

func (n proxyNetwork) lag() time.Duration { return 0 }

// joinProxy connects them on loopback, with a UDP proxy between.
func joinProxy(ctx context.Context, w workload) (p *pair, n network, err error) {
	for range portTries {
		if p, n, err = tryProxy(ctx, w); err == nil || !strings.Contains(err.Error(), portTaken) {
			break
		}
	}
	return p, n, err
}

// A port that was free may be somebody's by the time that the server listens; the server's process says so in words.
const (
	portTries = 4
	portTaken = "address already in use"
)

func tryProxy(ctx context.Context, w workload) (*pair, network, error) {
	port, err := freePort()
	if err != nil {
		return nil, nil, err
	}
	w.Options.Listen = port
	proxy, err := netsim.NewProxy(netsim.ProxyConfig{Target: port.String(), Up: latencyOnly, Down: latencyOnly, Seed: 1})
	if err != nil {
		return nil, nil, err
	}
	if w.Options.Public, err = netip.ParseAddrPort(proxy.Addr()); err != nil {
		_ = proxy.Close()
		return nil, nil, err
	}
	p, err := connect(ctx, w, "", "", func(_ *pair, addr string) (string, error) {
		if strings.HasPrefix(addr, "http") { // signalling: the answer names the proxy
			return addr, nil
		}
		return proxy.Addr(), nil
	})
	if err != nil {
		_ = proxy.Close()
		return nil, nil, err
	}
	return p, proxyNetwork{proxy}, nil
}

// freePort finds a UDP port that is free now: server and proxy must know each other's before either listens.
func freePort() (netip.AddrPort, error) {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("find a free port: %w", err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort(), nil
}
