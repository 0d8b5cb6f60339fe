package gateway

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/realm"
)

// hollow panics when it is asked how the realm is.
type hollow struct{ realm.API }

func (hollow) Info(context.Context) (realm.Info, error) { panic("hollow") }

func silence(t *testing.T) {
	guard.LogTo(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { guard.LogTo(nil) })
}

// TestAPanickingRequest ends that request, with an answer, and no other.
func TestAPanickingRequest(t *testing.T) {
	silence(t)
	s := newSite(t, nil, func(c *Config) { c.API = hollow{c.API} })
	before := guard.Counts()["gateway: request"]
	if p := into[problemBody](t, s.send("GET", "/v1/realm", "", nil), 500); p.Status != http.StatusInternalServerError {
		t.Errorf("the client is told %+v", p)
	}
	if n := guard.Counts()["gateway: request"] - before; n != 1 {
		t.Errorf("%d panics were noted", n)
	}
	into[realm.SignedIn](t, s.send("POST", "/v1/guest", "", map[string]any{}), 201)
}

// bomb is a connection that panics when it is read.
type bomb struct{ net.Conn }

func (bomb) Read([]byte) (int, error) { panic("bomb") }

// TestAPanickingRelay ends for both.
func TestAPanickingRelay(t *testing.T) {
	silence(t)
	runStream(t, func(t *testing.T, e *ends) {
		other, there := net.Pipe()
		empty := func() *bufio.Reader { return bufio.NewReader(strings.NewReader("")) }
		(&stream{client: bomb{e.client}, zone: other}).run(nil, empty(), empty())
		if _, err := there.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the zone process's end: %v, want it to be closed", err)
		}
	})
}
