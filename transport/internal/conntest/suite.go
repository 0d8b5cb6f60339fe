package conntest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// Run holds a transport to the contract.
func Run(t *testing.T, kind transport.Kind, f Factory) {
	t.Run("identity", func(t *testing.T) { identity(t, kind, f) })
	t.Run("both lanes both ways", func(t *testing.T) { bothLanes(t, f) })
	t.Run("reliable order", func(t *testing.T) { reliableOrder(t, f) })
	t.Run("large reliable", func(t *testing.T) { largeReliable(t, f) })
	t.Run("sizes", func(t *testing.T) { sizes(t, f) })
	t.Run("send copies", func(t *testing.T) { sendCopies(t, f) })
	t.Run("back-pressure", func(t *testing.T) { backPressure(t, f) })
	t.Run("client closes", func(t *testing.T) { closes(t, f, true) })
	t.Run("server closes", func(t *testing.T) { closes(t, f, false) })
	t.Run("close after send", func(t *testing.T) { closeAfterSend(t, f) })
	t.Run("close from handler", func(t *testing.T) { closeFromHandler(t, f) })
	t.Run("shutdown", func(t *testing.T) { shutdown(t, f) })
	t.Run("peer vanishes", func(t *testing.T) { vanishes(t, f) })
	t.Run("refused", func(t *testing.T) { refused(t, f) })
	t.Run("bad tickets", func(t *testing.T) { badTickets(t, f) })
	t.Run("resumes", func(t *testing.T) { resumes(t, f) })
	t.Run("idle stays alive", func(t *testing.T) { idle(t, f) })
	t.Run("many clients", func(t *testing.T) { many(t, f) })
	t.Run("one bad client", func(t *testing.T) { oneBadClient(t, f) })
	t.Run("panic", func(t *testing.T) { panics(t, f) })
	t.Run("bad network", func(t *testing.T) { badNetwork(t, f) })
	t.Run("races", func(t *testing.T) { races(t, f) })
	t.Run("resumes half-open", func(t *testing.T) { resumesHalfOpen(t, f) })
	if kind != transport.WebSocket { // a TCP connection ends with its address: clients reconnect
		t.Run("change of address", func(t *testing.T) { moves(t, f) })
	}
}

func identity(t *testing.T, kind transport.Kind, f Factory) {
	w := newWorld(t, f, Options{})
	client, server := w.join()
	for _, c := range []transport.Conn{client.Conn, server.Conn} {
		if c.Kind() != kind {
			t.Errorf("kind is %q, want %q", c.Kind(), kind)
		}
		if c.MaxLatest() != transport.MaxLatestMessage {
			t.Errorf("MaxLatest is %d", c.MaxLatest())
		}
		if !c.RemoteAddr().IsValid() || !c.RemoteAddr().Addr().IsLoopback() {
			t.Errorf("remote address is %v, want one on loopback", c.RemoteAddr())
		}
	}
	if server.Claims != client.Claims && !equalClaims(server.Claims, client.Claims) {
		t.Errorf("claims %+v became %+v", client.Claims, server.Claims)
	}
}

// equalClaims compares but for what a ticket rounds.
func equalClaims(a, b ticket.Claims) bool {
	same := a.Expires.UnixMilli() == b.Expires.UnixMilli()
	a.Expires, b.Expires = time.Time{}, time.Time{}
	return same && a == b
}

func bothLanes(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	client, server := w.join()
	for _, pair := range [][2]*Recorder{{client, server}, {server, client}} {
		from, to := pair[0], pair[1]
		mustSend(t, from, transport.Reliable, []byte("for ever"))
		mustSend(t, from, transport.Latest, []byte("for now"))
		if got := to.WaitMessages(t, transport.Reliable, 1)[0]; string(got) != "for ever" {
			t.Errorf("reliable message is %q", got)
		}
		if got := to.WaitMessages(t, transport.Latest, 1)[0]; string(got) != "for now" {
			t.Errorf("latest message is %q", got)
		}
	}
	for _, r := range []*Recorder{client, server} {
		st := r.Conn.Stats()
		if st.BytesIn == 0 || st.BytesOut == 0 || st.DatagramsIn == 0 || st.DatagramsOut == 0 {
			t.Errorf("nothing was counted: %+v", st)
		}
	}
}

