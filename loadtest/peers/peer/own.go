package peer

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/kcp"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/transport/udp"
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

type kcpServer struct {
	*kcp.Server
	sock *udp.Socket
}

func listenKCP(o Options, accept Accept) (Server, error) {
	sock, err := udp.Listen(o.Listen.String(), udp.Config{})
	if err != nil {
		return nil, err
	}
	s, err := kcp.NewServer(sock, kcp.ServerConfig{Tickets: opener(o), Accept: acceptor(accept), Timeout: ownTimeout})
	if err != nil {
		_ = sock.Close()
		return nil, err
	}
	return kcpServer{s, sock}, nil
}

func (s kcpServer) Addr() string { return s.sock.Addr().String() }

func (s kcpServer) Close() {
	_ = s.Server.Close()
	_ = s.sock.Close()
}

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
