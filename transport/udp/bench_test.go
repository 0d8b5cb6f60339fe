package udp

import (
	"net/netip"
	"sync/atomic"
	"testing"
)

// BenchmarkDatagrams moves datagrams of 100 bytes from one socket to another on loopback, 64 a system call, each way counted.
func BenchmarkDatagrams(b *testing.B) {
	from, err := Listen("127.0.0.1:0", Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer from.Close()
	to, err := Listen("127.0.0.1:0", Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer to.Close()
	var got atomic.Int64
	arrived := make(chan struct{}, 1)
	to.Handle(func(batch []Datagram) {
		got.Add(int64(len(batch)))
		select {
		case arrived <- struct{}{}:
		default:
		}
	}, Own)
	w := from.NewWriter()
	addr := netip.MustParseAddrPort(to.Addr().String())
	b.ReportAllocs()
	b.ResetTimer()
	sent := int64(0)
	for b.Loop() {
		for range batchSize {
			d := append(w.Next(), 0x90)
			w.Commit(addr, len(d[:100]))
		}
		sent += batchSize
		for got.Load() < sent-4*batchSize { // not more than the kernel's queue takes
			<-arrived
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(sent), "ns/datagram")
}
