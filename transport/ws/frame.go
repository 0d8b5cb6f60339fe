package ws

import (
	"errors"
	"io"

	"github.com/coder/websocket"

	"github.com/realmwire/realmwire/transport"
)

// A WebSocket close carries 4000 + our code and the text as its reason.
const closeBase = 4000

// statusOf is the WebSocket status of a close code.
func statusOf(code transport.CloseCode) websocket.StatusCode {
	if !code.Valid() {
		code = transport.Normal
	}
	return websocket.StatusCode(closeBase + int(code))
}

// parseFrame splits a binary frame into its lane and message.
func parseFrame(b []byte) (transport.Lane, []byte, bool) {
	if len(b) < 2 {
		return 0, nil, false
	}
	lane, msg := transport.Lane(b[0]), b[1:]
	return lane, msg, transport.CheckSize(lane, len(msg)) == nil
}

// closeOf is what an error of reading says about why the session ended.
func closeOf(err error) (transport.CloseCode, string) {
	var ce websocket.CloseError
	switch {
	case errors.As(err, &ce) && ce.Code >= closeBase && ce.Code < closeBase+1000:
		return transport.CloseCode(ce.Code - closeBase), transport.ClipText(ce.Reason)
	case errors.As(err, &ce):
		switch ce.Code {
		case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd:
			return transport.Normal, transport.ClipText(ce.Reason) // a page that was left
		case websocket.StatusProtocolError, websocket.StatusUnsupportedData, websocket.StatusInvalidFramePayloadData,
			websocket.StatusPolicyViolation, websocket.StatusMessageTooBig:
			return transport.ProtocolError, transport.ClipText(ce.Reason)
		}
		return transport.Network, transport.ClipText(ce.Error())
	case errors.Is(err, websocket.ErrMessageTooBig):
		return transport.ProtocolError, "message over the limit"
	default:
		return transport.Network, transport.ClipText("connection lost: " + err.Error())
	}
}

// readAll reads r to its end into b, which it reuses and grows as bytes come: never more than was sent, and the connection's
// read limit bounds that.
func readAll(r io.Reader, b []byte) ([]byte, error) {
	b = b[:0]
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}
