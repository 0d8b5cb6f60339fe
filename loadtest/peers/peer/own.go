package peer

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/kcp"
	"github.com/realmwire/realmwire/transport/listen"
	"github.com/realmwire/realmwire/transport/ticket"
)

// incarnation is that of every server here: its key is as old as its process.
const incarnation = 1

// ownTimeout lets a session live through a stalled machine.
const ownTimeout = 30 * time.Second

func opener(o Options) *ticket.Opener {
	return ticket.NewOpener(ticket.Key(o.Secret), incarnation, ticket.OpenerConfig{})
}

// grant is what the realm would give a client.
func grant(o Options) (raw []byte, c ticket.Claims, err error) {
	var b [8]byte
	rand.Read(b[:])
	id := binary.LittleEndian.Uint64(b[:])
	c = ticket.Claims{
		Nonce: id, Session: id, Account: id, Character: id, Incarnation: incarnation, Epoch: 1, Zone: "peers",
		Suite: ticket.SuiteAESGCM, Expires: time.Now().Add(time.Minute),
	}
	rand.Read(c.Secret[:])
	raw, err = ticket.Seal(ticket.Key(o.Secret), c)
	return raw, c, err
}

// ownConn is a session of ours.
type ownConn struct{ transport.Conn }

func (c ownConn) Close() { c.Conn.Close(transport.Normal, "") }

// ownHandler hands on what a session of ours receives.
type ownHandler struct{ receive Receive }

func (h *ownHandler) Message(_ transport.Conn, _ transport.Lane, msg []byte)   { h.receive(msg) }
func (h *ownHandler) Closed(_ transport.Conn, _ transport.CloseCode, _ string) {}

func acceptor(accept Accept) transport.Acceptor {
	return func(c transport.Conn, _ ticket.Claims) (transport.Handler, error) {
		return &ownHandler{accept(ownConn{c})}, nil
	}
}

// ownServer is all of our transports, of which a peer's clients use one.
type ownServer struct{ *listen.Transports }

func listenOwn(o Options, accept Accept) (ownServer, error) {
	cfg := listen.Config{UDP: o.Listen.String(), Tickets: opener(o), HandshakeTimeout: dialWait, Timeout: ownTimeout}
	if o.Public.IsValid() {
		cfg.PublicAddr = o.Public.String()
	}
	t, err := listen.New(cfg)
	if err != nil {
		return ownServer{}, err
	}
	if err := t.Start(acceptor(accept)); err != nil {
		return ownServer{}, errors.Join(err, t.Close())
	}
	return ownServer{t}, nil
}

// Close leaves nothing behind, so that its error says nothing.
func (s ownServer) Close() { _ = s.Transports.Close() }

// kcpServer is one whose clients come over UDP.
type kcpServer struct{ ownServer }

func listenKCP(o Options, accept Accept) (Server, error) {
	s, err := listenOwn(o, accept)
	if err != nil {
		return nil, err
	}
	return kcpServer{s}, nil
}

func (s kcpServer) Addr() string { return s.ownServer.Addr().String() }

func dialKCP(ctx context.Context, o Options, addr string, r Receive) (Conn, error) {
	raw, claims, err := grant(o)
	if err != nil {
		return nil, err
	}
	c, err := kcp.Dial(ctx, kcp.DialConfig{
		Addr: addr, Ticket: raw, Secret: claims.Secret[:], Suite: claims.Suite, HandshakeTimeout: dialWait, Timeout: ownTimeout,
	}, &ownHandler{r})
	if err != nil {
		return nil, err
	}
	return ownConn{c}, nil
}

// dialWait bounds the handshakes of ours; the context usually ends them sooner.
const dialWait = 20 * time.Second