func reliableOrder(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	client, server := w.join()
	SendNumbered(t, client, server, 500)
	SendNumbered(t, server, client, 500)
}

// SendNumbered sends n reliable messages of many sizes and checks that they arrive whole and in order.
func SendNumbered(t *testing.T, from, to *Recorder, n int) {
	t.Helper()
	start := to.count(transport.Reliable)
	for i := range n {
		sendPatiently(t, from, numbered(i))
	}
	got := to.WaitMessages(t, transport.Reliable, start+n)[start:]
	for i := range n {
		if !bytes.Equal(got[i], numbered(i)) {
			t.Fatalf("message %d has %d bytes, begins %x; want %d bytes, %x",
				i, len(got[i]), head(got[i]), len(numbered(i)), head(numbered(i)))
		}
	}
}

// numbered is the i-th message of a test: its size and content depend on i.
func numbered(i int) []byte {
	b := make([]byte, 4+i*37%1500)
	for j := range b {
		b[j] = byte(i + j*7)
	}
	b[0], b[1], b[2], b[3] = byte(i), byte(i>>8), byte(i>>16), byte(i>>24)
	return b
}

func head(b []byte) []byte { return b[:min(len(b), 8)] }

// sendPatiently sends on the reliable lane, waiting while the queue is full.
func sendPatiently(t *testing.T, from *Recorder, msg []byte) {
	t.Helper()
	deadline := time.Now().Add(wait)
	for {
		err := from.Conn.Send(transport.Reliable, msg)
		if err == nil {
			return
		}
		if !errors.Is(err, transport.ErrBackpressure) || time.Now().After(deadline) {
			t.Fatalf("send: %v", err)
		}
		time.Sleep(time.Millisecond)
	}
}

func largeReliable(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	client, server := w.join()
	for i, pair := range [][2]*Recorder{{client, server}, {server, client}} {
		msg := bytes.Repeat([]byte{byte(i + 1), 2, 3, 5, 7}, transport.MaxReliableMessage/5+1)[:transport.MaxReliableMessage]
		for range 5 {
			sendPatiently(t, pair[0], msg)
		}
		for j, got := range pair[1].WaitMessages(t, transport.Reliable, 5) {
			if !bytes.Equal(got, msg) {
				t.Fatalf("large message %d came as %d bytes, not as it was sent", j, len(got))
			}
		}
	}
}

func sizes(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	client, server := w.join()
	for _, c := range []struct {
		lane transport.Lane
		size int
		ok   bool
	}{
		{transport.Reliable, 0, false},
		{transport.Reliable, 1, true},
		{transport.Reliable, transport.MaxReliableMessage + 1, false},
		{transport.Latest, 0, false},
		{transport.Latest, transport.MaxLatestMessage, true},
		{transport.Latest, transport.MaxLatestMessage + 1, false},
		{transport.Lane(9), 1, false},
	} {
		err := client.Conn.Send(c.lane, make([]byte, c.size))
		if c.ok && err != nil || !c.ok && !errors.Is(err, transport.ErrMessageSize) {
			t.Errorf("%d bytes on %s: %v", c.size, c.lane, err)
		}
	}
	if got := server.WaitMessages(t, transport.Latest, 1)[0]; len(got) != transport.MaxLatestMessage {
		t.Errorf("latest message has %d bytes", len(got))
	}
	server.WaitMessages(t, transport.Reliable, 1)
}

func sendCopies(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	client, server := w.join()
	msg := []byte("before")
	mustSend(t, server, transport.Reliable, msg)
	copy(msg, "after!")
	if got := client.WaitMessages(t, transport.Reliable, 1)[0]; string(got) != "before" {
		t.Errorf("the message changed after Send returned: %q", got)
	}
}

