package dear

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/transport"
)

// Opcodes (RFC 6455, 5.2), and the bit of a frame that ends its message.
const (
	opContinuation = 0x0
	opBinary       = 0x2
	opPing         = 0x9
	finBit         = 0x80
	maskBit        = 0x80

	segmentRoom = 1200
	sendWait    = 50 * time.Millisecond // a server that reads slowly is waited for so long, and then the packet counts as sent
)

// wsPeer sends frames of its own over a WebSocket.
type wsPeer struct {
	conn  net.Conn
	make  func(*wsPeer) []byte
	begun bool
	rest  []byte // of a segment that the server was too slow for
}

func wsWay(frames func(*wsPeer) []byte) func(context.Context, *Peer, *client.Grant) (way, error) {
	return func(ctx context.Context, p *Peer, g *client.Grant) (way, error) {
		e, ok := g.Endpoint(transport.WebSocket)
		if !ok {
			return nil, errNoWay
		}
		target, err := p.api.WebSocketURL(e.URL)
		if err != nil {
			return nil, err
		}
		conn, err := upgrade(ctx, target)
		if err != nil {
			return nil, err
		}
		if _, err := conn.Write(frame(finBit|opBinary, g.Ticket)); err != nil {
			_ = conn.Close()
			return nil, err
		}
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		return &wsPeer{conn: conn, make: frames}, nil
	}
}

// upgrade opens a WebSocket and leaves its stream to the caller.
func upgrade(ctx context.Context, target string) (net.Conn, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	if err := loopback(u.Host); err != nil {
		return nil, err
	}
	var conn net.Conn
	if u.Scheme == "wss" {
		conn, err = (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(ctx, "tcp", u.Host) //nolint:gosec // loopback only
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
	}
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", u.RequestURI(), u.Host)
	if err == nil {
		err = accepted(conn)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// accepted reads the answer to an upgrade.
func accepted(conn net.Conn) error {
	resp, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, 4096)), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return errors.New("the WebSocket is refused: " + resp.Status)
	}
	return nil
}

// frame is one, under a mask that changes nothing.
func frame(op byte, payload []byte) []byte {
	b := []byte{op, maskBit}
	if n := len(payload); n < 126 {
		b[1] |= byte(n)
	} else {
		b[1] |= 126
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	}
	b = append(b, 0, 0, 0, 0)
	return append(b, payload...)
}

func (p *wsPeer) send() (int, error) {
	if len(p.rest) == 0 {
		p.rest = p.make(p)
	}
	_ = p.conn.SetWriteDeadline(time.Now().Add(sendWait))
	n, err := p.conn.Write(p.rest)
	p.rest = p.rest[n:]
	if errNet := net.Error(nil); errors.As(err, &errNet) && errNet.Timeout() {
		err = nil
	}
	return n, err
}

func (p *wsPeer) close() { _ = p.conn.Close() }

func fill(next []byte) (b []byte) {
	for len(b)+len(next) <= segmentRoom {
		b = append(b, next...)
	}
	return b
}

// pings fill a segment of TCP with the smallest pings.
func (p *wsPeer) pings() []byte { return fill(frame(finBit|opPing, nil)) }

// crumbs are a message that never ends, in frames without a byte.
func (p *wsPeer) crumbs() []byte {
	if !p.begun {
		p.begun = true
		return frame(opBinary, []byte{0})
	}
	return fill(frame(opContinuation, nil))
}

// messages fill a segment with the smallest messages of the latest lane.
func (p *wsPeer) messages() []byte {
	return fill(frame(finBit|opBinary, []byte{byte(transport.Latest), 1}))
}
