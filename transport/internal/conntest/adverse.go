package conntest

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
)

// badNetwork: what is reliable arrives whole and in order, what is latest at most once.
func badNetwork(t *testing.T, f Factory) {
	bad := netsim.Profile{Latency: 5 * time.Millisecond, Jitter: 3 * time.Millisecond, Loss: 0.08, Duplicate: 0.05, Reorder: 0.05}
	w := newWorld(t, f, Options{Up: bad, Down: bad, Seed: 3})
	client, server := w.join()
	var stop sync.WaitGroup
	for _, r := range []*Recorder{client, server} {
		stop.Go(func() { sendStates(t, r, 300) })
	}
	SendNumbered(t, client, server, 100)
	SendNumbered(t, server, client, 100)
	stop.Wait()
	for _, r := range []*Recorder{client, server} {
		r.until(t, "most of the states", func() bool { return len(r.messages[transport.Latest]) > 150 })
		r.mu.Lock()
		seen := map[uint32]bool{}
		for _, msg := range r.messages[transport.Latest] {
			n := binary.LittleEndian.Uint32(msg)
			if seen[n] {
				t.Errorf("state %d came twice", n)
			}
			seen[n] = true
		}
		r.mu.Unlock()
	}
}

// oneBadClient: one client's handler blocks, as a stalled machine would, with its queues full both ways; the others notice nothing.
func oneBadClient(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	stalled := stalling{Recorder: NewRecorder(), release: make(chan struct{})}
	bad, err := w.end.Dial(ctx, w.grant(), stalled)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		close(stalled.release)
		bad.Close(transport.Normal, "the test is over")
		stalled.WaitClosed(t)
	})
	toBad := <-w.accepted
	var full error
	for range 4096 { // a WebSocket's way is long: the kernel's buffers fill first
		if full = toBad.Conn.Send(transport.Reliable, make([]byte, 32<<10)); full != nil {
			break
		}
	}
	if !errors.Is(full, transport.ErrBackpressure) {
		t.Fatalf("a client that takes nothing: %v, want back-pressure", full)
	}
	client, server := w.join()
	SendNumbered(t, client, server, 200)
	SendNumbered(t, server, client, 200)
}

// stalling is a handler that does not come back from its first message until it is let go.
type stalling struct {
	*Recorder
	release chan struct{}
}

func (s stalling) Message(conn transport.Conn, lane transport.Lane, msg []byte) {
	<-s.release
	s.Recorder.Message(conn, lane, msg[:min(len(msg), 8)])
}

// panics: what panics over one client's message ends that client's session, as a lost connection, and nothing else. A panic while the
// server asks for a handler does likewise.
func panics(t *testing.T, f Factory) {
	guard.LogTo(slog.New(slog.DiscardHandler)) // for good: the suites of other networks run beside
	w := newWorld(t, f, Options{})
	w.mu.Lock()
	w.wrap = func(r *Recorder) transport.Handler { return explosive{r} }
	w.mu.Unlock()
	other, toOther := w.join()
	client, server := w.join()
	SendNumbered(t, client, server, 10)
	for n, lane := range []transport.Lane{transport.Reliable, transport.Latest} {
		if n > 0 {
			client, server = w.join()
		}
		for stop := server.ended(); !stop; stop = server.ended() { // the latest lane may lose it
			_ = client.Conn.Send(lane, []byte("boom"))
			time.Sleep(time.Millisecond)
		}
		if code, text := server.WaitClosed(t); code != transport.Network || text != transport.Broke {
			t.Errorf("ended with %s %q over the %s lane, want %s: so the zone keeps the character", code, text, lane, transport.Network)
		}
		if err := server.Conn.Send(transport.Reliable, []byte("?")); !errors.Is(err, transport.ErrClosed) {
			t.Errorf("sending on what has ended: %v", err)
		}
	}
	w.mu.Lock()
	asked := make(chan struct{}, 1)
	w.wrap = func(*Recorder) transport.Handler {
		asked <- struct{}{}
		panic("nobody is let in")
	}
	w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	lost := NewRecorder()
	if c, err := w.end.Dial(ctx, w.grant(), lost); err == nil { // a transport may greet before it asks
		c.Close(transport.Normal, "")
		lost.WaitClosed(t)
	}
	select {
	case <-asked:
	case <-time.After(wait):
		t.Fatal("nobody asked for a handler")
	}
	w.mu.Lock()
	w.wrap = nil
	w.mu.Unlock()
	again, toAgain := w.join()
	for _, pair := range [][2]*Recorder{{other, toOther}, {again, toAgain}} {
		SendNumbered(t, pair[0], pair[1], 50)
		SendNumbered(t, pair[1], pair[0], 50)
	}
}

