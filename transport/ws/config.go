// Package ws carries the two lanes over one WebSocket, for clients whom UDP does not reach: the first binary frame is the
// ticket, every later one a lane byte and a message.
package ws

import (
	"net/http"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// ServerConfig configures a Handler. Tickets and Accept are required.
type ServerConfig struct {
	Tickets *ticket.Opener
	Accept  transport.Acceptor
	// TrustForwarded takes the peer's address from X-Forwarded-For: set it only where the gateway alone can connect.
	TrustForwarded bool
	// MaxSessions bounds connections, those that are being made included; 0 means DefaultMaxSessions.
	MaxSessions int
	// HandshakeTimeout bounds the time until the ticket has come; 0 means transport.DefaultHandshakeTimeout.
	HandshakeTimeout time.Duration
	// Timeout ends a connection from which nothing was heard for this long; 0 means transport.DefaultTimeout.
	Timeout time.Duration
}

// DefaultMaxSessions is the bound on a handler's connections unless configured.
const DefaultMaxSessions = 5_000

// DialConfig says whom to join. URL and Ticket are required.
type DialConfig struct {
	URL    string // ws:// or wss://
	Ticket []byte
	// HTTPClient makes the connection; nil means http.DefaultClient.
	HTTPClient *http.Client
	// HandshakeTimeout bounds connecting; 0 means transport.DefaultHandshakeTimeout. The context may end it sooner.
	HandshakeTimeout time.Duration
	// Timeout ends a connection from which nothing was heard for this long; 0 means transport.DefaultTimeout.
	Timeout time.Duration
}
