//go:build !linux

package udp

import "net"

// batchConn reads one datagram at a time, where the system has no call for many.
type batchConn struct {
	conn *net.UDPConn
	buf  []byte
	out  [1]Datagram
}

func (b *batchConn) init(conn *net.UDPConn) {
	b.conn = conn
	b.buf = make([]byte, readBufferSize)
}

// read blocks until a datagram is there; what it returns is valid until the next call.
func (b *batchConn) read() ([]Datagram, error) {
	n, from, err := b.conn.ReadFromUDPAddrPort(b.buf)
	if err != nil {
		return nil, err
	}
	b.out[0] = Datagram{Addr: unmap(from), Data: b.buf[:n]}
	return b.out[:], nil
}

// batchWriter writes one datagram at a time.
type batchWriter struct{}

func (batchWriter) init(*Writer) {}

func (batchWriter) flush(w *Writer) {
	for i := range w.n {
		n, err := w.sock.conn.WriteToUDPAddrPort(w.bufs[i][:w.lens[i]], w.addrs[i])
		if err != nil {
			w.sock.counters.WriteErrors.Add(1)
			continue
		}
		w.sock.counters.wrote(1, n)
	}
}
