package peer

import (
	"context"
	"errors"

	"github.com/realmwire/realmwire/transport/rtc"
	"github.com/realmwire/realmwire/transport/ticket"
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

// rtcServer is one whose clients signal over HTTP and then come over UDP.
type rtcServer struct {
	*web
	ownServer
}

func listenRTC(o Options, accept Accept) (Server, error) {
	s, err := listenOwn(o, accept)
	if err != nil {
		return nil, err
	}
	w, err := serveWeb(o, answering(func(_ context.Context, body []byte) ([]byte, error) {
		if len(body) < ticket.Size {
			return nil, errors.New("no ticket before the offer")
		}
		answer, err := s.Signal(body[:ticket.Size], string(body[ticket.Size:]))
		return []byte(answer), err
	}))
	if err != nil {
		s.Close()
		return nil, err
	}
	return rtcServer{w, s}, nil
}

func (s rtcServer) Addr() string { return "http://" + s.l.Addr().String() }

func (s rtcServer) Close() {
	s.close()
	s.ownServer.Close()
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
