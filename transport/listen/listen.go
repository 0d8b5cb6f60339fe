// Package listen holds all transports of a zone process: one UDP socket, one timer and one flush for whatever gathers datagrams on
// it, one list of endpoints, one table of counters, one end. A new transport is added here, and nowhere else on this side.
package listen

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/realmwire/realmwire/internal/descriptors"
	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/internal/httpguard"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/kcp"
	"github.com/realmwire/realmwire/transport/rtc"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/transport/ws"
)

// Config says where a process listens. UDP and Tickets are required.
type Config struct {
	UDP     string // host:port of the socket that kcp and WebRTC share
	Tickets *ticket.Opener
	// PublicAddr is where clients reach that socket, where it differs from the socket's address (NAT, Docker, Kubernetes): HOST:PORT, HOST
	// with the socket's own port, or :PORT on the host of the page and, by WebRTC, on this machine's addresses.
	PublicAddr string
	// WebSockets takes WebSockets that come straight here, at /ws; nil: they come through a gateway alone. It is closed with the rest.
	WebSockets net.Listener
	// PublicWebSockets is the URL at which clients reach WebSockets; empty: the listener's address.
	PublicWebSockets string
	// Unlimited lets one network have any number of connections to WebSockets: for load tests.
	Unlimited bool
	// HandshakeTimeout and Timeout are those of every transport; 0 means the transport package's defaults.
	HandshakeTimeout, Timeout time.Duration
	// Log receives what net/http says of those who connect straight here; nil means slog.Default().
	Log *slog.Logger
}

// Transports are all transports of a process.
type Transports struct {
	cfg     Config
	public  string // HOST:PORT or :PORT, empty where it is not given
	driver  *driver.Driver
	rtc     *rtc.Server
	relayed *ws.Handler
	direct  *http.Server // WebSockets that come straight here; nil where none do

	all    []server
	closed sync.Once
	work   sync.WaitGroup // of direct
}

// server is one transport's server, as far as all are alike.
type server struct {
	name     string     // in metrics
	counters any        // a pointer to a struct that package count reads
	sessions func() int // nil: it has none
	close    func() error
}

// New takes the UDP port. Nobody is let in before Start. An error leaves cfg.WebSockets open.
func New(cfg Config) (*Transports, error) {
	d, err := driver.Listen(cfg.UDP)
	if err != nil {
		return nil, err
	}
	t := &Transports{cfg: cfg, driver: d}
	if t.public, err = publicAddr(cfg.PublicAddr, t.Addr().Port()); err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("public address %q: %w", cfg.PublicAddr, err)
	}
	return t, nil
}

// Start lets clients in whom accept wants. It is called once, before all that follows but Addr, Endpoints, Flush and Close.
func (t *Transports) Start(accept transport.Acceptor) error {
	c := t.cfg
	t.add("udp", t.driver.Socket().Counters(), nil, func() error { return nil }) // closed last, with the driver
	k, err := kcp.NewServer(t.driver, kcp.ServerConfig{Tickets: c.Tickets, Accept: accept, Timeout: c.Timeout})
	if err != nil {
		return err
	}
	t.add(string(transport.KCP), k.Counters(), k.Sessions, k.Close)
	t.rtc, err = rtc.NewServer(t.driver, rtc.ServerConfig{
		Tickets: c.Tickets, Accept: accept, PublicAddr: t.public, HandshakeTimeout: c.HandshakeTimeout, Timeout: c.Timeout,
	})
	if err != nil {
		return err
	}
	t.add(string(transport.WebRTC), t.rtc.Counters(), t.rtc.Sessions, t.rtc.Close)
	webSockets := ws.ServerConfig{Tickets: c.Tickets, Accept: accept, HandshakeTimeout: c.HandshakeTimeout, Timeout: c.Timeout}
	if c.WebSockets != nil {
		// Whoever connects here may write any header: none is trusted.
		h := ws.NewHandler(webSockets)
		t.add(string(transport.WebSocket)+"-direct", h.Counters(), h.Sessions, h.Close)
		t.serve(h)
	}
	webSockets.TrustForwarded = true
	t.relayed = ws.NewHandler(webSockets)
	t.add(string(transport.WebSocket), t.relayed.Counters(), t.relayed.Sessions, t.relayed.Close)
	return nil
}

func (t *Transports) add(name string, counters any, sessions func() int, end func() error) {
	t.all = append(t.all, server{name, counters, sessions, end})
}

// serve takes WebSockets that come straight here.
func (t *Transports) serve(h http.Handler) {
	mux := http.NewServeMux()
	mux.Handle("/ws", h)
	t.direct = httpguard.NewServer(mux, t.log())
	t.direct.ReadHeaderTimeout = t.handshakeTimeout()
	bounded := httpguard.Listen(descriptors.Listen(t.cfg.WebSockets, t.log()), httpguard.Config{Exempt: func(netip.Addr) bool { return t.cfg.Unlimited }})
	t.add(string(transport.WebSocket)+"-direct-http", &bounded.Counters, nil, func() error { return nil })
	t.work.Go(guard.Func("WebSockets", func() { _ = httpguard.Serve(t.direct, bounded) }, nil))
}

func (t *Transports) log() *slog.Logger {
	if t.cfg.Log != nil {
		return t.cfg.Log
	}
	return slog.Default()
}

func (t *Transports) handshakeTimeout() time.Duration {
	if t.cfg.HandshakeTimeout > 0 {
		return t.cfg.HandshakeTimeout
	}
	return transport.DefaultHandshakeTimeout
}

// Addr is the UDP socket's address.
func (t *Transports) Addr() netip.AddrPort { return t.driver.Socket().Addr() }

// Flush sends what was queued since the last one with the transports that gather: call it at the end of a tick, so that the tick's
// datagrams leave in a handful of system calls.
func (t *Transports) Flush() { t.driver.Flush() }

// Relayed takes the WebSockets that gateways relay. Serve it to nobody else: it believes what they say of the client's address.
func (t *Transports) Relayed() http.Handler { return t.relayed }

// Signal answers a client's WebRTC offer, as [rtc.Server.Answer].
func (t *Transports) Signal(rawTicket []byte, offer string) (answer string, err error) {
	return t.rtc.Answer(rawTicket, offer)
}

// Close tells all clients that the server is shutting down, on all transports at a time, waits shortly for that to leave, and stops.
// Every handler has been told Closed when it returns. It also ends what was never started.
func (t *Transports) Close() error {
	t.closed.Do(func() {
		var ends sync.WaitGroup
		for _, s := range t.all {
			ends.Go(guard.Func("close "+s.name, func() { _ = s.close() }, nil))
		}
		ends.Wait()
		if t.direct != nil {
			stop, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			if t.direct.Shutdown(stop) != nil {
				_ = t.direct.Close()
			}
		} else if t.cfg.WebSockets != nil {
			_ = t.cfg.WebSockets.Close()
		}
		t.work.Wait()
		_ = t.driver.Close()
	})
	return nil
}
