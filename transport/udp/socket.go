package udp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Sizes and bounds.
const (
	// MaxPayload is the largest datagram that is read or written, in bytes. Longer ones are dropped.
	MaxPayload = 1500
	// readBufferSize leaves a longer datagram room to show that it is too long.
	readBufferSize = MaxPayload + 1
	// batchSize is how many datagrams one system call moves at most.
	batchSize = 64
	// defaultKernelBuffer holds about a second of a busy zone's upstream.
	defaultKernelBuffer = 4 << 20
	pauseAfterReadError = time.Millisecond
)

// Datagram is one UDP payload, whose it is, and the peer's address, in which an IPv4 address is never mapped into IPv6.
type Datagram struct {
	Addr  netip.AddrPort
	Data  []byte
	Class Class
}

// Socket is a process's one UDP socket. It is safe for concurrent use.
type Socket struct {
	conn *net.UDPConn
	io   batchConn // platform-specific; the reader and writers use disjoint parts of it
	addr netip.AddrPort

	setting   sync.Mutex // of receivers, which are replaced as a whole
	receivers atomic.Pointer[[classes]*receiver]
	counters  Counters
	reader    sync.WaitGroup
	closing   atomic.Bool
}

// Listen opens the socket on addr (host:port) and starts reading. A wildcard host listens on IPv4 and IPv6.
func Listen(addr string, cfg Config) (*Socket, error) {
	laddr, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		return nil, fmt.Errorf("udp: listen on %q: %w; give host:port, such as :7777", addr, err)
	}
	conn, err := net.ListenUDP("udp", laddr)
	if err != nil {
		return nil, fmt.Errorf("udp: listen on %q: %w; is another process using the port?", addr, err)
	}
	// Best effort: the kernel caps both at its own limits, which are an operator's to raise.
	_ = conn.SetReadBuffer(orDefault(cfg.ReadBuffer, defaultKernelBuffer))
	_ = conn.SetWriteBuffer(orDefault(cfg.WriteBuffer, defaultKernelBuffer))
	s := &Socket{conn: conn, addr: unmap(conn.LocalAddr().(*net.UDPAddr).AddrPort())}
	s.Handle(nil)
	s.io.init(conn)
	s.reader.Go(s.readLoop)
	return s, nil
}

// Addr is the local address, with the port that the kernel chose where port 0 was asked for.
func (s *Socket) Addr() netip.AddrPort { return s.addr }

// WriteTo writes one datagram; one that the kernel refuses is dropped and counted. What leaves in numbers uses a Writer.
func (s *Socket) WriteTo(b []byte, addr netip.AddrPort) {
	if n, err := s.conn.WriteToUDPAddrPort(b, addr); err != nil {
		s.counters.WriteErrors.Add(1)
	} else {
		s.counters.wrote(1, n)
	}
}

// Close stops reading and closes the socket. It waits until the last call of the handler has returned, so that it must
// not be called by the handler.
func (s *Socket) Close() error {
	if s.closing.Swap(true) {
		return nil
	}
	err := s.conn.Close()
	s.reader.Wait()
	return err
}

// readLoop is the socket's one reader.
func (s *Socket) readLoop() {
	for {
		batch, err := s.io.read()
		if err != nil {
			if s.closing.Load() || errors.Is(err, net.ErrClosed) {
				return
			}
			s.counters.ReadErrors.Add(1)    // such as an ICMP error on some systems: the socket itself is well
			time.Sleep(pauseAfterReadError) // and where it is not, do not spin
			continue
		}
		s.dispatch(batch)
	}
}

// Counters are the socket's totals since it was opened.
type Counters struct {
	DatagramsIn  atomic.Uint64 `help:"datagrams received"`
	DatagramsOut atomic.Uint64 `help:"datagrams sent"`
	BytesIn      atomic.Uint64 `help:"bytes of payload received"`
	BytesOut     atomic.Uint64 `help:"bytes of payload sent"`
	Dropped      atomic.Uint64 `help:"datagrams of a class that nobody handles, empty or too long"`
	ReadErrors   atomic.Uint64 `help:"reads that failed"`
	WriteErrors  atomic.Uint64 `help:"datagrams that could not be sent"`
	WriteCalls   atomic.Uint64 `help:"system calls that sent, so datagrams_out / write_calls is the batch size"`
}

// Counters are the socket's own, which go on counting.
func (s *Socket) Counters() *Counters { return &s.counters }

func (c *Counters) wrote(datagrams, bytes int) {
	c.WriteCalls.Add(1)
	c.DatagramsOut.Add(uint64(datagrams))
	c.BytesOut.Add(uint64(bytes))
}

func unmap(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }

func orDefault(v, def int) int {
	if v > 0 {
		return v
	}
	return def
}
