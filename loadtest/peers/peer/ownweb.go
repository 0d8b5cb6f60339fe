package peer

import (
	"context"
	"errors"

	"github.com/realmwire/realmwire/transport/rtc"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/transport/udp"
	"github.com/realmwire/realmwire/transport/ws"
)

type wsServer struct {
	*web
	h *ws.Handler
}

func listenWS(o Options, accept Accept) (Server, error) {
	h := ws.NewHandler(ws.ServerConfig{Tickets: opener(o), Accept: acceptor(accept), Timeout: ownTimeout})
	w, err := serveWeb(o, h)
	if err != nil {
		return nil, err
	}
	return wsServer{w, h}, nil
}

func (s wsServer) Addr() string { return "ws://" + s.l.Addr().String() }
func (s wsServer) Flush()       {}

func (s wsServer) Close() {
	_ = s.h.Close()
	s.close()
}

func dialWS(ctx context.Context, o Options, addr string, r Receive) (Conn, error) {
	raw, _, err := grant(o)
	if err != nil {
		return nil, err
	}
	c, err := ws.Dial(ctx, ws.DialConfig{URL: addr, Ticket: raw, HTTPClient: client, HandshakeTimeout: dialWait, Timeout: ownTimeout}, &ownHandler{r})
	if err != nil {
		return nil, err
	}
	return ownConn{c}, nil
}

type rtcServer struct {
	*web
	sock *udp.Socket
	s    *rtc.Server
}

func listenRTC(o Options, accept Accept) (Server, error) {
	sock, err := udp.Listen(o.Listen.String(), udp.Config{})
	if err != nil {
		return nil, err
	}
	cfg := rtc.ServerConfig{Tickets: opener(o), Accept: acceptor(accept), HandshakeTimeout: dialWait, Timeout: ownTimeout}
	if o.Public.IsValid() {
		cfg.PublicAddr = o.Public.String()
	}
	s, err := rtc.NewServer(sock, cfg)
	if err != nil {
		_ = sock.Close()
		return nil, err
	}
	w, err := serveWeb(o, answering(func(ctx context.Context, body []byte) ([]byte, error) {
		if len(body) < ticket.Size {
			return nil, errors.New("no ticket before the offer")
		}
		answer, err := s.Answer(body[:ticket.Size], string(body[ticket.Size:]))
		return []byte(answer), err
	}))
	if err != nil {
		_ = s.Close()
		_ = sock.Close()
		return nil, err
	}
	return rtcServer{w, sock, s}, nil
}

func (s rtcServer) Addr() string { return "http://" + s.l.Addr().String() }
func (s rtcServer) Flush()       { s.s.Flush() }

func (s rtcServer) Close() {
	s.close()
	_ = s.s.Close()
	_ = s.sock.Close()
}

func dialRTC(ctx context.Context, o Options, addr string, r Receive) (Conn, error) {
	raw, _, err := grant(o)
	if err != nil {
		return nil, err
	}
	c, err := rtc.Dial(ctx, rtc.DialConfig{
		Signal: func(ctx context.Context, offer string) (string, error) {
			answer, err := post(ctx, addr, append(raw[:len(raw):len(raw)], offer...))
			return string(answer), err
		},
		HandshakeTimeout: dialWait, Timeout: ownTimeout,
	}, &ownHandler{r})
	if err != nil {
		return nil, err
	}
	return ownConn{c}, nil
}
