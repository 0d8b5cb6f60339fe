package udp

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// maxViewQueue bounds the datagrams that wait for WebRTC; beyond it new ones are dropped, as a network would.
const maxViewQueue = 1024

// View is the WebRTC share of a Socket, as a net.PacketConn. Its AddrPort methods spare pion the allocation of an address
// per datagram.
type View struct {
	sock  *Socket
	queue chan *packet
	pool  sync.Pool

	closeOnce sync.Once
	closed    chan struct{}

	mu       sync.Mutex    // guards deadline and moved
	deadline time.Time     // of reads; zero means none
	moved    chan struct{} // closed when the deadline moves
}

type packet struct {
	addr netip.AddrPort
	n    int
	buf  [MaxPayload]byte
}

func newView(s *Socket) *View {
	return &View{
		sock: s, queue: make(chan *packet, maxViewQueue), closed: make(chan struct{}), moved: make(chan struct{}),
		pool: sync.Pool{New: func() any { return new(packet) }},
	}
}

// push queues a copy of d or drops it.
func (v *View) push(d Datagram) {
	select {
	case <-v.closed:
		return
	default:
	}
	p := v.pool.Get().(*packet)
	p.addr, p.n = d.Addr, copy(p.buf[:], d.Data)
	select {
	case v.queue <- p:
	default:
		v.pool.Put(p)
		v.sock.counters.viewDropped.Add(1)
	}
}

// ReadFromAddrPort reads one datagram; what does not fit b is cut off.
func (v *View) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		p, retry, err := v.wait()
		if retry {
			continue
		}
		if err != nil {
			return 0, netip.AddrPort{}, err
		}
		n, addr := copy(b, p.buf[:p.n]), p.addr
		v.pool.Put(p)
		return n, addr, nil
	}
}

// wait returns the next packet, or an error when the view is closed or its deadline passes, or retry when that moves.
func (v *View) wait() (p *packet, retry bool, err error) {
	v.mu.Lock()
	deadline, moved := v.deadline, v.moved
	v.mu.Unlock()
	var expired <-chan time.Time
	if !deadline.IsZero() {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case p := <-v.queue:
		return p, false, nil
	case <-v.closed:
		return nil, false, net.ErrClosed
	case <-moved:
		return nil, true, nil
	case <-expired:
		return nil, false, os.ErrDeadlineExceeded
	}
}

// ReadFrom implements net.PacketConn.
func (v *View) ReadFrom(b []byte) (int, net.Addr, error) {
	n, addr, err := v.ReadFromAddrPort(b)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(addr), nil
}

// WriteToAddrPort writes one datagram.
func (v *View) WriteToAddrPort(b []byte, addr netip.AddrPort) (int, error) {
	select {
	case <-v.closed:
		return 0, net.ErrClosed
	default:
	}
	n, err := v.sock.conn.WriteToUDPAddrPort(b, addr)
	if err != nil {
		v.sock.counters.writeErrors.Add(1)
		return n, err
	}
	v.sock.counters.wrote(1, n)
	return n, nil
}

// WriteTo implements net.PacketConn; addr must be a *net.UDPAddr.
func (v *View) WriteTo(b []byte, addr net.Addr) (int, error) {
	to, ok := addr.(*net.UDPAddr)
	if !ok {
		return 0, &net.OpError{Op: "write", Net: "udp", Addr: addr, Err: net.InvalidAddrError("not a UDP address")}
	}
	return v.WriteToAddrPort(b, unmap(to.AddrPort()))
}

// LocalAddr implements net.PacketConn.
func (v *View) LocalAddr() net.Addr { return v.sock.conn.LocalAddr() }

// Close ends reads and writes of the view only.
func (v *View) Close() error {
	v.closeOnce.Do(func() { close(v.closed) })
	return nil
}

// SetDeadline implements net.PacketConn; writes never block for long and have none.
func (v *View) SetDeadline(t time.Time) error { return v.SetReadDeadline(t) }

// SetReadDeadline implements net.PacketConn.
func (v *View) SetReadDeadline(t time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.deadline = t
	close(v.moved)
	v.moved = make(chan struct{})
	return nil
}

// SetWriteDeadline implements net.PacketConn.
func (v *View) SetWriteDeadline(time.Time) error { return nil }