func backPressure(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	client, server := w.join()
	w.end.Cut()
	msg := make([]byte, 32<<10)
	var err error
	accepted := 0
	// What the operating system takes before a WebSocket notices is not ours to bound, but ends somewhere.
	for accepted < 4096 {
		if err = client.Conn.Send(transport.Reliable, msg); err != nil {
			break
		}
		accepted++
	}
	if !errors.Is(err, transport.ErrBackpressure) {
		t.Fatalf("after %d messages into a dead network: %v, want back-pressure", accepted, err)
	}
	if got := client.Conn.Backlog(); got == 0 || got > transport.MaxReliableBacklog+transport.MaxReliableMessage {
		t.Errorf("backlog is %d bytes", got)
	}
	// The latest lane is not held up by a full queue.
	for range 100 {
		if err := server.Conn.Send(transport.Latest, msg[:1000]); err != nil {
			t.Fatalf("latest: %v", err)
		}
	}
}

func closes(t *testing.T, f Factory, byClient bool) {
	w := newWorld(t, f, Options{})
	client, server := w.join()
	from, to := server, client
	if byClient {
		from, to = client, server
	}
	text := "signed in elsewhere — " + strings.Repeat("ü", 100)
	from.Conn.Close(transport.TakenOver, text)
	from.Conn.Close(transport.Kicked, "second") // does nothing
	want := transport.ClipText(text)
	for name, r := range map[string]*Recorder{"who closed": from, "the other side": to} {
		if code, text := r.WaitClosed(t); code != transport.TakenOver || text != want {
			t.Errorf("%s was told %s %q, want %s %q", name, code, text, transport.TakenOver, want)
		}
	}
	if err := from.Conn.Send(transport.Reliable, []byte("x")); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("send after close: %v", err)
	}
	if err := to.Conn.Send(transport.Latest, []byte("x")); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("send after the peer's close: %v", err)
	}
	to.Conn.Close(transport.Normal, "after the end")
	w.end.Shutdown()
	for _, r := range []*Recorder{from, to} {
		r.mu.Lock()
		if r.closed != 1 || r.late != 0 {
			t.Errorf("Closed was called %d times, %d messages came after it", r.closed, r.late)
		}
		r.mu.Unlock()
	}
}

func closeAfterSend(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	client, server := w.join()
	for i := range 50 {
		mustSend(t, server, transport.Reliable, numbered(i))
	}
	server.Conn.Close(transport.Kicked, "bye")
	got := client.WaitMessages(t, transport.Reliable, 50)
	if !bytes.Equal(got[49], numbered(49)) {
		t.Error("the last message before the close is not what was sent")
	}
	if code, text := client.WaitClosed(t); code != transport.Kicked || text != "bye" {
		t.Errorf("closed with %s %q", code, text)
	}
}

// closer ends its session at the first message, from within the call.
type closer struct{ *Recorder }

func (c closer) Message(conn transport.Conn, lane transport.Lane, msg []byte) {
	_ = conn.Send(transport.Reliable, []byte("answer"))
	conn.Close(transport.Normal, "enough")
	_ = conn.Stats()
	c.Recorder.Message(conn, lane, msg)
}

func closeFromHandler(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	h := closer{NewRecorder()}
	c, err := w.end.Dial(ctx, w.grant(), h)
	if err != nil {
		t.Fatal(err)
	}
	server := <-w.accepted
	mustSend(t, server, transport.Reliable, []byte("question"))
	if got := server.WaitMessages(t, transport.Reliable, 1)[0]; string(got) != "answer" {
		t.Errorf("got %q", got)
	}
	if code, text := server.WaitClosed(t); code != transport.Normal || text != "enough" {
		t.Errorf("closed with %s %q", code, text)
	}
	h.WaitClosed(t)
	_ = c
}

