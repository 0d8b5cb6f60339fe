package rtc

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// pinned is the socket that pion reads, with one filter: once a peer's session stands, connectivity checks for it are let
// through from its own address only. An ICE-lite agent moves its traffic wherever an authentic check comes from, and checks
// are authentic whose sender's address is forged by the peer itself: it could aim its snapshots at anybody.
type pinned struct {
	net.PacketConn
	onDrop func()

	count atomic.Int32
	mu    sync.RWMutex
	pins  map[string]netip.AddrPort // by our user fragment
}

func newPinned(conn net.PacketConn, onDrop func()) *pinned {
	return &pinned{PacketConn: conn, onDrop: onDrop, pins: make(map[string]netip.AddrPort)}
}

// pin binds a user fragment to an address until unpin.
func (p *pinned) pin(ufrag string, addr netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.pins[ufrag]; !ok {
		p.pins[ufrag] = addr
		p.count.Add(1)
	}
}

func (p *pinned) unpin(ufrag string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.pins[ufrag]; ok {
		delete(p.pins, ufrag)
		p.count.Add(-1)
	}
}

// addrPortConn is what pion asks for to read and write without allocating addresses.
type addrPortConn interface {
	ReadFromAddrPort(b []byte) (int, netip.AddrPort, error)
	WriteToAddrPort(b []byte, addr netip.AddrPort) (int, error)
}

// ReadFromAddrPort reads the next datagram that passes.
func (p *pinned) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, addr, err := p.read(b)
		if err != nil || p.passes(b[:n], addr) {
			return n, addr, err
		}
		p.onDrop()
	}
}

func (p *pinned) read(b []byte) (int, netip.AddrPort, error) {
	if fast, ok := p.PacketConn.(addrPortConn); ok {
		return fast.ReadFromAddrPort(b)
	}
	n, from, err := p.PacketConn.ReadFrom(b)
	if err != nil {
		return 0, netip.AddrPort{}, err
	}
	return n, addrPortOf(from), nil
}

// ReadFrom reads the next datagram that passes.
func (p *pinned) ReadFrom(b []byte) (int, net.Addr, error) {
	n, addr, err := p.ReadFromAddrPort(b)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(addr), nil
}

// WriteToAddrPort writes one datagram.
func (p *pinned) WriteToAddrPort(b []byte, addr netip.AddrPort) (int, error) {
	if fast, ok := p.PacketConn.(addrPortConn); ok {
		return fast.WriteToAddrPort(b, addr)
	}
	return p.PacketConn.WriteTo(b, net.UDPAddrFromAddrPort(addr))
}

// passes reports whether a datagram may reach pion.
func (p *pinned) passes(b []byte, from netip.AddrPort) bool {
	if p.count.Load() == 0 {
		return true
	}
	ufrag, ok := bindingUfrag(b)
	if !ok {
		return true
	}
	p.mu.RLock()
	addr, held := p.pins[string(ufrag)]
	p.mu.RUnlock()
	return !held || addr == from
}

// bindingUfrag returns the receiver's user fragment in a STUN binding request (RFC 8489: header of 20 bytes, then attributes
// of type, length and a value padded to four bytes; USERNAME is "receiver:sender").
func bindingUfrag(b []byte) ([]byte, bool) {
	const headerSize, bindingRequest, magic, username = 20, 0x0001, 0x2112A442, 0x0006
	if len(b) < headerSize || binary.BigEndian.Uint16(b) != bindingRequest || binary.BigEndian.Uint32(b[4:]) != magic {
		return nil, false
	}
	for b = b[headerSize:]; len(b) >= 4; {
		typ, size := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		b = b[4:]
		if len(b) < size {
			return nil, false
		}
		if typ == username {
			for i, c := range b[:size] {
				if c == ':' {
					return b[:i], true
				}
			}
			return b[:size], true
		}
		b = b[min(len(b), (size+3)&^3):]
	}
	return nil, false
}

func addrPortOf(a net.Addr) netip.AddrPort {
	u, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := u.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
