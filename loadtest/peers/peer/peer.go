// Package peer puts one face on every library that is measured, ours among them, so that the same workload runs on each.
// Every peer is set up as its own documentation says, for a game: no delay where a library lets one choose.
package peer

import (
	"context"
	"errors"
	"net/netip"

	"github.com/realmwire/realmwire/transport"
)

// Conn is one session, seen from either end.
type Conn interface {
	// Send copies msg. A peer that has only one of the lanes puts both on it.
	Send(lane transport.Lane, msg []byte) error
	Close()
}

// Receive takes one message, which is valid only during the call.
type Receive func(msg []byte)

// Accept is called once for each session of a server.
type Accept func(c Conn) Receive

// Server is the server's end of every session.
type Server interface {
	// Addr is what Dial takes.
	Addr() string
	// Flush ends a tick: a peer that gathers datagrams sends them.
	Flush()
	Close()
}

// Options are the same on both ends.
type Options struct {
	// Listen is the server's host and port; port 0 is any.
	Listen netip.AddrPort
	// Public is where clients reach a UDP server, where a proxy stands before it.
	Public netip.AddrPort
	// Secret is known to both ends, as the realm's grants or a certificate would have made it.
	Secret [32]byte
	// Hurry prefers delay to cost, where a library lets one choose.
	Hurry bool
}

// Peer is one library, in one way of using it.
type Peer struct {
	Name       string
	Encryption string
	Lanes      []transport.Lane // that it has; the first is the one for state
	TCP        bool             // runs over TCP
	Unproxied  bool             // cannot be told of a public address, so no UDP proxy can stand before it
	Heavy      bool             // so costly for each session that fewer are made where memory is measured
	Listen     func(o Options, accept Accept) (Server, error)
	Dial       func(ctx context.Context, o Options, addr string, r Receive) (Conn, error)
}

// Has reports whether the peer has a lane.
func (p *Peer) Has(lane transport.Lane) bool {
	for _, l := range p.Lanes {
		if l == lane {
			return true
		}
	}
	return false
}

// Bare is the name of the limit.
const Bare = "bare-udp"

var (
	both     = []transport.Lane{transport.Latest, transport.Reliable}
	latest   = []transport.Lane{transport.Latest}
	reliable = []transport.Lane{transport.Reliable}
)

// All lists the peers, the limit first, then ours.
func All() []Peer {
	return []Peer{
		{Name: Bare, Encryption: "aes-128-gcm", Lanes: latest, Listen: listenBare, Dial: dialBare},
		{Name: "realmwire-kcp", Encryption: "aes-128-gcm", Lanes: both, Listen: listenKCP, Dial: dialKCP},
		{Name: "realmwire-kcp-ordered", Encryption: "aes-128-gcm", Lanes: reliable, Listen: listenOrdered, Dial: dialOrdered},
		{Name: "realmwire-webrtc", Encryption: "dtls", Lanes: both, Heavy: true, Listen: listenRTC, Dial: dialRTC},
		{Name: "realmwire-websocket", Encryption: "none", Lanes: both, TCP: true, Listen: listenWS, Dial: dialWS},
		{Name: "kcp-go", Encryption: "aes-128-gcm", Lanes: reliable, Listen: kcpGo{}.listen, Dial: kcpGo{}.dial},
		{Name: "kcp-go-fec", Encryption: "aes-128-gcm", Lanes: reliable, Listen: kcpGoFEC.listen, Dial: kcpGoFEC.dial},
		{Name: "pion", Encryption: "dtls", Lanes: both, Heavy: true, Unproxied: true, Listen: listenPion, Dial: dialPion},
		{Name: "coder-websocket", Encryption: "none", Lanes: reliable, TCP: true, Listen: listenCoder, Dial: dialCoder},
		{Name: "quic-go", Encryption: "tls 1.3", Lanes: both, Listen: listenQUIC, Dial: dialQUIC},
		{Name: "tcp", Encryption: "none", Lanes: reliable, TCP: true, Listen: listenTCP, Dial: dialTCP},
	}
}

// errNoAnswer says that a library's handshake, or the hello of one that has none, was not answered.
var errNoAnswer = errors.New("no answer from the server")
