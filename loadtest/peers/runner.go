package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/realmwire/realmwire/loadtest/peers/peer"
	"github.com/realmwire/realmwire/transport"
)

// runner runs one workload on the chosen peers.
type runner struct {
	settings
	peers []peer.Peer
}

// row is one peer on one lane.
type row struct {
	peer.Peer
	lane transport.Lane
}

func (r row) String() string { return r.Name + " " + r.lane.String() }

func (r row) result(workload string) result {
	return result{Workload: workload, Peer: r.Name, Lane: r.lane.String(), Encryption: r.Encryption}
}

// rows lists what is measured: each peer with its first lane, and those for which every says so with all.
func (r *runner) rows(every func(peer.Peer) bool) []row {
	var out []row
	for _, p := range r.peers {
		for i, lane := range p.Lanes {
			if i == 0 || every(p) {
				out = append(out, row{p, lane})
			}
		}
	}
	return out
}

// turn is the order of a round: the limit first, the others beginning elsewhere each time, so that none always runs beside the
// same disturbance.
func turn(rows []row, round int) []row {
	if len(rows) < 2 {
		return rows
	}
	out := []row{rows[0]}
	for i := range rows[1:] {
		out = append(out, rows[1+(i+round*3)%(len(rows)-1)])
	}
	return out
}

// options of a run: a fresh secret, a port that is free.
func options(host string) peer.Options {
	o := peer.Options{Listen: netip.AddrPortFrom(netip.MustParseAddr(host), 0)}
	rand.Read(o.Secret[:])
	return o
}

// pair is a server and its clients, connected.
type pair struct{ server, clients *child }

// connect starts both and connects the clients; before, called when the server listens, may change their address.
func connect(ctx context.Context, w workload, serverIP, clientIP string, before func(p *pair, addr string) (string, error)) (*pair, error) {
	p := &pair{}
	var err error
	if p.server, err = startChild(ctx, "server", serverIP); err != nil {
		return nil, err
	}
	if p.clients, err = startChild(ctx, "clients", clientIP); err != nil {
		p.server.stop()
		return nil, err
	}
	if err := p.dial(w, before); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *pair) dial(w workload, before func(p *pair, addr string) (string, error)) error {
	var addr string
	if err := p.server.call("listen", w, &addr); err != nil {
		return err
	}
	if before != nil {
		var err error
		if addr, err = before(p, addr); err != nil {
			return err
		}
	}
	return p.clients.call("dial", dialing{w, addr}, nil)
}

// start begins the traffic of both ends.
func (p *pair) start() error {
	return errors.Join(p.server.call("start", none{}, nil), p.clients.call("start", none{}, nil))
}

// finish ends the traffic in good order, the clients first; stop is for the rest.
func (p *pair) finish() error {
	return errors.Join(p.clients.call("end", none{}, nil), p.server.call("end", none{}, nil))
}

func (p *pair) stop() {
	p.clients.stop()
	p.server.stop()
}

// sleep waits, or less when ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// progress says on standard error what is being done.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// failures joins what went wrong; a peer that fails does not keep the others from being measured.
type failures struct{ err error }

func (f *failures) add(ctx context.Context, what fmt.Stringer, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	err = fmt.Errorf("%s: %w", what, err)
	progress("%v", err)
	f.err = errors.Join(f.err, err)
}
