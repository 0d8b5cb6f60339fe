// Package transport carries bytes between one client and one zone process. It knows no game: a connection is two lanes
// of opaque messages, and the three implementations (kcp, rtc, ws) keep one contract, which transport/internal/conntest
// holds.
package transport

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/transport/ticket"
)

// Lane says how a message travels.
type Lane uint8

const (
	// Reliable messages arrive once and in the order in which they were sent.
	Reliable Lane = iota
	// Latest messages may be lost, may overtake one another, and never arrive twice; only the newest matters.
	Latest
)

// String returns the lane's name as used in logs and data channel labels.
func (l Lane) String() string {
	switch l {
	case Reliable:
		return "reliable"
	case Latest:
		return "latest"
	default:
		return fmt.Sprintf("Lane(%d)", uint8(l))
	}
}

// Kind names a transport, as people and metrics see it.
type Kind string

// The transports.
const (
	KCP       Kind = "kcp"
	WebRTC    Kind = "webrtc"
	WebSocket Kind = "websocket"
)

// Limits that every transport keeps. A peer that exceeds one is closed with ProtocolError.
const (
	// MaxReliableMessage is the largest message of the reliable lane, in bytes: 64 KiB less the 6 that Godot, in a browser, needs of the memory that it
	// has for a message.
	MaxReliableMessage = 65_530
	// MaxLatestMessage is the largest message of the latest lane, in bytes: what fits one datagram of every transport.
	MaxLatestMessage = 1150
	// MaxReliableBacklog bounds the reliable bytes of one connection that wait or are not yet acknowledged.
	MaxReliableBacklog = 256 << 10
	// MaxCloseText is the longest text of a close, in bytes (a WebSocket close frame carries 123).
	MaxCloseText = 120
	// MaxDatagram is the largest UDP payload that is sent, in bytes; it passes every path worth playing on.
	MaxDatagram = 1200
)

// Default durations, used wherever a Config leaves its own at zero.
const (
	// DefaultTimeout ends a connection from which nothing was heard for this long.
	DefaultTimeout = 10 * time.Second
	// DefaultHandshakeTimeout bounds connecting, on both ends.
	DefaultHandshakeTimeout = 5 * time.Second
)

// Conn is one connection, seen from either end. It is safe for concurrent use.
type Conn interface {
	Kind() Kind
	// RemoteAddr is the peer's present address; it changes when a kcp peer changes its network.
	RemoteAddr() netip.AddrPort
	// Send copies msg and returns at once. On Reliable it returns ErrBackpressure when the queue is full; on Latest msg
	// replaces an older one that has not left. Empty messages and those over the lane's limit are refused (ErrMessageSize),
	// and so is everything after the connection has ended (ErrClosed).
	Send(lane Lane, msg []byte) error
	// MaxLatest is the largest message that the latest lane takes, in bytes.
	MaxLatest() int
	// Backlog is the number of reliable bytes queued or not yet acknowledged, as far as the transport knows.
	Backlog() int
	// Stats returns a copy of the connection's counters.
	Stats() Stats
	// Close ends the connection: reliable messages already accepted are given a short time to leave, then the peer is
	// told code and text (cut to MaxCloseText bytes). It does not wait, and only the first call counts.
	Close(code CloseCode, text string)
}

// Handler receives what happens to one connection. Calls for one connection never overlap and none follows Closed. They
// come from the transport's goroutines: a handler must not block, and may call the Conn's methods.
type Handler interface {
	// Message delivers one message. msg is valid only during the call.
	Message(c Conn, lane Lane, msg []byte)
	// Closed is called exactly once, whichever side ended the connection, with the code and text that it gave.
	Closed(c Conn, code CloseCode, text string)
}

// Acceptor is asked once for each connection, when the client has proven its ticket and, over UDP, its address. An error
// refuses the connection: the peer is told Refused and the error's text, or the code of a *CloseError in its chain.
type Acceptor func(c Conn, claims ticket.Claims) (Handler, error)

// Stats are one connection's counters. Bytes and datagrams are counted on the wire where the transport sees it (kcp: UDP
// payloads), else they are message payloads (webrtc, websocket: messages count as datagrams).
type Stats struct {
	RTT          time.Duration // smoothed round-trip time; 0 until measured
	Loss         float64       // share of our datagrams that the peer did not get, 0–1, a moving estimate; 0 where unknown
	BytesIn      uint64
	BytesOut     uint64
	DatagramsIn  uint64
	DatagramsOut uint64
	Queue        int    // same as Backlog
	Replaced     uint64 // latest messages that a newer one replaced before they left
}

// Errors of Send. Callers branch on them.
var (
	ErrClosed       = errors.New("transport: connection is closed")
	ErrBackpressure = errors.New("transport: reliable queue is full; the peer does not keep up")
	ErrMessageSize  = errors.New("transport: message is empty or too large for its lane")
)

// ErrUnspent is in the chain of Dial's error when the attempt cannot have used the ticket up, so that it is good for
// another attempt.
var ErrUnspent = errors.New("the ticket was not used")

// CheckSize returns an error that wraps ErrMessageSize unless a message of n bytes may travel on lane.
func CheckSize(lane Lane, n int) error {
	limit := MaxReliableMessage
	switch lane {
	case Reliable:
	case Latest:
		limit = MaxLatestMessage
	default:
		return fmt.Errorf("%w: unknown lane %d", ErrMessageSize, lane)
	}
	if n < 1 || n > limit {
		return fmt.Errorf("%w: %d bytes on the %s lane, which takes 1 to %d", ErrMessageSize, n, lane, limit)
	}
	return nil
}
