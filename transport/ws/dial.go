package ws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"

	"github.com/coder/websocket"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// Dial joins a zone process over a WebSocket. It returns once the connection stands and the ticket is sent; when the server
// refuses the ticket, h is told Closed with TicketInvalid and the reason. Calls of h may begin before Dial returns.
func Dial(ctx context.Context, cfg DialConfig, h transport.Handler) (transport.Conn, error) {
	if h == nil {
		return nil, errors.New("ws: dial: a handler is required")
	}
	if _, err := ticket.ReadHeader(cfg.Ticket); err != nil {
		return nil, fmt.Errorf("ws: dial %s: %w; take the ticket from a grant, base64-decoded", cfg.URL, err)
	}
	wait := pickTimeout(cfg.HandshakeTimeout, transport.DefaultHandshakeTimeout)
	dialCtx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var remote net.Addr
	traced := httptrace.WithClientTrace(dialCtx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { remote = info.Conn.RemoteAddr() },
	})
	//nolint:bodyclose // the library says that the body never needs closing
	socket, resp, err := websocket.Dial(traced, cfg.URL, &websocket.DialOptions{
		HTTPClient: cfg.HTTPClient, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		if resp != nil && resp.StatusCode != 0 && resp.StatusCode != http.StatusSwitchingProtocols {
			return nil, fmt.Errorf("ws: dial %s: the server answered %s: %w (%w)", cfg.URL, resp.Status, err, transport.ErrUnspent)
		}
		return nil, fmt.Errorf("ws: dial %s: %w (%w)", cfg.URL, err, transport.ErrUnspent)
	}
	if err := socket.Write(dialCtx, websocket.MessageBinary, cfg.Ticket); err != nil {
		_ = socket.CloseNow()
		return nil, fmt.Errorf("ws: dial %s: send the ticket: %w", cfg.URL, err)
	}
	var peer netip.AddrPort
	if remote != nil {
		peer = addrOf(remote)
	}
	c := newConn(socket, peer, pickTimeout(cfg.Timeout, transport.DefaultTimeout))
	c.calls.Start(h)
	go c.run()
	return c, nil
}
