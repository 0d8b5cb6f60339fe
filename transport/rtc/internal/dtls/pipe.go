package dtls

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// maxQueued bounds the datagrams of a handshake that wait; beyond it new ones are dropped, as a network would.
const maxQueued = 16

// Pipe is the network of one handshake: datagrams that came are pushed in, those that leave are given to a function. It
// implements net.PacketConn for pion.
type Pipe struct {
	peer  net.Addr
	write func(datagram []byte)
	queue chan []byte

	closeOnce sync.Once
	closed    chan struct{}

	mu       sync.Mutex    // guards what follows
	deadline time.Time     // of reads; zero means none
	moved    chan struct{} // closed when the deadline moves
	muted    bool          // nothing is written any more
	last     []byte        // the datagram written last
}

// NewPipe makes one towards a peer.
func NewPipe(peer netip.AddrPort, write func(datagram []byte)) *Pipe {
	return &Pipe{
		peer: net.UDPAddrFromAddrPort(peer), write: write, queue: make(chan []byte, maxQueued),
		closed: make(chan struct{}), moved: make(chan struct{}),
	}
}

// Push queues a copy of a datagram of the peer; it reports false when it was dropped.
func (p *Pipe) Push(datagram []byte) bool {
	select {
	case p.queue <- append([]byte(nil), datagram...):
		return true
	default:
		return false
	}
}

// ReadFrom implements net.PacketConn.
func (p *Pipe) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		datagram, err := p.wait()
		if err != nil {
			return 0, nil, err
		}
		if datagram != nil {
			return copy(b, datagram), p.peer, nil
		}
	}
}

// wait returns the next datagram, an error when the pipe is closed or its deadline passes, or nothing when that moves.
func (p *Pipe) wait() ([]byte, error) {
	p.mu.Lock()
	deadline, moved := p.deadline, p.moved
	p.mu.Unlock()
	var expired <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(until(deadline))
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case datagram := <-p.queue:
		return datagram, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-moved:
		return nil, nil
	case <-expired:
		return nil, os.ErrDeadlineExceeded
	}
}

// WriteTo implements net.PacketConn.
func (p *Pipe) WriteTo(b []byte, _ net.Addr) (int, error) {
	p.mu.Lock()
	muted := p.muted
	if !muted {
		p.last = append(p.last[:0], b...)
	}
	p.mu.Unlock()
	if !muted {
		p.write(b)
	}
	return len(b), nil
}

// mute ends writing and returns what was written last.
func (p *Pipe) mute() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.muted = true
	return p.last
}

// LocalAddr implements net.PacketConn; a handshake has no use for it.
func (p *Pipe) LocalAddr() net.Addr { return &net.UDPAddr{} }

// Close ends reads.
func (p *Pipe) Close() error {
	p.closeOnce.Do(func() { close(p.closed) })
	return nil
}

// SetDeadline implements net.PacketConn; writes never block and have none.
func (p *Pipe) SetDeadline(t time.Time) error { return p.SetReadDeadline(t) }

// SetReadDeadline implements net.PacketConn.
func (p *Pipe) SetReadDeadline(t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deadline = t
	close(p.moved)
	p.moved = make(chan struct{})
	return nil
}

// SetWriteDeadline implements net.PacketConn.
func (p *Pipe) SetWriteDeadline(time.Time) error { return nil }
