package peer

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/coder/websocket"

	"github.com/realmwire/realmwire/transport"
)

func netipWithoutPort(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), 0) }

// coderConn is coder/websocket as it comes.
type coderConn struct{ socket *websocket.Conn }

func (c coderConn) Send(_ transport.Lane, msg []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeWait)
	defer cancel()
	return c.socket.Write(ctx, websocket.MessageBinary, msg)
}

func (c coderConn) Close() { _ = c.socket.CloseNow() }

func readCoder(socket *websocket.Conn, r Receive) {
	for {
		_, msg, err := socket.Read(context.Background())
		if err != nil {
			return
		}
		r(msg)
	}
}

type coderServer struct{ *web }

func listenCoder(o Options, accept Accept) (Server, error) {
	w, err := serveWeb(o, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		readCoder(socket, accept(coderConn{socket}))
	}))
	if err != nil {
		return nil, err
	}
	return coderServer{w}, nil
}

func (s coderServer) Addr() string { return "ws://" + s.l.Addr().String() }
func (s coderServer) Flush()       {}
func (s coderServer) Close()       { s.close() }

func dialCoder(ctx context.Context, _ Options, addr string, r Receive) (Conn, error) {
	//nolint:bodyclose // the library says that the body never needs closing
	socket, _, err := websocket.Dial(ctx, addr, &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		return nil, err
	}
	go readCoder(socket, r)
	return coderConn{socket}, nil
}
