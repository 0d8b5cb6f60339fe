package ws_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/conntest"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/transport/ws"
)

// Every timer of a session, in virtual time: real HTTP and WebSockets over pipes in memory.
//
//	the ticket must have come              TestTicketMustComeInTime
//	without it, a place that others need   TestSilentRequestsGiveWay
//	refusing one in the middle of a frame  TestRefusalDoesNotWaitForTheRestOfAFrame
//	closing beside those without a ticket  TestCloseDoesNotWaitForTickets
//	pings keep a session, and end it       TestIdleSessionLivesForAnHour, TestSilentPeerEndsOnTime
//	a frame that nobody takes              TestPeerThatTakesNothingEndsOnTime
//	lingering behind messages              TestClosingDoesNotWaitForOneWhoTakesNothing
//	the closing handshake                  TestClosingDoesNotWaitForOneWhoSaysNothing
//	a client's handshake                   TestDialGivesUpOnTime

// bubble is a server in a synctest bubble. Dial makes a connection that the test can hold by its raw end.
type bubble struct {
	t        *testing.T
	handler  *ws.Handler
	server   *http.Server
	conns    chan net.Conn
	done     chan struct{}
	key      ticket.Key
	nonce    uint64
	accepted chan *conntest.Recorder
	client   *http.Client
	last     net.Conn // the client's end of the newest connection
	buffered bool     // connections take some bytes that nobody has read yet, as a kernel does
}

// Accept, Close and Addr make it a net.Listener.
func (b *bubble) Accept() (net.Conn, error) {
	select {
	case c := <-b.conns:
		return c, nil
	case <-b.done:
		return nil, net.ErrClosed
	}
}
func (b *bubble) Close() error   { return nil }
func (b *bubble) Addr() net.Addr { return &net.TCPAddr{} }

// inBubble runs a test with a server.
func inBubble(t *testing.T, cfg ws.ServerConfig, test func(t *testing.T, b *bubble)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bubble{
			t: t, key: ticket.NewKey(), conns: make(chan net.Conn), done: make(chan struct{}), accepted: make(chan *conntest.Recorder, 16),
		}
		cfg.Tickets = ticket.NewOpener(b.key, 1, ticket.OpenerConfig{})
		cfg.Accept = func(c transport.Conn, _ ticket.Claims) (transport.Handler, error) {
			r := conntest.NewRecorder()
			r.Conn = c
			b.accepted <- r
			return r, nil
		}
		b.handler = ws.NewHandler(cfg)
		b.server = &http.Server{Handler: b.handler, ReadHeaderTimeout: time.Hour}
		b.client = &http.Client{Transport: &http.Transport{DialContext: b.dialPipe}}
		go func() { _ = b.server.Serve(b) }()
		test(t, b)
		_ = b.handler.Close()
		close(b.done)
		_ = b.server.Close()
		b.client.CloseIdleConnections()
		synctest.Wait()
	})
}