func shutdown(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	client, server := w.join()
	w.end.Shutdown()
	if code, _ := server.WaitClosed(t); code != transport.ServerShutdown {
		t.Errorf("the server's handler was told %s", code)
	}
	if code, text := client.WaitClosed(t); code != transport.ServerShutdown || text == "" {
		t.Errorf("the client was told %s %q", code, text)
	}
}

func vanishes(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{Timeout: time.Second})
	client, server := w.join()
	w.end.Cut()
	for name, r := range map[string]*Recorder{"client": client, "server": server} {
		if code, text := r.WaitClosed(t); code != transport.Timeout || text == "" {
			t.Errorf("the %s was told %s %q, want %s", name, code, text, transport.Timeout)
		}
	}
}

func refused(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	w.mu.Lock()
	w.deny = &transport.CloseError{Code: transport.Refused, Text: "the zone is full"}
	w.mu.Unlock()
	code, text := w.refusal(t, w.grant())
	if code != transport.Refused || text != "the zone is full" {
		t.Errorf("refused with %s %q", code, text)
	}
}

// refusal dials and returns how the client learns that it is refused: from Dial or from Closed.
func (w *world) refusal(t *testing.T, g Grant) (transport.CloseCode, string) {
	t.Helper()
	client, err := w.dial(g)
	if err == nil {
		return client.WaitClosed(t)
	}
	var ce *transport.CloseError
	if !errors.As(err, &ce) {
		t.Fatalf("refused with an error that has no code: %v", err)
	}
	return ce.Code, ce.Text
}

func badTickets(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	good := w.grant()
	w.joinWith(good)
	expired, foreign, forged := w.grant(), w.grant(), w.grant()
	expired.Claims.Expires = time.Now().Add(-time.Second)
	foreign.Claims.Incarnation++
	forged.Ticket = bytes.Clone(forged.Ticket)
	forged.Ticket[100] ^= 1
	for name, g := range map[string]Grant{
		"used": good, "expired": w.sealed(expired), "for another incarnation": w.sealed(foreign), "forged": forged,
	} {
		w.useless(t, name, g)
	}
}

// useless dials with a ticket that the server must not take.
func (w *world) useless(t *testing.T, name string, g Grant) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 700*time.Millisecond)
	r := NewRecorder()
	c, err := w.end.Dial(ctx, g, r)
	cancel()
	if err == nil {
		if code, _ := r.WaitClosed(t); code != transport.TicketInvalid {
			t.Errorf("a ticket that is %s: closed with %s", name, code)
		}
		c.Close(transport.Normal, "")
	} else if len(err.Error()) < 20 {
		t.Errorf("a ticket that is %s: the error says too little: %v", name, err)
	}
	select {
	case <-w.accepted:
		t.Errorf("a ticket that is %s was accepted", name)
	default:
	}
}

func idle(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{Timeout: 600 * time.Millisecond})
	client, server := w.join()
	time.Sleep(1500 * time.Millisecond) // well past the timeout: keep-alives alone must hold the session
	mustSend(t, client, transport.Reliable, []byte("still here"))
	server.WaitMessages(t, transport.Reliable, 1)
	if rtt := server.Conn.Stats().RTT; rtt <= 0 {
		t.Errorf("no round trip was measured: %v", rtt)
	}
}

func many(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	const n = 8
	var clients [n]*Recorder
	for i := range clients {
		client, server := w.join()
		clients[i] = client
		mustSend(t, client, transport.Reliable, []byte{byte(i)})
		mustSend(t, server, transport.Reliable, []byte{byte(i)})
		server.WaitMessages(t, transport.Reliable, 1)
	}
	for i, c := range clients {
		if got := c.WaitMessages(t, transport.Reliable, 1)[0]; got[0] != byte(i) {
			t.Errorf("client %d was sent the message of %d", i, got[0])
		}
	}
}

func mustSend(t *testing.T, r *Recorder, lane transport.Lane, msg []byte) {
	t.Helper()
	if err := r.Conn.Send(lane, msg); err != nil {
		t.Fatalf("send %d bytes on %s: %v", len(msg), lane, err)
	}
}
