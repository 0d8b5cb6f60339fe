package kcp_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/conntest"
	"github.com/realmwire/realmwire/transport/kcp"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/transport/ticket"
)

// realm is a server and the key with which its tickets are sealed.
type realm struct {
	server   *kcp.Server
	addr     string
	key      ticket.Key
	accepted chan *conntest.Recorder
}

func newRealm(t *testing.T, cfg kcp.ServerConfig) *realm {
	t.Helper()
	r := &realm{key: ticket.NewKey(), accepted: make(chan *conntest.Recorder, 16)}
	cfg.Tickets = ticket.NewOpener(r.key, 42, ticket.OpenerConfig{})
	cfg.Accept = func(c transport.Conn, claims ticket.Claims) (transport.Handler, error) {
		h := conntest.NewRecorder()
		h.Conn, h.Claims = c, claims
		r.accepted <- h
		return h, nil
	}
	server, d := newServer(t, cfg)
	r.server, r.addr = server, d.Socket().Addr().String()
	return r
}

func (r *realm) grant(t *testing.T, nonce uint64, suite ticket.Suite) kcp.DialConfig {
	t.Helper()
	c := ticket.Claims{Nonce: nonce, Incarnation: 42, Zone: "overworld", Suite: suite, Expires: time.Now().Add(time.Minute), Secret: [32]byte{byte(nonce), 1}}
	raw, err := ticket.Seal(r.key, c)
	if err != nil {
		t.Fatal(err)
	}
	return kcp.DialConfig{Addr: r.addr, Ticket: raw, Secret: c.Secret[:], Suite: suite}
}

func (r *realm) join(t *testing.T, cfg kcp.DialConfig) (client, server *conntest.Recorder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cfg.HandshakeTimeout = 20 * time.Second
	client = conntest.NewRecorder()
	c, err := kcp.Dial(ctx, cfg, client)
	if err != nil {
		t.Fatal(err)
	}
	client.Conn = c
	t.Cleanup(func() {
		c.Close(transport.Normal, "")
		client.WaitClosed(t)
	})
	return client, <-r.accepted
}

// rawPeer is a UDP socket in the hands of an attacker.
type rawPeer struct {
	t    *testing.T
	conn *net.UDPConn
	sent int
}

func newRawPeer(t *testing.T, addr string) *rawPeer {
	t.Helper()
	conn, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &rawPeer{t: t, conn: conn.(*net.UDPConn)}
}

func (p *rawPeer) send(b []byte) {
	p.t.Helper()
	if _, err := p.conn.Write(b); err != nil {
		p.t.Fatal(err)
	}
	p.sent += len(b)
}

// answers reads what comes within a while.
func (p *rawPeer) answers(within time.Duration) (all [][]byte) {
	_ = p.conn.SetReadDeadline(time.Now().Add(within))
	buf := make([]byte, 2048)
	for {
		n, err := p.conn.Read(buf)
		if err != nil {
			return all
		}
		all = append(all, bytes.Clone(buf[:n]))
	}
}

// request is a first datagram as docs/wire.md has it.
func request(raw []byte) []byte {
	b := make([]byte, 1200)
	b[0], b[1] = 0x80, 1
	copy(b[20:], raw)
	return b
}