// explosive is a handler that panics over a message.
type explosive struct{ *Recorder }

func (e explosive) Message(conn transport.Conn, lane transport.Lane, msg []byte) {
	if string(msg) == "boom" {
		panic("boom")
	}
	e.Recorder.Message(conn, lane, msg)
}

// sendStates sends n states, 4 ms apart.
func sendStates(t *testing.T, r *Recorder, n int) {
	for i := range n {
		msg := binary.LittleEndian.AppendUint32(nil, uint32(i))
		if err := r.Conn.Send(transport.Latest, append(msg, make([]byte, 100)...)); err != nil {
			t.Errorf("state %d: %v", i, err)
			return
		}
		time.Sleep(4 * time.Millisecond)
	}
}

// races: any goroutine may send on either lane, ask and close, at any time.
func races(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	client, server := w.join()
	var work sync.WaitGroup
	for _, r := range []*Recorder{client, server} {
		for i := range 4 {
			work.Go(func() {
				for n := range 400 {
					lane := transport.Lane((i + n) % 2)
					err := r.Conn.Send(lane, []byte{byte(n)})
					if err != nil && !errors.Is(err, transport.ErrClosed) && !errors.Is(err, transport.ErrBackpressure) {
						t.Errorf("send on %s: %v", lane, err)
						return
					}
					_, _ = r.Conn.Stats(), r.Conn.Backlog()
					if n == 300 {
						r.Conn.Close(transport.Normal, "enough")
					}
				}
			})
		}
	}
	work.Wait()
	for _, r := range []*Recorder{client, server} {
		if code, _ := r.WaitClosed(t); code != transport.Normal {
			t.Errorf("closed with %s", code)
		}
		r.mu.Lock()
		if r.closed != 1 || r.late != 0 {
			t.Errorf("closed %d times, %d messages after that", r.closed, r.late)
		}
		r.mu.Unlock()
		if err := r.Conn.Send(transport.Reliable, []byte("late")); !errors.Is(err, transport.ErrClosed) {
			t.Errorf("sending on a closed session: %v", err)
		}
	}
}

// moves: a peer whose address changes keeps its session, and nothing reliable is lost.
func moves(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{Timeout: 3 * time.Second})
	client, server := w.join()
	before := server.Conn.RemoteAddr()
	SendNumbered(t, client, server, 20)
	w.end.Move()
	for _, r := range []*Recorder{client, server} {
		for i := range 20 {
			sendPatiently(t, r, numbered(i))
		}
	}
	for _, r := range []*Recorder{client, server} {
		mustSend(t, r, transport.Latest, []byte("moved"))
	}
	server.WaitMessages(t, transport.Reliable, 40)
	client.WaitMessages(t, transport.Reliable, 20)
	deadline := time.Now().Add(wait)
	for server.Conn.RemoteAddr() == before {
		if time.Now().After(deadline) {
			t.Fatal("the session still goes to the old address")
		}
		mustSend(t, client, transport.Latest, []byte("here"))
		time.Sleep(10 * time.Millisecond)
	}
}
