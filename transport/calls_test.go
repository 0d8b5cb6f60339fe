package transport_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// log is a handler that writes down its calls, and notices two at a time.
type log struct {
	running sync.Mutex
	overlap bool
	calls   []string
	onCall  func()
}

func (l *log) call(what string) {
	if !l.running.TryLock() {
		l.overlap = true
		return
	}
	defer l.running.Unlock()
	l.calls = append(l.calls, what)
	if l.onCall != nil {
		l.onCall()
	}
}

func (l *log) Message(_ transport.Conn, lane transport.Lane, msg []byte) {
	l.call(lane.String() + " " + string(msg))
}

func (l *log) Closed(_ transport.Conn, code transport.CloseCode, text string) {
	l.call(code.String() + " " + text)
}

func (l *log) want(t *testing.T, want ...string) {
	t.Helper()
	if len(l.calls) != len(want) {
		t.Fatalf("calls %q, want %q", l.calls, want)
	}
	for i := range want {
		if l.calls[i] != want[i] {
			t.Fatalf("calls %q, want %q", l.calls, want)
		}
	}
}

func accepts(h transport.Handler) transport.Acceptor {
	return func(transport.Conn, ticket.Claims) (transport.Handler, error) { return h, nil }
}

func TestCallsEndOnce(t *testing.T) {
	var c transport.Calls
	l := &log{}
	c.Start(l)
	c.Message(nil, transport.Reliable, []byte("a"))
	c.Closed(nil, transport.Timeout, "silence")
	c.Closed(nil, transport.Normal, "again")
	c.Message(nil, transport.Latest, []byte("late"))
	l.want(t, "reliable a", "timeout silence")
}

func TestCallsDoNotOverlap(t *testing.T) {
	var c transport.Calls
	l := &log{}
	c.Start(l)
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for range 200 {
				c.Message(nil, transport.Latest, []byte("m"))
			}
			c.Closed(nil, transport.Normal, "")
		})
	}
	work.Wait()
	if l.overlap {
		t.Error("two calls at a time")
	}
	ends := 0
	for i, call := range l.calls {
		if call == "normal " {
			ends++
			if i != len(l.calls)-1 {
				t.Error("a message after the end")
			}
		}
	}
	if ends != 1 {
		t.Errorf("told of the end %d times", ends)
	}
}

// TestCallsThatEndWhileAsked: the end comes while the acceptor runs, as when it replaces one connection by another.
func TestCallsThatEndWhileAsked(t *testing.T) {
	var c transport.Calls
	l := &log{}
	var work sync.WaitGroup
	err := c.Ask(func(transport.Conn, ticket.Claims) (transport.Handler, error) {
		work.Go(func() { c.Closed(nil, transport.TakenOver, "") })
		return l, nil
	}, nil, ticket.Claims{})
	work.Wait()
	if err != nil {
		t.Fatal(err)
	}
	l.want(t, "taken-over ")
}

func TestCallsWithoutHandler(t *testing.T) {
	full := errors.New("full")
	for name, ask := range map[string]struct {
		accept transport.Acceptor
		ended  bool
		want   error
	}{
		"refused": {func(transport.Conn, ticket.Claims) (transport.Handler, error) { return nil, full }, false, full},
		"ended": {func(transport.Conn, ticket.Claims) (transport.Handler, error) {
			t.Error("asked about a connection that is over")
			return &log{}, nil
		}, true, transport.ErrClosed},
	} {
		var c transport.Calls
		if ask.ended {
			c.Closed(nil, transport.Timeout, "")
		}
		if err := c.Ask(ask.accept, nil, ticket.Claims{}); !errors.Is(err, ask.want) {
			t.Errorf("%s: %v, want %v", name, err, ask.want)
		}
		c.Message(nil, transport.Reliable, []byte("for nobody"))
		c.Closed(nil, transport.Normal, "")
	}
	var c transport.Calls
	if err := c.Ask(accepts(nil), nil, ticket.Claims{}); err == nil {
		t.Error("no handler, and no error")
	}
}
