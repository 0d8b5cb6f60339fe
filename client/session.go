package client

import (
	"errors"
	"sync"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
)

// The defaults of a Config.
const (
	DefaultMargin    = 1.0 // ticks
	DefaultMaxOutage = time.Minute
	joinTimeout      = 15 * time.Second
	partingTimeout   = time.Second
)

// ErrNotPlaying refuses what needs a connection while there is none.
var ErrNotPlaying = errors.New("the session is not connected to a zone at the moment")

// Config says who plays what, and how. API (signed in), Character, Schema and NewPlayer are required.
type Config struct {
	API       *API
	Character string // its ID
	Schema    *snapshot.Schema
	// NewPlayer is called under the session's lock for each zone that is entered, and when a zone changes its tick rate.
	NewPlayer func(Zone) Player

	Transport transport.Kind // empty: kcp
	Verify    bool           // ask for checksums and compare them
	Best      bool           // ask for the best tier
	Name      string         // of the client, for the server's logs
	Margin    float64        // ticks that inputs come early; 0: DefaultMargin
	Maps      *Maps          // shared between sessions; nil: one of its own
	// LoopbackOnly refuses to send anything beyond this machine, whatever a grant says.
	LoopbackOnly bool
	// Reroute names the UDP address to dial instead of a grant's, where set: one that leads there.
	Reroute func(addr string) (string, error)
	// MaxOutage is how long to try to come back after a drop; 0: DefaultMaxOutage.
	MaxOutage time.Duration
	Events    Events
}

// Session plays one character until it is told to stop: see Run. Its methods are safe for concurrent use.
type Session struct {
	cfg    Config
	client string // NewClient

	mu      sync.Mutex
	current *connection     // guarded by mu, like all below; nil before the first zone was entered
	live    []*connection   // connections that count: at most two, during a transfer
	past    transport.Stats // of connections that ended
	tickets *resumeTickets  // to come back with; nil: none
	granted bool            // the realm has granted once: what is asked from then on, nobody decided
	stats   Stats
	status  Status
}

// Stats are what a session did so far.
type Stats struct {
	BytesIn, BytesOut         uint64 // on the wire where the transport sees it, else payloads
	DatagramsIn, DatagramsOut uint64
	RTT                       time.Duration // the last measured from inputs' echoes; 0: none yet
	Transfers                 uint64        // zones entered from another zone
	Drops                     uint64        // connections lost
	Resumed                   uint64        // of those, made good without asking the realm
	Skipped                   uint64        // ticks passed over in the current zone, because this client ran late
	Garbage                   uint64        // messages in the current zone that could not be read
}

// New makes a session; nothing is sent before Run.
func New(cfg Config) (*Session, error) {
	if cfg.API == nil || cfg.Character == "" || cfg.Schema == nil || cfg.NewPlayer == nil {
		return nil, errors.New("client: API, Character, Schema and NewPlayer are required")
	}
	if cfg.Transport == "" {
		cfg.Transport = transport.KCP
	}
	if cfg.Margin <= 0 {
		cfg.Margin = DefaultMargin
	}
	if cfg.Maps == nil {
		cfg.Maps = &Maps{}
	}
	if cfg.MaxOutage <= 0 {
		cfg.MaxOutage = DefaultMaxOutage
	}
	s := &Session{cfg: cfg, client: NewClient()}
	s.does("has not begun")
	return s, nil
}

// Say puts a line of chat on the reliable lane. ErrNotPlaying: there is no connection now.
func (s *Session) Say(text string) error {
	s.mu.Lock()
	c := s.current
	s.mu.Unlock()
	if c == nil {
		return ErrNotPlaying
	}
	if err := c.conn.Send(transport.Reliable, message.Append(nil, &message.Say{Text: text})); err != nil {
		return errors.Join(ErrNotPlaying, err)
	}
	return nil
}

// Stats returns what the session did so far.
func (s *Session) Stats() Stats {
	s.mu.Lock()
	st, sum := s.stats, s.past
	if s.current != nil {
		l := &s.current.link
		st.RTT, st.Skipped, st.Garbage = l.clock.rtt, l.clock.skipped, l.garbage
	}
	live := make([]*connection, 0, 2)
	live = append(live, s.live...)
	s.mu.Unlock()
	for _, c := range live {
		add(&sum, c.conn.Stats())
	}
	st.BytesIn, st.BytesOut = sum.BytesIn, sum.BytesOut
	st.DatagramsIn, st.DatagramsOut = sum.DatagramsIn, sum.DatagramsOut
	return st
}

func add(sum *transport.Stats, s transport.Stats) {
	sum.BytesIn += s.BytesIn
	sum.BytesOut += s.BytesOut
	sum.DatagramsIn += s.DatagramsIn
	sum.DatagramsOut += s.DatagramsOut
}

const (
	firstBackoff = 250 * time.Millisecond
	maxBackoff   = 5 * time.Second
)

// backoff is how long to wait before an attempt to come back, counted from 0: doubling, and spread so that a thousand clients
// of a restarted server do not come at once. random is in [0, 1).
func backoff(attempt int, random float64) time.Duration {
	full := firstBackoff << min(attempt, 10)
	return time.Duration(float64(min(full, maxBackoff)) * (0.5 + random/2))
}

// wayError is a failure to enter a zone with a grant: a map that the realm did not have yet, a WebRTC offer whose ticket
// the zone did not take. The next grant may succeed, whatever the HTTP status says.
type wayError struct{ error }

// Unwrap is the reason.
func (e wayError) Unwrap() error { return e.error }

// final reports whether trying again cannot help: the zone has said so, or the realm refuses a grant.
func final(err error) bool {
	var end *EndError
	if errors.As(err, &end) {
		return end.Final()
	}
	var way wayError
	if errors.As(err, &way) {
		return false
	}
	var refused *Error
	return errors.As(err, &refused) && !refused.Temporary()
}
