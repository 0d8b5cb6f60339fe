// Package rtc carries the two lanes over WebRTC data channels: "reliable" (ordered) and "latest" (unordered, never
// retransmitted). The server is ICE-lite on the process's one UDP socket and needs one HTTP round trip for signalling; clients
// (bots, tests) stand on pion.
package rtc

import (
	"context"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// ServerConfig configures a Server. Tickets and Accept are required.
type ServerConfig struct {
	Tickets *ticket.Opener
	Accept  transport.Acceptor
	// PublicAddr is the host:port at which clients reach the socket, where it differs from the socket's own address (NAT,
	// Docker, Kubernetes); the host may be an IP or a name, which is resolved once. Without a host: the socket's own addresses with that port.
	// Empty: the socket's own addresses.
	PublicAddr string
	// MaxPeers bounds peer connections, connecting ones included; 0 means DefaultMaxPeers.
	MaxPeers int
	// HandshakeTimeout bounds the time from the answer to both data channels open; 0 means transport.DefaultHandshakeTimeout.
	HandshakeTimeout time.Duration
	// Timeout ends a connection from which nothing was heard for this long; 0 means transport.DefaultTimeout.
	Timeout time.Duration
}

// DefaultMaxPeers is the bound on a server's peer connections unless configured.
const DefaultMaxPeers = 2_000

// DialConfig says how to reach the server. Signal is required.
type DialConfig struct {
	// Signal sends the offer, together with the ticket, to the server and returns its answer.
	Signal func(ctx context.Context, offer string) (answer string, err error)
	// HandshakeTimeout bounds connecting; 0 means transport.DefaultHandshakeTimeout. The context may end it sooner.
	HandshakeTimeout time.Duration
	// Timeout ends a connection from which nothing was heard for this long; 0 means transport.DefaultTimeout.
	Timeout time.Duration
}
