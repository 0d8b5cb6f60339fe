package flood

import (
	"bytes"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFloodSendsEveryKindFromManyAddresses(t *testing.T) {
	victim, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer victim.Close()
	genuine := append([]byte{sealed, 9, 9, 9, 9}, bytes.Repeat([]byte{7}, 40)...)
	f, err := Start(Config{Target: victim.LocalAddr().(*net.UDPAddr).AddrPort(), Rate: 5000, Seed: 1, Taken: [][]byte{genuine}})
	if err != nil {
		t.Fatal(err)
	}
	first, from := map[byte]int{}, map[netip.Addr]bool{}
	replayed, forged := 0, 0
	buf := make([]byte, 2048)
	for range 1000 {
		_ = victim.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, addr, err := victim.ReadFromUDPAddrPort(buf)
		if err != nil {
			t.Fatal(err)
		}
		first[buf[0]]++
		from[addr.Addr()] = true
		switch {
		case bytes.Equal(buf[:n], genuine):
			replayed++
		case buf[0] == sealed && bytes.Equal(buf[1:5], genuine[1:5]):
			forged++
		}
		if _, err := victim.WriteToUDPAddrPort([]byte("what?"), addr); err != nil {
			t.Fatal(err)
		}
	}
	c := f.Stop()
	if first[request] < 50 || first[response] < 50 || first[0] < 20 || replayed < 50 || forged < 50 {
		t.Errorf("first bytes %v, %d replayed, %d forged", first, replayed, forged)
	}
	if manyLoopbacks && len(from) < maxSources/2 {
		t.Errorf("%d source addresses", len(from))
	}
	if c.Sent < 1000 || c.SentBytes < 100_000 || c.Received != 1000 || c.ReceivedBytes != 5000 {
		t.Errorf("%+v", c)
	}
}

func TestFloodStaysHere(t *testing.T) {
	for _, c := range []Config{
		{Target: netip.MustParseAddrPort("192.0.2.1:7777"), Rate: 1},
		{Target: netip.MustParseAddrPort("127.0.0.1:7777"), Rate: 0},
		{Target: netip.MustParseAddrPort("127.0.0.1:7777"), Rate: MaxRate + 1},
	} {
		if _, err := Start(c); err == nil || !strings.HasPrefix(err.Error(), "flood: ") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestTap(t *testing.T) {
	server, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	tap, err := NewTap(server.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer tap.Close()
	c, err := net.Dial("udp", tap.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	_ = server.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, from, err := server.ReadFromUDPAddrPort(buf)
	if err != nil || string(buf[:n]) != "hello" {
		t.Fatalf("%q, %v", buf[:n], err)
	}
	if _, err := server.WriteToUDPAddrPort([]byte("welcome"), from); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := c.Read(buf); err != nil || string(buf[:n]) != "welcome" {
		t.Fatalf("%q, %v", buf[:n], err)
	}
	if taken := tap.Taken(); len(taken) != 1 || string(taken[0]) != "hello" {
		t.Errorf("taken %q", taken)
	}
}
