package kcp

import (
	"context"
	"fmt"
	"net"

	"github.com/realmwire/realmwire/transport"
)

// Raw is a client's association whose frames its owner writes, well-formed or not: load tests play hostile peers with it. What the
// server sends is not read.
type Raw struct {
	sock    *net.UDPConn
	out     sealer
	id      uint32
	counter uint64
	buf     []byte
}

// DialRaw makes the handshake of Dial.
func DialRaw(ctx context.Context, cfg DialConfig) (*Raw, error) {
	sock, s, _, err := cfg.greet(ctx)
	if err != nil {
		return nil, err
	}
	return &Raw{sock: sock, out: s.cfg.out, id: s.cfg.id, counter: s.counter}, nil
}

// ID is the connection's, which KCP's segments carry.
func (r *Raw) ID() uint32 { return r.id }

// Send seals frames (docs/wire.md#frames) into a datagram, and returns its size.
func (r *Raw) Send(frames []byte) (int, error) {
	if len(frames) > maxFrames {
		return 0, fmt.Errorf("kcp: %d bytes of frames, of which %d fit a datagram", len(frames), maxFrames)
	}
	r.counter++
	r.buf = r.out.seal(append(appendSealedHeader(r.buf[:0], r.id, r.counter), frames...), r.counter)
	return r.sock.Write(r.buf)
}

// Close tells the server goodbye.
func (r *Raw) Close() error {
	_, _ = r.Send(appendCloseFrame(nil, transport.Normal, ""))
	return r.sock.Close()
}
