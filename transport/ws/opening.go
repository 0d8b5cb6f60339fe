package ws

import (
	"bufio"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/internal/netprefix"
)

// patience is how long a request may hold a place without its ticket when somebody else needs it.
const patience = time.Second

// openingBounds are how many may be without a ticket at once. Who has one sends it at once, so that a whole office fits.
var openingBounds = netprefix.Bounds{Narrow: 256, Middle: 512, Wide: 1024}

// opening is a request that has not brought its ticket. Its handler's lock guards it.
type opening struct {
	peer  netip.AddrPort
	since time.Time
	conn  net.Conn // nil until it is taken over from the HTTP server
	given bool     // its place is somebody else's by now
}

// openings are those of a handler, guarded by its lock.
type openings struct {
	all  map[*opening]struct{}
	held netprefix.Count
	gone int // of them, have given way
}

// count is how many places they hold.
func (os *openings) count() int { return len(os.all) - os.gone }

// enter takes one in; false: its network has too many.
func (os *openings) enter(o *opening) bool {
	if !os.held.Take(o.peer.Addr(), openingBounds) {
		return false
	}
	if os.all == nil {
		os.all = make(map[*opening]struct{})
	}
	os.all[o] = struct{}{}
	return true
}

func (os *openings) leave(o *opening) {
	if _, ok := os.all[o]; !ok {
		return
	}
	delete(os.all, o)
	os.held.Drop(o.peer.Addr())
	if o.given {
		os.gone--
	}
}

// giveWay cuts the one that has waited longest, if that is long enough.
func (os *openings) giveWay(now time.Time) bool {
	var oldest *opening
	for o := range os.all {
		if o.conn != nil && !o.given && (oldest == nil || o.since.Before(oldest.since)) {
			oldest = o
		}
	}
	if oldest == nil || now.Sub(oldest.since) < patience {
		return false
	}
	oldest.given = true
	os.gone++
	_ = oldest.conn.SetReadDeadline(now)
	return true
}

// cut lets none wait for its ticket any longer.
func (os *openings) cut() {
	for o := range os.all {
		if o.conn != nil {
			_ = o.conn.SetReadDeadline(o.since)
		}
	}
}

// taker notes the connection that a WebSocket takes over, because the library shows no deadlines, and has it read at the pace that
// the peer's budget allows.
type taker struct {
	http.ResponseWriter
	h *Handler
	o *opening
}

// Hijack implements http.Hijacker.
func (t *taker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	t.h.mu.Lock()
	defer t.h.mu.Unlock()
	t.o.conn = conn
	if t.h.closing {
		_ = conn.SetReadDeadline(t.o.since)
	}
	return pace(conn, &t.h.counters.Dear), buffered, nil
}
