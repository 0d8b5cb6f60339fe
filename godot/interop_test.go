//go:build linux

package godot_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/listen"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/transport/ticket"
)

// echo sends back whatever comes, as soon as there is room.
type echo struct {
	mu       sync.Mutex
	reliable int
	latest   int
	closed   chan string
	failed   error
}

func (e *echo) Message(c transport.Conn, lane transport.Lane, msg []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if lane == transport.Latest {
		e.latest++
	} else {
		e.reliable++
	}
	if err := c.Send(lane, msg); err != nil {
		e.failed = err
	}
}

func (e *echo) Closed(_ transport.Conn, code transport.CloseCode, text string) {
	e.closed <- code.String() + ": " + text
}

// GDScript's handshake, sealing, lanes and KCP against the server's, which stand on kcp-go's core: a quarter of a megabyte each
// way, in messages of every size, over a network that loses, repeats and reorders.
func TestInterop(t *testing.T) {
	p := stage(t)
	e := &echo{closed: make(chan string, 1)}
	key := ticket.NewKey()
	srv, err := listen.New(listen.Config{UDP: "127.0.0.1:0", Tickets: ticket.NewOpener(key, 7, ticket.OpenerConfig{})})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	if err := srv.Start(func(transport.Conn, ticket.Claims) (transport.Handler, error) { return e, nil }); err != nil {
		t.Fatal(err)
	}
	bad := netsim.Profile{Latency: 15 * time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.08, Duplicate: 0.03, Reorder: 0.05}
	proxy, err := netsim.NewProxy(netsim.ProxyConfig{Target: srv.Addr().String(), Up: bad, Down: bad, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	claims := ticket.Claims{
		Nonce: 1, Session: 2, Account: 3, Character: 4, Incarnation: 7, Epoch: 5, Zone: "echo", Suite: ticket.SuiteAESCTRHMAC,
		Secret: [32]byte{1, 2, 3}, Expires: time.Now().Add(5 * time.Minute),
	}
	raw, err := ticket.Seal(key, claims)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.StdEncoding.EncodeToString
	out, err := p.run(context.Background(), nil, "--headless", "--script", "res://test/interop.gd", "--",
		"--addr="+proxy.Addr(), "--ticket="+b64(raw), "--secret="+b64(claims.Secret[:]))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var r struct {
		OK               bool
		Reliable, Latest int
		RTT              float64 `json:"rtt_ms"`
		Loss             float64
	}
	_, report, _ := strings.Cut(out, "INTEROP ")
	report, _, _ = strings.Cut(report, "\n")
	if err := json.Unmarshal([]byte(report), &r); err != nil || !r.OK {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%+v", r)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failed != nil || e.reliable != r.Reliable || r.Reliable != 150 {
		t.Errorf("%d reliable messages came, %d went back; %v", e.reliable, r.Reliable, e.failed)
	}
	if r.Latest < 60 || r.Latest > 97 || e.latest > 100 {
		t.Errorf("%d latest messages came, %d back, of 100 at 8 %% loss", e.latest, r.Latest)
	}
	if r.RTT < 25 || r.RTT > 200 || r.Loss == 0 {
		t.Errorf("measured %.1f ms and a loss of %.3f", r.RTT, r.Loss)
	}
	select {
	case how := <-e.closed:
		if how != "normal: enough" {
			t.Errorf("the server was told %q", how)
		}
	case <-time.After(20 * time.Second):
		t.Error("the server was never told of the end")
	}
}
