package netsim

import "errors"

// Front is a bad network before a whole server: datagrams and TCP connections, the same both ways.
type Front struct {
	datagrams *Proxy
	streams   *Stream
}

// NewFront begins to listen; what comes is dropped until Lead says where to.
func NewFront(both Profile, seed uint64) (*Front, error) {
	cfg := ProxyConfig{Up: both, Down: both, Seed: seed}
	datagrams, err := NewProxy(cfg)
	if err != nil {
		return nil, err
	}
	streams, err := NewStream(cfg)
	if err != nil {
		return nil, errors.Join(err, datagrams.Close())
	}
	return &Front{datagrams, streams}, nil
}

// UDP is where clients reach the zone process: the server's --public-addr.
func (f *Front) UDP() string { return f.datagrams.Addr() }

// HTTP is where clients reach the gateway, WebSockets included.
func (f *Front) HTTP() string { return f.streams.Addr() }

// Lead names the server, or another one for clients that come from now on.
func (f *Front) Lead(udp, http string) error {
	f.streams.SetTarget(http)
	return f.datagrams.SetTarget(udp)
}

// Counters returns what became of the datagrams.
func (f *Front) Counters() (up, down Counters) { return f.datagrams.Counters() }

// Close stops forwarding.
func (f *Front) Close() error { return errors.Join(f.datagrams.Close(), f.streams.Close()) }
