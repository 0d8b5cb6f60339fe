package netsim

import (
	"container/heap"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Bounds of a proxy.
const (
	maxClients = 4096
	maxQueued  = 1 << 16 // datagrams under way
	maxPayload = 65535
)

// ProxyConfig configures a Proxy.
type ProxyConfig struct {
	Listen string  // host:port on which clients connect; empty means 127.0.0.1:0
	Target string  // host:port of the server; it may be set later, by SetTarget
	Up     Profile // client → server
	Down   Profile // server → client
	Seed   uint64
}

// Proxy forwards datagrams between clients and a server over impaired links, as a NAT does: each client has a socket of its
// own towards the server.
type Proxy struct {
	cfg    ProxyConfig
	listen *net.UDPConn

	mu      sync.Mutex // guards what follows
	target  netip.AddrPort
	clients map[netip.AddrPort]*flow
	queue   arrivals
	up      *Link
	down    *Link
	order   uint64
	closed  bool

	blocked atomic.Bool
	dropped atomic.Uint64 // for want of room
	wake    chan struct{}
	done    chan struct{}
	work    sync.WaitGroup
}

// flow is one client's way through the proxy.
type flow struct {
	client   netip.AddrPort
	upstream *net.UDPConn
}

// arrival is a copy of a datagram that is under way.
type arrival struct {
	at    int64 // Unix nanoseconds
	order uint64
	data  []byte
	flow  *flow
	up    bool
}

type arrivals []arrival

func (a arrivals) Len() int { return len(a) }
func (a arrivals) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].order < a[j].order
}
func (a arrivals) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *arrivals) Push(x any)   { *a = append(*a, x.(arrival)) }
func (a *arrivals) Pop() any {
	old := *a
	last := old[len(old)-1]
	old[len(old)-1] = arrival{}
	*a = old[:len(old)-1]
	return last
}

// NewProxy starts forwarding.
func NewProxy(cfg ProxyConfig) (*Proxy, error) {
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	var target netip.AddrPort
	if cfg.Target != "" {
		addr, err := net.ResolveUDPAddr("udp", cfg.Target)
		if err != nil {
			return nil, fmt.Errorf("netsim: target %q: %w", cfg.Target, err)
		}
		target = addr.AddrPort()
	}
	laddr, err := net.ResolveUDPAddr("udp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("netsim: listen on %q: %w", cfg.Listen, err)
	}
	listen, err := net.ListenUDP("udp", laddr)
	if err != nil {
		return nil, fmt.Errorf("netsim: listen on %q: %w", cfg.Listen, err)
	}
	p := &Proxy{
		cfg: cfg, listen: listen, target: target, clients: make(map[netip.AddrPort]*flow),
		up: NewLink(cfg.Up, cfg.Seed), down: NewLink(cfg.Down, cfg.Seed+1),
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	p.work.Go(p.readClients)
	p.work.Go(p.deliver)
	return p, nil
}

// Addr is where clients connect.
func (p *Proxy) Addr() string { return p.listen.LocalAddr().String() }

// Block makes the network swallow everything, or stops that.
func (p *Proxy) Block(on bool) { p.blocked.Store(on) }

// SetProfiles changes both directions for datagrams sent from now on.
func (p *Proxy) SetProfiles(up, down Profile) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up, p.down = NewLink(up, p.cfg.Seed), NewLink(down, p.cfg.Seed+1)
}

// SetTarget names the server, or another one for clients that come from now on. Until there is one, datagrams are dropped.
func (p *Proxy) SetTarget(addr string) error {
	target, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		return fmt.Errorf("netsim: target %q: %w", addr, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target.AddrPort()
	return nil
}

// Clients is the number of clients that the proxy has seen.
func (p *Proxy) Clients() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.clients)
}

// Counters returns what each direction has done since its profile was set.
func (p *Proxy) Counters() (up, down Counters) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.up.Counters, p.down.Counters
}

// Rebind gives every client a new address towards the server, as a NAT that forgot its mappings or a phone that changed its
// network. What the server still sends to the old addresses is lost.
func (p *Proxy) Rebind() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for addr, old := range p.clients {
		fresh, err := p.open(addr)
		if err != nil {
			return err
		}
		p.clients[addr] = fresh
		_ = old.upstream.Close()
	}
	return nil
}

// Close stops forwarding and waits until everything has stopped.
func (p *Proxy) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	close(p.done)
	err := p.listen.Close()
	for _, f := range p.clients {
		_ = f.upstream.Close()
	}
	p.mu.Unlock()
	p.work.Wait()
	return err
}

// open makes the flow of a client and starts reading what the server sends it. p.mu is held.
func (p *Proxy) open(client netip.AddrPort) (*flow, error) {
	upstream, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(p.target))
	if err != nil {
		return nil, fmt.Errorf("netsim: towards %s: %w", p.target, err)
	}
	f := &flow{client: client, upstream: upstream}
	p.work.Go(func() { p.readServer(f) })
	return f, nil
}

// readClients takes datagrams from every client.
func (p *Proxy) readClients() {
	buf := make([]byte, maxPayload)
	for {
		n, from, err := p.listen.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		p.mu.Lock()
		f := p.clients[from]
		if f == nil && !p.closed && p.target.IsValid() && len(p.clients) < maxClients {
			if f, err = p.open(from); err == nil {
				p.clients[from] = f
			}
		}
		if f != nil {
			p.send(f, true, buf[:n])
		}
		p.mu.Unlock()
	}
}

// readServer takes what the server sends to one client.
func (p *Proxy) readServer(f *flow) {
	buf := make([]byte, maxPayload)
	for {
		n, err := f.upstream.Read(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			if !p.rest() { // a refused port, while the server is away
				return
			}
			continue
		}
		p.mu.Lock()
		p.send(f, false, buf[:n])
		p.mu.Unlock()
	}
}

// write hands an arrived datagram on.
func (p *Proxy) write(a arrival) {
	if p.blocked.Load() {
		return
	}
	if a.up {
		_, _ = a.flow.upstream.Write(a.data) // an error is a loss
	} else {
		_, _ = p.listen.WriteToUDPAddrPort(a.data, a.flow.client)
	}
}

// enqueue puts a datagram's copies under way. p.mu is held.
func (p *Proxy) enqueue(a arrival) {
	if len(p.queue) >= maxQueued {
		p.dropped.Add(1)
		return
	}
	p.order++
	a.order = p.order
	heap.Push(&p.queue, a)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}
