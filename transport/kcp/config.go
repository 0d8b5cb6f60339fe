// Package kcp is Realmwire's own association over UDP: a stateless handshake that proves a ticket and an address, then
// sealed datagrams that carry the latest lane as they are and the reliable lane through kcp-go's protocol core.
// docs/wire.md is the normative description.
package kcp

import (
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// ServerConfig configures a Server. Tickets and Accept are required.
type ServerConfig struct {
	Tickets *ticket.Opener
	Accept  transport.Acceptor
	// MaxSessions bounds live connections; 0 means DefaultMaxSessions. Above it, proven newcomers are told Refused.
	MaxSessions int
	// Timeout ends a connection from which nothing was heard for this long; 0 means transport.DefaultTimeout.
	Timeout time.Duration
}

// DefaultMaxSessions is the bound on a server's live connections unless configured.
const DefaultMaxSessions = 10_000

// DialConfig says whom to join and with what. Addr, Ticket, Secret and Suite come from one grant.
type DialConfig struct {
	Addr   string // host:port of the zone process
	Ticket []byte // as sealed by the realm
	Secret []byte // 32 bytes
	Suite  ticket.Suite
	// HandshakeTimeout bounds connecting; 0 means transport.DefaultHandshakeTimeout. The context may end it sooner.
	HandshakeTimeout time.Duration
	// Timeout ends a connection from which nothing was heard for this long; 0 means transport.DefaultTimeout.
	Timeout time.Duration
}
