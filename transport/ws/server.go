package ws

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// Handler is the server's end of every WebSocket session of a process. It is an http.Handler.
type Handler struct {
	cfg ServerConfig

	mu       sync.Mutex // guards what follows
	sessions map[*conn]struct{}
	openings openings // requests that are not yet sessions
	closing  bool
	work     sync.WaitGroup

	counters Counters
}

// Counters are a handler's totals since it was made.
type Counters struct {
	Accepted   atomic.Uint64 `help:"sessions that began"`
	Refused    atomic.Uint64 `help:"sessions refused by the zone"`
	Full       atomic.Uint64 `help:"requests beyond the most sessions, or the most of one network that bring no ticket"`
	GaveWay    atomic.Uint64 `help:"requests that brought no ticket while others waited for their place"`
	BadTickets atomic.Uint64 `help:"tickets that were malformed, forged, expired, or for another incarnation"`
	Reused     atomic.Uint64 `help:"tickets that were used before"`
	Timeouts   atomic.Uint64 `help:"sessions that ended in silence"`
	Protocol   atomic.Uint64 `help:"sessions whose peer broke the protocol"`
	Dear       atomic.Uint64 `help:"times that a peer was not read for a while, since it had made too much work"`
}

// NewHandler returns a handler. It panics when Tickets or Accept is missing, as that is a mistake of the program.
func NewHandler(cfg ServerConfig) *Handler {
	if cfg.Tickets == nil || cfg.Accept == nil {
		panic("ws: new handler: Tickets and Accept are required")
	}
	if cfg.MaxSessions <= 0 {
		cfg.MaxSessions = DefaultMaxSessions
	}
	if cfg.HandshakeTimeout <= 0 {
		cfg.HandshakeTimeout = transport.DefaultHandshakeTimeout
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = transport.DefaultTimeout
	}
	return &Handler{cfg: cfg, sessions: make(map[*conn]struct{})}
}

// Counters are the handler's own, which go on counting.
func (h *Handler) Counters() *Counters { return &h.counters }

// Sessions is how many are open.
func (h *Handler) Sessions() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.sessions)
}

// Close tells every peer that the server is shutting down and waits, a few seconds at most, until all sessions are over.
func (h *Handler) Close() error {
	h.mu.Lock()
	h.closing = true
	for c := range h.sessions {
		c.Close(transport.ServerShutdown, transport.ShuttingDown)
	}
	h.openings.cut()
	h.mu.Unlock()
	h.work.Wait()
	return nil
}

// ServeHTTP upgrades the request and starts its session, which goes on when it returns: so the request, and the stack that grew
// with it, are not kept.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o := &opening{peer: h.peer(r), since: now()}
	if !h.enter(o) {
		h.counters.Full.Add(1)
		http.Error(w, "no room for another connection; try again later", http.StatusServiceUnavailable)
		return
	}
	socket, err := websocket.Accept(&taker{w, h, o}, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // an Origin proves nothing about who connects; the ticket does
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		h.leave(o, nil)
		h.work.Done()
		return // Accept has answered
	}
	guard.Go("websocket: session", func() { h.serve(socket, o) }, func() { _ = socket.CloseNow() })
}

// serve runs a session until it ends.
func (h *Handler) serve(socket *websocket.Conn, o *opening) {
	defer h.work.Done()
	defer h.leave(o, nil) // where what follows panics, it has not
	c := h.open(socket, o)
	if c == nil {
		return
	}
	defer h.leave(nil, c)
	c.run()
	switch c.code {
	case transport.Timeout:
		h.counters.Timeouts.Add(1)
	case transport.ProtocolError:
		h.counters.Protocol.Add(1)
	}
}

// enter takes a place for a request. Where there is none, one gives way that has said nothing for a while.
func (h *Handler) enter(o *opening) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return false
	}
	if len(h.sessions)+h.openings.count() >= h.cfg.MaxSessions {
		if !h.openings.giveWay(o.since) {
			return false
		}
		h.counters.GaveWay.Add(1)
	}
	if !h.openings.enter(o) {
		return false
	}
	h.work.Add(1)
	return true
}

// leave gives places back: that of a request, and that of a session.
func (h *Handler) leave(o *opening, c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if o != nil {
		h.openings.leave(o)
	}
	delete(h.sessions, c)
}

// open proves the ticket and makes the session; nil when the peer was refused.
func (h *Handler) open(socket *websocket.Conn, o *opening) *conn {
	claims, err := h.ticket(socket)
	if err != nil {
		h.dismiss(socket, o, &transport.CloseError{Code: transport.TicketInvalid, Text: transport.ClipText(err.Error())})
		h.leave(o, nil)
		return nil
	}
	c := newConn(socket, o.peer, h.cfg.Timeout)
	h.mu.Lock()
	h.openings.leave(o)
	_ = o.conn.SetReadDeadline(time.Time{}) // it may have been asked to give way just now
	closing := h.closing
	h.sessions[c] = struct{}{}
	h.mu.Unlock()
	begins := false
	defer func() {
		if !begins { // it was refused, or what asks for its handler panicked
			c.cancel()
			h.leave(nil, c)
		}
	}()
	if closing {
		err = &transport.CloseError{Code: transport.ServerShutdown, Text: transport.ShuttingDown}
	} else {
		err = c.calls.Ask(h.cfg.Accept, c, claims)
	}
	if err != nil {
		h.counters.Refused.Add(1)
		h.dismiss(socket, o, err)
		return nil
	}
	begins = true
	h.counters.Accepted.Add(1)
	return c
}

// dismiss tells a peer why it is refused. It may be in the middle of a frame, or deaf: it is waited for no longer than closeWait.
func (h *Handler) dismiss(socket *websocket.Conn, o *opening, why error) {
	h.mu.Lock()
	if h.closing {
		why = &transport.CloseError{Code: transport.ServerShutdown, Text: transport.ShuttingDown}
	}
	_ = o.conn.SetDeadline(now().Add(closeWait))
	h.mu.Unlock()
	code, text := transport.Refusal(why)
	_ = socket.Close(statusOf(code), text)
}

// ticket reads the first frame and spends the ticket in it.
func (h *Handler) ticket(socket *websocket.Conn) (ticket.Claims, error) {
	socket.SetReadLimit(ticket.Size)
	ctx, cancel := context.WithTimeout(context.Background(), h.cfg.HandshakeTimeout)
	defer cancel()
	typ, raw, err := socket.Read(ctx)
	if err != nil || typ != websocket.MessageBinary {
		h.counters.BadTickets.Add(1)
		return ticket.Claims{}, errors.New("the first frame must be the ticket, binary")
	}
	claims, err := h.cfg.Tickets.Open(raw, now())
	if err != nil {
		h.counters.BadTickets.Add(1)
		return claims, err
	}
	if err := h.cfg.Tickets.Use(claims, now()); err != nil {
		if errors.Is(err, ticket.ErrUsed) {
			h.counters.Reused.Add(1)
		} else {
			h.counters.BadTickets.Add(1)
		}
		return claims, err
	}
	return claims, nil
}

// peer is the client's address.
func (h *Handler) peer(r *http.Request) netip.AddrPort {
	if h.cfg.TrustForwarded {
		// The last entry is the one that the gateway wrote; the others are whatever the client said.
		list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if ip, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1])); err == nil {
			return netip.AddrPortFrom(ip.Unmap(), 0)
		}
	}
	addr, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
}

// addrOf is a net.Addr as a netip.AddrPort; invalid when it is not of TCP.
func addrOf(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := tcp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// pickTimeout returns d, or def where d is not positive.
func pickTimeout(d, def time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return def
}