func TestServerIsSilentToGarbage(t *testing.T) {
	r := newRealm(t, kcp.ServerConfig{})
	p := newRawPeer(t, r.addr)
	rng := rand.New(rand.NewPCG(1, 2))
	forged := r.grant(t, 1, ticket.SuiteAESGCM).Ticket
	forged[150] ^= 1
	expired, err := ticket.Seal(r.key, ticket.Claims{Incarnation: 42, Zone: "z", Suite: 1, Expires: time.Now().Add(-time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := ticket.Seal(r.key, ticket.Claims{Incarnation: 43, Zone: "z", Suite: 1, Expires: time.Now().Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	good := request(r.grant(t, 2, ticket.SuiteAESGCM).Ticket)
	outdated := bytes.Clone(good) // as protocol 2 had it: such a client is told at /v1/play
	outdated[0] = 0xC0
	hostile := [][]byte{{}, {0x80}, {0x90}, {0xBF}, {0xFF}, outdated, request(forged), request(expired), request(foreign), good[:1199], append(good, 0), good[:180]}
	for range 300 {
		b := make([]byte, 1+rng.IntN(1600))
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		b[0] = []byte{0x80, 0x81, 0x82, 0x90, 0xA0, 0x16, 0x00}[rng.IntN(7)]
		hostile = append(hostile, b)
	}
	for _, b := range hostile {
		p.send(b)
	}
	if got := p.answers(300 * time.Millisecond); len(got) != 0 {
		t.Fatalf("the server answered garbage with %d datagrams, the first of %d bytes", len(got), len(got[0]))
	}
	if c := r.server.Counters(); c.BadTickets.Load() < 3 || c.Dropped.Load() < 100 || r.server.Sessions() != 0 {
		t.Errorf("counters %+v", c)
	}
	client, server := r.join(t, r.grant(t, 3, ticket.SuiteAESGCM)) // and it is none the worse
	conntest.SendNumbered(t, client, server, 3)
}

// TestNoAmplification: until an address is proven, it is sent no more than came from it, however it asks.
func TestNoAmplification(t *testing.T) {
	r := newRealm(t, kcp.ServerConfig{})
	p := newRawPeer(t, r.addr)
	raw := r.grant(t, 1, ticket.SuiteAESGCM).Ticket
	for range 50 {
		p.send(request(raw))
	}
	var got int
	answers := p.answers(500 * time.Millisecond)
	for _, a := range answers {
		got += len(a)
	}
	if len(answers) == 0 {
		t.Fatal("a good request was not challenged: this test proves nothing")
	}
	if got > p.sent || len(answers[0]) >= 1200 {
		t.Errorf("%d bytes came back for %d", got, p.sent)
	}
	if c := r.server.Counters(); r.server.Sessions() != 0 || c.Requests.Load() == 0 {
		t.Errorf("requests made sessions: %+v", c)
	}
}

// TestStolenTicketIsUseless: whoever copies a ticket off the wire lacks the secret, and cannot even spend it.
func TestStolenTicketIsUseless(t *testing.T) {
	r := newRealm(t, kcp.ServerConfig{})
	own := r.grant(t, 1, ticket.SuiteAESGCM)
	stolen := own
	stolen.Secret, stolen.HandshakeTimeout = make([]byte, 32), 500*time.Millisecond
	if _, err := kcp.Dial(context.Background(), stolen, conntest.NewRecorder()); err == nil {
		t.Fatal("joined without the secret")
	}
	p := newRawPeer(t, r.addr) // by hand, with the cookie that a challenge shows to anyone
	p.send(request(own.Ticket))
	challenges := p.answers(300 * time.Millisecond)
	if len(challenges) != 1 {
		t.Fatalf("%d challenges", len(challenges))
	}
	response := append([]byte{0x82, 1, 0, 0}, challenges[0][4:44]...)
	response = append(response, own.Ticket...)
	p.send(append(response, make([]byte, 16)...))
	if got := p.answers(300 * time.Millisecond); len(got) != 0 {
		t.Fatal("a response without proof was answered")
	}
	if r.server.Counters().BadProofs.Load() == 0 {
		t.Error("the false proof was not counted")
	}
	r.join(t, own)
}

func TestReplayedDatagramsOfALiveSession(t *testing.T) {
	r := newRealm(t, kcp.ServerConfig{})
	cfg := r.grant(t, 1, ticket.SuiteAESGCM)
	tap := newProxy(t, netsim.ProxyConfig{Target: r.addr, Up: netsim.Profile{Duplicate: 1, Jitter: 5 * time.Millisecond}, Down: netsim.Profile{Duplicate: 1}})
	cfg.Addr = tap.Addr()
	client, server := r.join(t, cfg)
	const n = 100
	for i := range n {
		if err := client.Conn.Send(transport.Latest, []byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	conntest.SendNumbered(t, client, server, 20)
	for i, m := range server.WaitMessages(t, transport.Latest, 90) {
		if i > 0 && m[0] == server.WaitMessages(t, transport.Latest, 90)[i-1][0] {
			t.Fatalf("message %d was delivered twice", m[0])
		}
	}
	if r.server.Counters().Dropped.Load() == 0 {
		t.Error("no duplicate was dropped: this test proves nothing")
	}
}

func TestBothSuitesOverABadNetwork(t *testing.T) {
	for i, suite := range []ticket.Suite{ticket.SuiteAESGCM, ticket.SuiteAESCTRHMAC} {
		t.Run(suite.String(), func(t *testing.T) {
			r := newRealm(t, kcp.ServerConfig{})
			bad := netsim.Profile{Latency: 5 * time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.1, Reorder: 0.1, Duplicate: 0.02}
			proxy := newProxy(t, netsim.ProxyConfig{Target: r.addr, Up: bad, Down: bad, Seed: uint64(i)})
			cfg := r.grant(t, 1, suite)
			cfg.Addr = proxy.Addr()
			client, server := r.join(t, cfg)
			conntest.SendNumbered(t, client, server, 150)
			conntest.SendNumbered(t, server, client, 150)
			up, down := proxy.Counters()
			if up.Lost == 0 || down.Lost == 0 || up.Reordered == 0 {
				t.Errorf("the network was not bad: %+v %+v", up, down)
			}
		})
	}
}

func TestSessionSurvivesAChangeOfAddress(t *testing.T) {
	r := newRealm(t, kcp.ServerConfig{})
	proxy := newProxy(t, netsim.ProxyConfig{Target: r.addr})
	cfg := r.grant(t, 1, ticket.SuiteAESGCM)
	cfg.Addr = proxy.Addr()
	client, server := r.join(t, cfg)
	conntest.SendNumbered(t, client, server, 5)
	before := server.Conn.RemoteAddr()
	if err := proxy.Rebind(); err != nil {
		t.Fatal(err)
	}
	conntest.SendNumbered(t, client, server, 20)
	conntest.SendNumbered(t, server, client, 20)
	if server.Conn.RemoteAddr() == before || r.server.Counters().Moved.Load() != 1 {
		t.Errorf("the session stayed at %v; counters %+v", before, r.server.Counters())
	}
	if r.server.Sessions() != 1 {
		t.Error("the move made another session")
	}
}

func TestFullServerSaysSo(t *testing.T) {
	r := newRealm(t, kcp.ServerConfig{MaxSessions: 1})
	client, _ := r.join(t, r.grant(t, 1, ticket.SuiteAESGCM))
	_, err := kcp.Dial(context.Background(), r.grant(t, 2, ticket.SuiteAESGCM), conntest.NewRecorder())
	var ce *transport.CloseError
	if !errors.As(err, &ce) || ce.Code != transport.Refused || !strings.Contains(ce.Text, "full") {
		t.Fatalf("a full server said %v", err)
	}
	client.Conn.Close(transport.Normal, "") // and there is room again
	client.WaitClosed(t)
	deadline := time.Now().Add(10 * time.Second)
	for r.server.Sessions() > 0 && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	r.join(t, r.grant(t, 3, ticket.SuiteAESGCM))
}

func TestDialSaysWhyNothingAnswers(t *testing.T) {
	r := newRealm(t, kcp.ServerConfig{})
	cfg := r.grant(t, 1, ticket.SuiteAESGCM)
	cfg.HandshakeTimeout = 400 * time.Millisecond
	quiet, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Addr = quiet.LocalAddr().String()
	_, err = kcp.Dial(context.Background(), cfg, conntest.NewRecorder())
	if err == nil || !strings.Contains(err.Error(), "no answer from "+cfg.Addr+" over UDP within") {
		t.Errorf("from a silent port: %v", err)
	}
	_ = quiet.Close()
	_, err = kcp.Dial(context.Background(), cfg, conntest.NewRecorder())
	if err == nil || !strings.Contains(err.Error(), "nothing listens") {
		t.Errorf("from a closed port: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = kcp.Dial(ctx, cfg, conntest.NewRecorder()); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
	cfg.Addr = "nowhere"
	if _, err = kcp.Dial(context.Background(), cfg, conntest.NewRecorder()); err == nil {
		t.Error("an address without a port was taken")
	}
}
