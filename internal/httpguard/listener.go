// Package httpguard bounds what a peer can hold of an HTTP server: its network's connections, and the time in which it must take what it asked
// for.
package httpguard

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/realmwire/realmwire/internal/netprefix"
)

// DefaultBounds are the connections of a network unless configured. A browser has up to six, and a school's share one address.
var DefaultBounds = netprefix.Bounds{Narrow: 512, Middle: 1024, Wide: 2048}

// patience is how long a connection without a request may stand where its network has no room.
const patience = time.Second

// Config says what a listener bounds. The zero value works.
type Config struct {
	Bounds netprefix.Bounds      // of connections at once; zero: DefaultBounds
	Exempt func(netip.Addr) bool // addresses without bounds, such as proxies, which carry others' requests; nil: none
	// Refused is told of each connection that found no place; nil: nobody is.
	Refused func(netip.Addr)
}

// Counters are totals since the start.
type Counters struct {
	Refused atomic.Uint64 `help:"connections refused because their network had as many as it may"`
	GaveWay atomic.Uint64 `help:"connections without a request that were closed for another of their network"`
}

// Listener is a net.Listener that bounds connections for each network, and the time that each write may take. Where a network has no room, its
// connection that has stood without a request for longest gives way. Put Track into the server's ConnState.
type Listener struct {
	net.Listener
	cfg      Config
	Counters Counters

	mu    sync.Mutex
	held  netprefix.Count                     // guarded by mu
	conns map[netip.Prefix]map[*conn]struct{} // guarded by mu; by their widest network
}

// Listen bounds what l accepts.
func Listen(l net.Listener, cfg Config) *Listener {
	if cfg.Bounds == (netprefix.Bounds{}) {
		cfg.Bounds = DefaultBounds
	}
	return &Listener{Listener: l, cfg: cfg, conns: make(map[netip.Prefix]map[*conn]struct{})}
}

// Accept implements net.Listener. What finds no place is closed at once: an answer would cost more than it tells.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: raw, l: l, addr: addrOf(raw.RemoteAddr()), since: now()}
		if l.cfg.Exempt != nil && l.cfg.Exempt(c.addr) {
			return c, nil
		}
		victim, ok := l.enter(c)
		if victim != nil {
			l.Counters.GaveWay.Add(1)
			_ = victim.Close()
		}
		if ok {
			return c, nil
		}
		l.Counters.Refused.Add(1)
		if l.cfg.Refused != nil {
			l.cfg.Refused(c.addr)
		}
		_ = raw.Close()
	}
}

// enter takes a place for a connection; victim is one to close for it.
func (l *Listener) enter(c *conn) (victim *conn, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	networks := netprefix.Of(c.addr)
	c.wide = networks[len(networks)-1]
	if full, is := l.held.Full(c.addr, l.cfg.Bounds); is {
		for other := range l.conns[c.wide] {
			if netprefix.In(other.addr, full) && !other.busy && c.since.Sub(other.since) >= patience && (victim == nil || other.since.Before(victim.since)) {
				victim = other
			}
		}
		if victim == nil {
			return nil, false
		}
		l.leaveLocked(victim)
	}
	l.held.Add(c.addr)
	if l.conns[c.wide] == nil {
		l.conns[c.wide] = make(map[*conn]struct{})
	}
	l.conns[c.wide][c] = struct{}{}
	c.counted = true
	return victim, true
}

// leaveLocked gives a place back; a second call does nothing.
func (l *Listener) leaveLocked(c *conn) {
	if !c.counted {
		return
	}
	c.counted = false
	l.held.Drop(c.addr)
	delete(l.conns[c.wide], c)
	if len(l.conns[c.wide]) == 0 {
		delete(l.conns, c.wide)
	}
}

// Track is a server's ConnState: it tells the connections that have a request under way, and those that became something else, from those that
// stand idle.
func (l *Listener) Track(nc net.Conn, state http.ConnState) {
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn()
	}
	c, ok := nc.(*conn)
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch state {
	case http.StateActive, http.StateHijacked:
		c.busy = true
	case http.StateIdle:
		c.busy, c.since = false, now()
	}
}

// Held is how many connections are counted.
func (l *Listener) Held() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conns := range l.conns {
		n += len(conns)
	}
	return n
}

func addrOf(a net.Addr) netip.Addr {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap()
}
