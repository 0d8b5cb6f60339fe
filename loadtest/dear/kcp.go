package dear

import (
	"context"
	"encoding/binary"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/kcp"
	"github.com/realmwire/realmwire/transport/ticket"
)

// What docs/wire.md#frames calls them.
const (
	framePing     = 0x01
	frameLatest   = 0x10
	frameReliable = 0x11

	segmentPush = 81
	segmentAck  = 82
	segmentSize = 24

	framesRoom = 1170
)

// kcpPeer sends frames of its own over our association.
type kcpPeer struct {
	raw  *kcp.Raw
	make func(*kcpPeer) []byte
	n    uint32
}

func kcpWay(frames func(*kcpPeer) []byte) func(context.Context, *Peer, *client.Grant) (way, error) {
	return func(ctx context.Context, _ *Peer, g *client.Grant) (way, error) {
		e, ok := g.Endpoint(transport.KCP)
		if !ok {
			return nil, errNoWay
		}
		if err := loopback(e.Addr); err != nil {
			return nil, err
		}
		raw, err := kcp.DialRaw(ctx, kcp.DialConfig{Addr: e.Addr, Ticket: g.Ticket, Secret: g.Secret, Suite: ticket.Suite(g.Suite)})
		if err != nil {
			return nil, err
		}
		return &kcpPeer{raw: raw, make: frames}, nil
	}
}

func (p *kcpPeer) send() (int, error) { return p.raw.Send(p.make(p)) }
func (p *kcpPeer) close()             { _ = p.raw.Close() }

// pings fill a datagram with the smallest frames.
func (p *kcpPeer) pings() []byte {
	b := make([]byte, framesRoom)
	for i := range b {
		b[i] = framePing
	}
	return b
}

// latest fills it with the smallest messages.
func (p *kcpPeer) latest() (b []byte) {
	for len(b)+4 <= framesRoom {
		b = append(b, frameLatest, 1, 0, 1)
	}
	return b
}

// pushes are segments that the server holds already, because the first never comes.
func (p *kcpPeer) pushes() []byte {
	return p.segments(func(b []byte) []byte {
		p.n++
		return append(p.segment(b, segmentPush, 127-p.n%126, 1), 1)
	})
}

// acks acknowledge the newest segments alone, two more with each datagram.
func (p *kcpPeer) acks() []byte {
	p.n += 2
	k := uint32(0)
	return p.segments(func(b []byte) []byte {
		k++
		return p.segment(b, segmentAck, 127-(p.n+k%2)%127, 0)
	})
}

func (p *kcpPeer) segments(next func(b []byte) []byte) []byte {
	b := []byte{frameReliable, 0, 0}
	for len(b)+segmentSize+1 < transport.MaxLatestMessage {
		b = next(b)
	}
	binary.LittleEndian.PutUint16(b[1:], uint16(len(b)-3))
	return b
}

func (p *kcpPeer) segment(b []byte, cmd byte, sn uint32, size int) []byte {
	b = binary.LittleEndian.AppendUint32(b, p.raw.ID())
	b = append(b, cmd, 0, 128, 0)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, sn)
	b = binary.LittleEndian.AppendUint32(b, 0)
	return binary.LittleEndian.AppendUint32(b, uint32(size))
}
