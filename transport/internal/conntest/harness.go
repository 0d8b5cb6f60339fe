// Package conntest is the contract of transport.Conn, run over every implementation with real sockets on loopback.
package conntest

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/transport/ticket"
)

// wait bounds everything that a test waits for; nothing is asserted to be quick.
const wait = 20 * time.Second

// Options are what a test asks of the server and of the network before it.
type Options struct {
	Tickets *ticket.Opener
	Accept  transport.Acceptor
	Timeout time.Duration // of both ends; 0 means the default
	// Up and Down impair the datagrams of kcp and rtc; ws runs over TCP and ignores them.
	Up, Down netsim.Profile
	Seed     uint64
}

// Endpoint is a running server of one transport and the way to it.
type Endpoint struct {
	// Dial joins with a grant.
	Dial func(ctx context.Context, g Grant, h transport.Handler) (transport.Conn, error)
	// Cut makes the network swallow everything from now on.
	Cut func()
	// Mend ends that; what was connected before may stay cut off.
	Mend func()
	// Move gives the client another address towards the server. The suites of transports over UDP call it.
	Move func()
	// Shutdown closes the server gracefully. It is called once, by the suite, before the test ends.
	Shutdown func()
}

// Factory starts a server; it stops what it started through tb.Cleanup, except what Shutdown does.
type Factory func(tb testing.TB, o Options) Endpoint

// Grant is what a client is given over HTTPS.
type Grant struct {
	Claims ticket.Claims
	Ticket []byte
}

// world is one test's server, with every session that it accepted.
type world struct {
	tb   testing.TB
	key  ticket.Key
	inc  uint64
	end  Endpoint
	deny error // the acceptor's answer, when set before the client dials
	// wrap is around the handlers of sessions that are accepted; nil: nothing is.
	wrap func(*Recorder) transport.Handler

	mu        sync.Mutex
	accepted  chan *Recorder
	bySession map[uint64]*Recorder // whose place the next session of that number takes; nil: nobody's
}

// newWorld starts a server whose every session echoes into a Recorder.
func newWorld(tb testing.TB, f Factory, o Options) *world {
	w := &world{tb: tb, key: ticket.NewKey(), inc: randomID(), accepted: make(chan *Recorder, 64)}
	o.Tickets = ticket.NewOpener(w.key, w.inc, ticket.OpenerConfig{})
	o.Accept = func(c transport.Conn, claims ticket.Claims) (transport.Handler, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.deny != nil {
			return nil, w.deny
		}
		r := NewRecorder()
		r.Conn, r.Claims = c, claims
		if w.bySession != nil {
			if old := w.bySession[claims.Session]; old != nil {
				old.Conn.Close(transport.TakenOver, "you came back")
			}
			w.bySession[claims.Session] = r
		}
		var h transport.Handler = r
		if w.wrap != nil {
			h = w.wrap(r)
		}
		w.accepted <- r
		return h, nil
	}
	w.end = f(tb, o)
	tb.Cleanup(w.end.Shutdown)
	return w
}

// grant makes a good ticket for the world's server.
func (w *world) grant() Grant {
	g := Grant{Claims: ticket.Claims{
		Nonce: randomID(), Session: randomID(), Account: randomID(), Character: randomID(), Incarnation: w.inc, Epoch: 7,
		Zone: "overworld", Suite: ticket.SuiteAESGCM, Expires: time.Now().Add(time.Minute),
	}}
	rand.Read(g.Claims.Secret[:])
	return w.sealed(g)
}

func (w *world) sealed(g Grant) Grant {
	var err error
	if g.Ticket, err = ticket.Seal(w.key, g.Claims); err != nil {
		w.tb.Fatal(err)
	}
	return g
}

// join connects a client and returns both ends.
func (w *world) join() (client, server *Recorder) {
	w.tb.Helper()
	return w.joinWith(w.grant())
}

func (w *world) joinWith(g Grant) (client, server *Recorder) {
	w.tb.Helper()
	client, err := w.dial(g)
	if err != nil {
		w.tb.Fatalf("dial: %v", err)
	}
	select {
	case server = <-w.accepted:
	case <-time.After(wait):
		w.tb.Fatal("the server accepted nobody")
	}
	return client, server
}

func (w *world) dial(g Grant) (*Recorder, error) {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	r := NewRecorder()
	c, err := w.end.Dial(ctx, g, r)
	if err != nil {
		return nil, err
	}
	r.Conn, r.Claims = c, g.Claims
	w.tb.Cleanup(func() {
		c.Close(transport.Normal, "the test is over")
		r.WaitClosed(w.tb)
	})
	return r, nil
}

func randomID() uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.LittleEndian.Uint64(b[:]) | 1
}

// Recorder is a Handler that keeps what it is told.
type Recorder struct {
	Conn   transport.Conn
	Claims ticket.Claims

	mu       sync.Mutex
	changed  *sync.Cond
	messages [2][][]byte // by lane
	closed   int
	code     transport.CloseCode
	text     string
	late     int // messages after Closed
}

// NewRecorder returns an empty recorder.
func NewRecorder() *Recorder {
	r := &Recorder{}
	r.changed = sync.NewCond(&r.mu)
	return r
}

// Message implements transport.Handler.
func (r *Recorder) Message(_ transport.Conn, lane transport.Lane, msg []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed > 0 {
		r.late++
	}
	r.messages[lane] = append(r.messages[lane], append([]byte(nil), msg...))
	r.changed.Broadcast()
}

// Closed implements transport.Handler.
func (r *Recorder) Closed(_ transport.Conn, code transport.CloseCode, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed++
	r.code, r.text = code, text
	r.changed.Broadcast()
}

// until waits until cond, called with the lock held, is true.
func (r *Recorder) until(tb testing.TB, what string, cond func() bool) {
	tb.Helper()
	if !r.eventually(wait, cond) {
		r.mu.Lock()
		defer r.mu.Unlock()
		tb.Fatalf("%s did not happen within %s: %d reliable, %d latest messages, closed %d times (%s %q)",
			what, wait, len(r.messages[0]), len(r.messages[1]), r.closed, r.code, r.text)
	}
}

func (r *Recorder) eventually(within time.Duration, cond func() bool) bool {
	deadline := time.Now().Add(within)
	timer := time.AfterFunc(within, r.changed.Broadcast)
	defer timer.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for !cond() {
		if !time.Now().Before(deadline) {
			return false
		}
		r.changed.Wait()
	}
	return true
}

// WaitClosed waits for the end and returns its code and text.
func (r *Recorder) WaitClosed(tb testing.TB) (transport.CloseCode, string) {
	tb.Helper()
	r.until(tb, "the end", func() bool { return r.closed > 0 })
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.code, r.text
}

// WaitMessages waits for n messages of a lane and returns them.
func (r *Recorder) WaitMessages(tb testing.TB, lane transport.Lane, n int) [][]byte {
	tb.Helper()
	r.until(tb, fmt.Sprintf("%d messages on %s", n, lane), func() bool { return len(r.messages[lane]) >= n })
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.messages[lane][:n:n]
}

// count returns how many messages of a lane have come.
func (r *Recorder) count(lane transport.Lane) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.messages[lane])
}
