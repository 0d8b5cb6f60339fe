package udp

import (
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system's own structures are kept from call to call: the packages that offer recvmmsg and sendmmsg make an address object
// for every datagram, which is half of what receiving one costs beside the kernel's share.

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
}

// sockaddr has room for an address of either family: IPv4's struct lies in its first bytes.
type sockaddr = unix.RawSockaddrInet6

// vector is a batch of messages as the kernel takes it.
type vector struct {
	msgs  [batchSize]mmsghdr
	iovs  [batchSize]unix.Iovec
	names [batchSize]sockaddr
}

func (v *vector) init() {
	for i := range v.msgs {
		h := &v.msgs[i].hdr
		h.Name = (*byte)(unsafe.Pointer(&v.names[i]))
		h.Iov = &v.iovs[i]
		h.SetIovlen(1)
	}
}

// batchConn reads with recvmmsg. One goroutine reads.
type batchConn struct {
	raw  syscall.RawConn
	v6   bool // of the socket: IPv4 peers have mapped addresses there
	in   vector
	bufs [batchSize][]byte
	out  []Datagram
	call func(fd uintptr) bool // made once: a closure for each call would be garbage
	n    int                   // what call found
	errn syscall.Errno
}

func (b *batchConn) init(conn *net.UDPConn) {
	raw, err := conn.SyscallConn()
	if err != nil {
		panic("udp: a UDP connection without a descriptor: " + err.Error()) // none exists
	}
	b.raw = raw
	b.v6 = conn.LocalAddr().(*net.UDPAddr).IP.To4() == nil
	b.out = make([]Datagram, 0, batchSize)
	b.in.init()
	for i := range b.bufs {
		b.bufs[i] = make([]byte, readBufferSize)
		b.in.iovs[i].Base = &b.bufs[i][0]
		b.in.iovs[i].SetLen(readBufferSize)
	}
	b.call = b.receive
}

// receive reports false when nothing is there: the runtime then waits.
func (b *batchConn) receive(fd uintptr) bool {
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&b.in.msgs[0])), batchSize, unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case unix.EINTR:
			continue
		case unix.EAGAIN:
			return false
		}
		b.n, b.errn = int(n), errno
		return true
	}
}

// read blocks until at least one datagram is there; what it returns is valid until the next call.
func (b *batchConn) read() ([]Datagram, error) {
	for i := range b.in.msgs {
		b.in.msgs[i].hdr.Namelen = unix.SizeofSockaddrInet6
	}
	if err := b.raw.Read(b.call); err != nil {
		return nil, err
	}
	if b.errn != 0 {
		return nil, b.errn
	}
	b.out = b.out[:0]
	for i := range b.n {
		if addr, ok := address(&b.in.names[i]); ok {
			b.out = append(b.out, Datagram{Addr: addr, Data: b.bufs[i][:b.in.msgs[i].n]})
		}
	}
	return b.out, nil
}

// address reads what the kernel wrote.
func address(s *sockaddr) (netip.AddrPort, bool) {
	switch s.Family {
	case unix.AF_INET:
		s4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(s))
		return netip.AddrPortFrom(netip.AddrFrom4(s4.Addr), networkOrder(s4.Port)), true
	case unix.AF_INET6:
		a := netip.AddrFrom16(s.Addr).Unmap()
		if s.Scope_id != 0 && a.Is6() {
			a = a.WithZone(zoneName(s.Scope_id))
		}
		return netip.AddrPortFrom(a, networkOrder(s.Port)), true
	}
	return netip.AddrPort{}, false
}

// put writes an address as a socket of the given family takes it, and returns its size.
func put(s *sockaddr, a netip.AddrPort, v6 bool) uint32 {
	if !v6 {
		s4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(s))
		*s4 = unix.RawSockaddrInet4{Family: unix.AF_INET, Port: networkOrder(a.Port())}
		if ip := a.Addr().Unmap(); ip.Is4() {
			s4.Addr = ip.As4()
		} else {
			s4.Family = unix.AF_INET6 // which the kernel refuses: it cannot be reached from here
		}
		return unix.SizeofSockaddrInet4
	}
	*s = sockaddr{Family: unix.AF_INET6, Port: networkOrder(a.Port()), Addr: a.Addr().As16(), Scope_id: zoneIndex(a.Addr().Zone())}
	return unix.SizeofSockaddrInet6
}

// networkOrder turns a port from or into the kernel's, which is big-endian.
func networkOrder(port uint16) uint16 {
	b := (*[2]byte)(unsafe.Pointer(&port))
	return uint16(b[0])<<8 | uint16(b[1])
}

// zoneName and zoneIndex serve link-local addresses only, which are rare: their cost does not matter.
func zoneName(index uint32) string {
	if i, err := net.InterfaceByIndex(int(index)); err == nil {
		return i.Name
	}
	return strconv.FormatUint(uint64(index), 10)
}

func zoneIndex(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	n, _ := strconv.ParseUint(zone, 10, 32)
	return uint32(n)
}

// batchWriter writes with sendmmsg.
type batchWriter struct {
	out  vector
	call func(fd uintptr) bool
	from int // the messages to send next
	to   int
	n    int // what call did
	errn syscall.Errno
}

func (b *batchWriter) init(w *Writer) {
	b.out.init()
	for i := range w.bufs {
		b.out.iovs[i].Base = &w.bufs[i][:1][0]
	}
	b.call = b.send
}

func (b *batchWriter) send(fd uintptr) bool {
	for {
		n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&b.out.msgs[b.from])), uintptr(b.to-b.from), unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case unix.EINTR:
			continue
		case unix.EAGAIN:
			return false
		}
		b.n, b.errn = int(n), errno
		return true
	}
}

func (b *batchWriter) flush(w *Writer) {
	for i := range w.n {
		b.out.iovs[i].SetLen(w.lens[i])
		b.out.msgs[i].hdr.Namelen = put(&b.out.names[i], w.addrs[i], w.sock.io.v6)
	}
	for b.from, b.to = 0, w.n; b.from < b.to; {
		if err := w.sock.io.raw.Write(b.call); err != nil || b.errn != 0 || b.n == 0 {
			w.sock.counters.WriteErrors.Add(1)
			b.from++ // the first of the rest was refused: drop it, go on with the others
			continue
		}
		bytes := 0
		for _, n := range w.lens[b.from : b.from+b.n] {
			bytes += n
		}
		w.sock.counters.wrote(b.n, bytes)
		b.from += b.n
	}
}