func (b *bubble) dialPipe(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	if b.buffered {
		inner, outer := net.Pipe()
		go carry(inner, far)
		go carry(far, inner)
		far = outer
	}
	select {
	case b.conns <- far:
		b.last = near
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// carry moves bytes from one pipe to another, some ahead of their reader.
func carry(to, from net.Conn) {
	ahead := make(chan []byte, 64)
	go func() {
		defer close(ahead)
		for {
			buf := make([]byte, 4096)
			n, err := from.Read(buf)
			ahead <- buf[:n]
			if err != nil {
				return
			}
		}
	}()
	for b := range ahead {
		_, _ = to.Write(b)
	}
	_ = to.Close()
}

func (b *bubble) ticket() []byte {
	b.t.Helper()
	b.nonce++
	raw, err := ticket.Seal(b.key, ticket.Claims{Nonce: b.nonce, Incarnation: 1, Zone: "z", Suite: 1, Expires: time.Now().Add(time.Minute)})
	if err != nil {
		b.t.Fatal(err)
	}
	return raw
}

// bare opens a WebSocket that reads only when told to, and says only what it is told to.
func (b *bubble) bare() *websocket.Conn {
	b.t.Helper()
	c, _, err := websocket.Dial(b.t.Context(), "ws://bubble", &websocket.DialOptions{HTTPClient: b.client})
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// mute is a peer with a good ticket that reads nothing after it.
func (b *bubble) mute() (*websocket.Conn, *conntest.Recorder) {
	b.t.Helper()
	c := b.bare()
	if err := c.Write(b.t.Context(), websocket.MessageBinary, b.ticket()); err != nil {
		b.t.Fatal(err)
	}
	return c, <-b.accepted
}

// took wants so much virtual time to have passed.
func took(t *testing.T, what string, since time.Time, want time.Duration) {
	t.Helper()
	if got := time.Since(since); got != want {
		t.Errorf("%s after %v, not after %v", what, got, want)
	}
}

func TestTicketMustComeInTime(t *testing.T) {
	inBubble(t, ws.ServerConfig{}, func(t *testing.T, b *bubble) {
		c := b.bare()
		begun := time.Now()
		if _, _, err := c.Read(t.Context()); err == nil {
			t.Error("the server sent data")
		}
		took(t, "who brought no ticket was ended", begun, transport.DefaultHandshakeTimeout)
		_ = c.CloseNow()
	})
}

// A handler whose places are held by requests without tickets lets those go that have said nothing for a second.
func TestSilentRequestsGiveWay(t *testing.T) {
	inBubble(t, ws.ServerConfig{MaxSessions: 3}, func(t *testing.T, b *bubble) {
		var silent []*websocket.Conn
		for range 3 {
			silent = append(silent, b.bare())
		}
		time.Sleep(patience - time.Nanosecond)
		if _, resp, err := websocket.Dial(t.Context(), "ws://bubble", &websocket.DialOptions{HTTPClient: b.client}); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a place was taken from one who had a moment left: %v", err)
		}
		time.Sleep(time.Nanosecond)
		for range 3 {
			client := conntest.NewRecorder()
			c, err := ws.Dial(t.Context(), ws.DialConfig{URL: "ws://bubble", Ticket: b.ticket(), HTTPClient: b.client}, client)
			if err != nil {
				t.Fatal(err)
			}
			<-b.accepted
			defer client.WaitClosed(t)
			defer c.Close(transport.Normal, "")
		}
		if _, _, err := websocket.Dial(t.Context(), "ws://bubble", &websocket.DialOptions{HTTPClient: b.client}); err == nil {
			t.Error("a place was taken from a player")
		}
		if n := b.handler.Counters().GaveWay.Load(); n != 3 {
			t.Errorf("%d gave way", n)
		}
		for _, c := range silent {
			if _, _, err := c.Read(t.Context()); err == nil {
				t.Error("the server sent data")
			}
			_ = c.CloseNow()
		}
	})
}

// patience is the server's, with those who say nothing.
const patience = time.Second

// TestRefusalDoesNotWaitForTheRestOfAFrame: a frame that is too long for a ticket is announced, and never comes.
func TestRefusalDoesNotWaitForTheRestOfAFrame(t *testing.T) {
	inBubble(t, ws.ServerConfig{}, func(t *testing.T, b *bubble) {
		b.buffered = true
		c := b.bare()
		raw := b.last
		begun := time.Now()
		if _, err := raw.Write(append([]byte{0x82, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4}, make([]byte, 2000)...)); err != nil { // 64 KiB, masked
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, raw)
		if d := time.Since(begun); d > time.Second {
			t.Errorf("it was waited for %v", d)
		}
		_ = c.CloseNow()
	})
}

// TestCloseDoesNotWaitForTickets: those who have brought none are told at once that it is over.
func TestCloseDoesNotWaitForTickets(t *testing.T) {
	inBubble(t, ws.ServerConfig{}, func(t *testing.T, b *bubble) {
		b.buffered = true
		polite, deaf := b.bare(), b.bare()
		begun := time.Now()
		_ = b.handler.Close()
		if d := time.Since(begun); d > time.Second {
			t.Errorf("closing took %v", d)
		}
		if _, _, err := polite.Read(t.Context()); websocket.CloseStatus(err) != 4000+websocket.StatusCode(transport.ServerShutdown) {
			t.Errorf("it was told %v", err)
		}
		_ = polite.CloseNow()
		_ = deaf.CloseNow()
	})
}

func TestIdleSessionLivesForAnHour(t *testing.T) {
	inBubble(t, ws.ServerConfig{}, func(t *testing.T, b *bubble) {
		b.buffered = true // both ping at the same moment: without, each would wait for the other to read
		client := conntest.NewRecorder()
		c, err := ws.Dial(t.Context(), ws.DialConfig{URL: "ws://bubble", Ticket: b.ticket(), HTTPClient: b.client}, client)
		if err != nil {
			t.Fatal(err)
		}
		server := <-b.accepted
		time.Sleep(time.Hour)
		if err := errors.Join(c.Send(transport.Reliable, []byte("still here")), server.Conn.Send(transport.Reliable, []byte("so am I"))); err != nil {
			t.Fatal(err)
		}
		server.WaitMessages(t, transport.Reliable, 1)
		client.WaitMessages(t, transport.Reliable, 1)
		c.Close(transport.Normal, "")
		client.WaitClosed(t)
	})
}

// TestSilentPeerEndsOnTime: the first ping leaves a quarter of the timeout, at most a second, after the start; no pong within the
// timeout ends the session.
func TestSilentPeerEndsOnTime(t *testing.T) {
	for timeout, first := range map[time.Duration]time.Duration{10 * time.Second: time.Second, 2 * time.Second: 250 * time.Millisecond} {
		inBubble(t, ws.ServerConfig{Timeout: timeout}, func(t *testing.T, b *bubble) {
			b.buffered = true // what the peer does not read is taken all the same
			c, server := b.mute()
			begun := time.Now()
			if code, _ := server.WaitClosed(t); code != transport.Timeout {
				t.Errorf("ended with %s", code)
			}
			took(t, "a silent peer was given up", begun, first+timeout)
			_ = c.CloseNow()
		})
	}
}

// TestPeerThatTakesNothingEndsOnTime: behind a frame that nobody takes no ping can leave, and none may be needed to end it.
func TestPeerThatTakesNothingEndsOnTime(t *testing.T) {
	inBubble(t, ws.ServerConfig{}, func(t *testing.T, b *bubble) {
		c, server := b.mute()
		begun := time.Now()
		if err := server.Conn.Send(transport.Reliable, []byte("nobody reads this")); err != nil {
			t.Fatal(err)
		}
		if code, _ := server.WaitClosed(t); code != transport.Timeout {
			t.Errorf("ended with %s", code)
		}
		took(t, "a peer that takes nothing was given up", begun, transport.DefaultTimeout)
		_ = c.CloseNow()
	})
}

func TestClosingDoesNotWaitForOneWhoTakesNothing(t *testing.T) {
	inBubble(t, ws.ServerConfig{}, func(t *testing.T, b *bubble) {
		c, server := b.mute()
		if err := server.Conn.Send(transport.Reliable, []byte("nobody reads this")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // the message is being written
		begun := time.Now()
		_ = b.handler.Close()
		took(t, "a peer that takes nothing was left", begun, 500*time.Millisecond)
		_ = c.CloseNow()
	})
}

func TestClosingDoesNotWaitForOneWhoSaysNothing(t *testing.T) {
	inBubble(t, ws.ServerConfig{}, func(t *testing.T, b *bubble) {
		c, _ := b.mute()
		begun := time.Now()
		_ = b.handler.Close()
		took(t, "a peer that does not answer the close was left", begun, time.Second)
		_ = c.CloseNow()
	})
}

func TestDialGivesUpOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		defer far.Close()
		client := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return near, nil }}}
		key := ticket.NewKey()
		raw, err := ticket.Seal(key, ticket.Claims{Nonce: 1, Incarnation: 1, Zone: "z", Suite: 1, Expires: time.Now().Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if _, err := ws.Dial(t.Context(), ws.DialConfig{URL: "ws://nobody", Ticket: raw, HTTPClient: client}, conntest.NewRecorder()); err == nil {
			t.Error("somebody answered")
		}
		took(t, "a dial to nobody ended", begun, transport.DefaultHandshakeTimeout)
	})
}
