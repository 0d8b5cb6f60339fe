package udp

import "net/netip"

// Writer gathers datagrams and writes them with as few system calls as the platform allows. It owns its buffers, so that
// filling it allocates nothing. A Writer serves one goroutine at a time; a Socket may have many.
type Writer struct {
	sock  *Socket
	bufs  [][]byte // each of capacity MaxPayload
	addrs []netip.AddrPort
	lens  []int
	n     int
	io    batchWriter
}

// NewWriter returns an empty writer.
func (s *Socket) NewWriter() *Writer {
	arena := make([]byte, batchSize*MaxPayload)
	w := &Writer{sock: s, bufs: make([][]byte, batchSize), addrs: make([]netip.AddrPort, batchSize), lens: make([]int, batchSize)}
	for i := range w.bufs {
		w.bufs[i] = arena[i*MaxPayload : i*MaxPayload : (i+1)*MaxPayload]
	}
	w.io.init(w)
	return w
}

// Next returns the empty buffer of the next datagram, with capacity MaxPayload; append to it and Commit its new length.
func (w *Writer) Next() []byte { return w.bufs[w.n] }

// Commit queues the first n bytes of the buffer that Next returned, for addr, and flushes when the batch is full.
func (w *Writer) Commit(addr netip.AddrPort, n int) {
	w.addrs[w.n], w.lens[w.n] = addr, n
	w.n++
	if w.n == batchSize {
		w.Flush()
	}
}

// Flush writes what is queued. Datagrams that the kernel refuses are dropped and counted: the network may drop them too.
func (w *Writer) Flush() {
	if w.n > 0 {
		w.io.flush(w)
		w.n = 0
	}
}
