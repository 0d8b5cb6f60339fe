// Package dear is one hostile peer with a genuine ticket: it sends a zone process the packets that cost it most
// (docs/security.md#dear-packets), at a rate, beside the honest bots of a load test. Only to this machine.
package dear

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/realmwire/realmwire/client"
)

// MaxRate bounds the packets a second.
const MaxRate = 50_000

// Config is one hostile peer.
type Config struct {
	API    *client.API
	Schema uint64
	// Character makes one: its class and looks.
	Class      string
	Appearance json.RawMessage
	Kind       string // one of Kinds
	Rate       int    // packets a second, up to MaxRate
}

// Counters are what it did.
type Counters struct {
	Sent, SentBytes uint64
	Sessions        uint64 // one after the other: each lives some seconds
}

// way is a connection whose packets the peer makes itself. One goroutine uses it.
type way interface {
	// send makes the next packet and sends it.
	send() (bytes int, err error)
	close()
}

// kinds are the kinds of packets, by name: what the benchmarks DearPackets measure on the cores, on a whole server.
var kinds = map[string]func(ctx context.Context, p *Peer, g *client.Grant) (way, error){
	"ice-checks":         rtcWay((*rtcPeer).checks),
	"dtls-records":       rtcWay((*rtcPeer).records),
	"sctp-crumbs":        rtcWay((*rtcPeer).crumbs),
	"sctp-lone":          rtcWay((*rtcPeer).lone),
	"sctp-out-of-order":  rtcWay((*rtcPeer).outOfOrder),
	"sctp-duplicates":    rtcWay((*rtcPeer).duplicates),
	"sctp-sacks":         rtcWay((*rtcPeer).sacks),
	"sctp-forwards":      rtcWay((*rtcPeer).forwards),
	"sctp-heartbeats":    rtcWay((*rtcPeer).heartbeats),
	"sctp-resets":        rtcWay((*rtcPeer).resets),
	"kcp-frames":         kcpWay((*kcpPeer).pings),
	"kcp-latest":         kcpWay((*kcpPeer).latest),
	"kcp-pushes":         kcpWay((*kcpPeer).pushes),
	"kcp-acks":           kcpWay((*kcpPeer).acks),
	"websocket-pings":    wsWay((*wsPeer).pings),
	"websocket-crumbs":   wsWay((*wsPeer).crumbs),
	"websocket-messages": wsWay((*wsPeer).messages),
}

// Kinds are the names of the kinds.
func Kinds() []string {
	var names []string
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Peer is one at work.
type Peer struct {
	cfg       Config
	api       *client.API
	character string
	ctx       context.Context
	cancel    context.CancelFunc
	work      sync.WaitGroup
	err       atomic.Pointer[error] // the last

	sent, sentBytes, sessions atomic.Uint64
}

// Start signs a guest in and begins to send. Stop ends it.
func Start(ctx context.Context, cfg Config) (*Peer, error) {
	u, err := url.Parse(cfg.API.Base())
	switch {
	case err != nil || !client.IsLoopback(u.Hostname()):
		return nil, fmt.Errorf("dear packets: %s is not on this machine; they go nowhere else", cfg.API.Base())
	case kinds[cfg.Kind] == nil:
		return nil, fmt.Errorf("dear packets: no kind %q; there are %s", cfg.Kind, strings.Join(Kinds(), ", "))
	case cfg.Rate < 1 || cfg.Rate > MaxRate:
		return nil, fmt.Errorf("dear packets: %d a second; 1 to %d are possible", cfg.Rate, MaxRate)
	}
	p := &Peer{cfg: cfg}
	in, err := cfg.API.Guest(ctx)
	if err != nil {
		return nil, fmt.Errorf("dear packets: %w", err)
	}
	p.api = cfg.API.As(in.Token)
	c, err := p.api.CreateCharacter(ctx, "H"+strings.ToLower(client.NewClient()[:8]), cfg.Class, cfg.Appearance)
	if err != nil {
		return nil, fmt.Errorf("dear packets: %w", err)
	}
	p.character = c.ID
	p.ctx, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	p.work.Go(p.run)
	return p, nil
}

// Stop ends it, and returns what it did. The error is why it did nothing.
func (p *Peer) Stop() (Counters, error) {
	p.cancel()
	p.work.Wait()
	c := Counters{p.sent.Load(), p.sentBytes.Load(), p.sessions.Load()}
	if err := p.err.Load(); err != nil && c.Sent == 0 {
		return c, fmt.Errorf("dear packets: %w", *err)
	}
	return c, nil
}

// join gets a grant, and a connection with it.
func (p *Peer) join() (way, error) {
	g, err := p.api.Play(p.ctx, client.PlayRequest{Character: p.character, Schema: p.cfg.Schema})
	if err != nil {
		return nil, err
	}
	return kinds[p.cfg.Kind](p.ctx, p, &g)
}

// loopback refuses an address beyond this machine.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || !client.IsLoopback(host) {
		return fmt.Errorf("the server sends its clients to %s, which is not on this machine", addr)
	}
	return nil
}

var errNoWay = errors.New("the zone is not reached by this transport")
