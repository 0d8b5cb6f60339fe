package udp

import (
	"net"

	"golang.org/x/net/ipv4"
)

// batchConn reads with recvmmsg. ipv4.PacketConn serves IPv6 sockets just as well here: the two packages differ only in
// control messages, which are not used, and the address family travels with each address.
type batchConn struct {
	conn *ipv4.PacketConn
	msgs []ipv4.Message
	out  []Datagram
}

func (b *batchConn) init(conn *net.UDPConn) {
	b.conn = ipv4.NewPacketConn(conn)
	b.msgs = make([]ipv4.Message, batchSize)
	b.out = make([]Datagram, 0, batchSize)
	for i := range b.msgs {
		b.msgs[i].Buffers = [][]byte{make([]byte, readBufferSize)}
	}
}

// read blocks until at least one datagram is there; what it returns is valid until the next call.
func (b *batchConn) read() ([]Datagram, error) {
	n, err := b.conn.ReadBatch(b.msgs, 0)
	if err != nil {
		return nil, err
	}
	b.out = b.out[:0]
	for i := range b.msgs[:n] {
		m := &b.msgs[i]
		if from, ok := m.Addr.(*net.UDPAddr); ok {
			b.out = append(b.out, Datagram{Addr: unmap(from.AddrPort()), Data: m.Buffers[0][:m.N]})
		}
	}
	return b.out, nil
}

// batchWriter writes with sendmmsg; its addresses are reused, as converting one allocates.
type batchWriter struct {
	msgs  []ipv4.Message
	addrs []net.UDPAddr
	ips   [][16]byte
}

func (b *batchWriter) init(*Writer) {
	b.msgs = make([]ipv4.Message, batchSize)
	b.addrs = make([]net.UDPAddr, batchSize)
	b.ips = make([][16]byte, batchSize)
	for i := range b.msgs {
		b.msgs[i].Buffers = make([][]byte, 1)
		b.msgs[i].Addr = &b.addrs[i]
	}
}

func (b *batchWriter) flush(w *Writer) {
	for i := range w.n {
		b.msgs[i].Buffers[0] = w.bufs[i][:w.lens[i]]
		a := w.addrs[i].Addr()
		b.ips[i] = a.As16() // mapped, where it is IPv4; net.IP takes both forms
		b.addrs[i].IP, b.addrs[i].Port, b.addrs[i].Zone = b.ips[i][:], int(w.addrs[i].Port()), a.Zone()
	}
	for done := 0; done < w.n; {
		sent, err := w.sock.io.conn.WriteBatch(b.msgs[done:w.n], 0)
		if err != nil || sent <= 0 {
			w.sock.counters.writeErrors.Add(1)
			done++ // the first of the rest was refused: drop it, go on with the others
			continue
		}
		bytes := 0
		for _, n := range w.lens[done : done+sent] {
			bytes += n
		}
		w.sock.counters.wrote(sent, bytes)
		done += sent
	}
}
