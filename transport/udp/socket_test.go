package udp

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const wait = 10 * time.Second

func listen(t *testing.T, addr string) *Socket {
	t.Helper()
	s, err := Listen(addr, Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// collector keeps copies of the datagrams that a handler is given.
type collector struct {
	mu  sync.Mutex
	got []Datagram
}

func (c *collector) handle(batch []Datagram) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range batch {
		c.got = append(c.got, Datagram{d.Addr, bytes.Clone(d.Data), d.Class})
	}
}

func (c *collector) wait(t *testing.T, n int) []Datagram {
	t.Helper()
	for deadline := time.Now().Add(wait); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		c.mu.Lock()
		got := c.got
		c.mu.Unlock()
		if len(got) >= n {
			return got
		}
	}
	t.Fatalf("%d datagrams did not come", n)
	return nil
}

func dial(t *testing.T, addr string) *net.UDPConn {
	t.Helper()
	c, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c.(*net.UDPConn)
}

func write(t *testing.T, c *net.UDPConn, b []byte) {
	t.Helper()
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
}

// TestWildcardServesBothFamilies needs a kernel with IPv6 for its second half, as any machine that runs the tests has.
func TestWildcardServesBothFamilies(t *testing.T) {
	s := listen(t, ":0")
	s.Handle(func(batch []Datagram) {
		w := s.NewWriter()
		for _, d := range batch {
			w.Commit(d.Addr, len(append(w.Next(), d.Data...)))
		}
		w.Flush()
	}, Own)
	for _, host := range []string{"127.0.0.1", "::1"} {
		if host == "::1" && !haveIPv6(t) {
			continue
		}
		c := dial(t, net.JoinHostPort(host, fmt.Sprint(s.Addr().Port())))
		write(t, c, []byte{0x80, 7})
		_ = c.SetReadDeadline(time.Now().Add(wait))
		buf := make([]byte, 10)
		if n, err := c.Read(buf); err != nil || n != 2 || buf[1] != 7 {
			t.Errorf("%s: echo of %d bytes, %v", host, n, err)
		}
	}
}

func haveIPv6(t *testing.T) bool {
	c, err := net.ListenPacket("udp6", "[::1]:0")
	if err != nil {
		t.Logf("no IPv6 here (%v): only IPv4 is tried", err)
		return false
	}
	_ = c.Close()
	return true
}

func TestWriterBatches(t *testing.T) {
	s, peer := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	var got collector
	peer.Handle(got.handle, Own)
	w := s.NewWriter()
	const n = batchSize + 10
	for i := range n {
		b := append(w.Next(), 0x80, byte(i))
		w.Commit(peer.Addr(), len(append(b, make([]byte, i)...)))
	}
	w.Flush()
	w.Flush() // nothing is left
	for i, d := range got.wait(t, n) {
		if d.Data[1] != byte(i) || len(d.Data) != i+2 {
			t.Fatalf("datagram %d has %d bytes, number %d", i, len(d.Data), d.Data[1])
		}
	}
	if c := s.Counters(); c.DatagramsOut.Load() != n || c.BytesOut.Load() != n*(n-1)/2+2*n {
		t.Errorf("counters %+v", c)
	}
}

func TestWriterGoesOnAfterARefusedDatagram(t *testing.T) {
	s, peer := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	var got collector
	peer.Handle(got.handle, Own)
	w := s.NewWriter()
	for i := range 5 {
		to := peer.Addr()
		if i == 2 {
			to = netip.AddrPortFrom(to.Addr(), 0) // port 0 cannot be sent to
		}
		w.Commit(to, len(append(w.Next(), 0x80, byte(i))))
	}
	w.Flush()
	got.wait(t, 4)
	if c := s.Counters(); c.WriteErrors.Load() != 1 || c.DatagramsOut.Load() != 4 {
		t.Errorf("counters %+v", c)
	}
}

func TestWriterAllocatesNothing(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	sink, err := net.ListenPacket("udp", "127.0.0.1:0") // which nobody reads: reading allocates addresses
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	w := s.NewWriter()
	addr, data := sink.LocalAddr().(*net.UDPAddr).AddrPort(), make([]byte, 600)
	n := testing.AllocsPerRun(100, func() {
		for range 20 {
			w.Commit(addr, len(append(w.Next(), data...)))
		}
		w.Flush()
	})
	if n > 1 { // x/net may take a helper from a pool that the collector has emptied
		t.Errorf("%v allocations for a flush of 20 datagrams", n)
	}
}

func TestWriteTo(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	c := dial(t, s.Addr().String())
	s.WriteTo([]byte{1, 2, 3}, c.LocalAddr().(*net.UDPAddr).AddrPort())
	_ = c.SetReadDeadline(time.Now().Add(wait))
	buf := make([]byte, 10)
	if n, err := c.Read(buf); err != nil || n != 3 {
		t.Fatalf("read %d, %v", n, err)
	}
	s.WriteTo(make([]byte, 1<<16), s.Addr()) // no datagram is so long
	if got := s.Counters(); got.DatagramsOut.Load() != 1 || got.BytesOut.Load() != 3 || got.WriteErrors.Load() != 1 {
		t.Errorf("counters %+v", got)
	}
}

func TestListenErrors(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	if _, err := Listen(s.Addr().String(), Config{}); err == nil || !strings.Contains(err.Error(), s.Addr().String()) {
		t.Errorf("a taken port: %v", err)
	}
	if _, err := Listen("no port", Config{}); err == nil {
		t.Error("an address without a port was taken")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func BenchmarkWriter(b *testing.B) {
	s, err := Listen("127.0.0.1:0", Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	sink, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer sink.Close()
	to := sink.LocalAddr().(*net.UDPAddr).AddrPort()
	w := s.NewWriter()
	data := make([]byte, 600)
	b.ReportAllocs()
	for b.Loop() {
		w.Commit(to, len(append(w.Next(), data...)))
	}
	w.Flush()
}
