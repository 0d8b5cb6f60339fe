package conntest

import (
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// again makes a ticket of the server's own for a session that it knows, as for a client that shall come back.
func (w *world) again(c ticket.Claims) Grant {
	w.tb.Helper()
	c.Serial++
	raw, claims, err := ticket.NewSealer(w.key, w.inc).Again(c, time.Now().Add(time.Minute))
	if err != nil {
		w.tb.Fatal(err)
	}
	return Grant{Claims: claims, Ticket: raw}
}

// resumes: a client comes back beside its old session, with a ticket from the server. The server takes the new session and ends the old one: both
// ends of both agree, nothing of one comes over the other, and the ticket serves once.
func resumes(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	w.replace()
	old, oldServer := w.join()
	SendNumbered(t, old, oldServer, 10)
	back := w.again(oldServer.Claims)
	client, server := w.joinWith(back)
	if server.Claims.Session != oldServer.Claims.Session || server.Claims.Serial != 1 {
		t.Errorf("came back as %+v", server.Claims)
	}
	for name, r := range map[string]*Recorder{"client": old, "server": oldServer} {
		if code, _ := r.WaitClosed(t); code != transport.TakenOver {
			t.Errorf("the %s's end of the old session was closed with %s", name, code)
		}
	}
	w.plays(t, client, server)
	if n := oldServer.count(transport.Reliable); n != 10 {
		t.Errorf("%d messages came over the old session", n)
	}
	w.useless(t, "used", back)
	w.plays(t, client, server)
}

// resumesHalfOpen: the client's network was gone and it gave up, while the server still waits for it.
func resumesHalfOpen(t *testing.T, f Factory) {
	w := newWorld(t, f, Options{})
	w.replace()
	old, oldServer := w.join()
	SendNumbered(t, old, oldServer, 10)
	back := w.again(oldServer.Claims)
	w.end.Cut()
	old.Conn.Close(transport.Timeout, "")
	if code, _ := old.WaitClosed(t); code != transport.Timeout {
		t.Errorf("the client's end was closed with %s", code)
	}
	if oldServer.ended() {
		t.Fatal("the server heard of it; the test proves nothing")
	}
	w.end.Mend()
	client, server := w.joinWith(back)
	w.plays(t, client, server)
	// It may hear the client's own word first, now that the network is back.
	if code, _ := oldServer.WaitClosed(t); code != transport.TakenOver && code != transport.Timeout {
		t.Errorf("the server's end of the old session was closed with %s", code)
	}
	w.plays(t, client, server)
}

// replace lets a session take the place of one before it.
func (w *world) replace() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bySession = map[uint64]*Recorder{}
}

// plays sends both ways on both lanes.
func (w *world) plays(t *testing.T, client, server *Recorder) {
	t.Helper()
	for _, pair := range [][2]*Recorder{{client, server}, {server, client}} {
		from, to := pair[0], pair[1]
		before := [...]int{to.count(transport.Reliable), to.count(transport.Latest)}
		mustSend(t, from, transport.Reliable, []byte("on"))
		mustSend(t, from, transport.Latest, []byte("now"))
		to.WaitMessages(t, transport.Reliable, before[0]+1)
		to.WaitMessages(t, transport.Latest, before[1]+1)
	}
	if client.ended() || server.ended() {
		t.Error("the session ended")
	}
}

func (r *Recorder) ended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed > 0
}
