package rtc_test

import (
	"bytes"
	"encoding/binary"
	"net"
	"sync"
	"testing"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/rtc"
)

// wiretap stands between clients and a server, loses some datagrams of handshakes, and keeps the nonce of every sealed record.
type wiretap struct {
	t           *testing.T
	front, back *net.UDPConn
	lose        func(n int) bool

	mu     sync.Mutex // guards what follows
	client *net.UDPAddr
	early  int
	seen   map[string][]byte // sealed bytes by direction and nonce
}

func newWiretap(t *testing.T, target string, lose func(n int) bool) *wiretap {
	t.Helper()
	to, err := net.ResolveUDPAddr("udp", target)
	if err != nil {
		t.Fatal(err)
	}
	w := &wiretap{t: t, lose: lose, seen: map[string][]byte{}}
	if w.front, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	if w.back, err = net.DialUDP("udp", nil, to); err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for buf := make([]byte, 2000); ; {
			n, from, err := w.front.ReadFromUDP(buf)
			if err != nil {
				return
			}
			w.mu.Lock()
			w.client = from
			w.mu.Unlock()
			if w.pass("up", buf[:n]) {
				_, _ = w.back.Write(buf[:n])
			}
		}
	})
	work.Go(func() {
		for buf := make([]byte, 2000); ; {
			n, err := w.back.Read(buf)
			if err != nil {
				return
			}
			w.mu.Lock()
			to := w.client
			w.mu.Unlock()
			if w.pass("down", buf[:n]) {
				_, _ = w.front.WriteToUDP(buf[:n], to)
			}
		}
	})
	t.Cleanup(func() { _, _ = w.front.Close(), w.back.Close(); work.Wait() })
	return w
}

// pass looks at a datagram, and tells whether it goes on.
func (w *wiretap) pass(direction string, b []byte) bool {
	const header, nonce = 13, 8
	if len(b) < header || b[0] < 20 || b[0] > 63 {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for rest := b; len(rest) >= header; {
		size := int(binary.BigEndian.Uint16(rest[11:]))
		if len(rest) < header+size {
			break
		}
		if epoch := binary.BigEndian.Uint16(rest[3:]); epoch == 1 && size >= nonce+16 {
			explicit, sealed := rest[header:header+nonce], rest[header+nonce:header+size]
			key := direction + string(explicit)
			if before, ok := w.seen[key]; ok && !bytes.Equal(before, sealed) {
				w.t.Errorf("%s: nonce %x serves twice", direction, explicit)
			}
			w.seen[key] = bytes.Clone(sealed)
			if direction == "down" && !bytes.Equal(explicit, rest[3:11]) {
				w.t.Errorf("nonce %x of a record with the number %x", explicit, rest[3:11])
			}
		}
		rest = rest[header+size:]
	}
	w.early++
	return w.early > 60 || !w.lose(w.early)
}

// TestNoNonceServesTwice: of no sealed record's nonce are there two ciphertexts, in either direction, though datagrams of the handshake
// are lost and flights repeated, and the server takes the keys over from pion in the middle.
func TestNoNonceServesTwice(t *testing.T) {
	for round := range 2 {
		var tap *wiretap
		s := newServerBehind(t, rtc.ServerConfig{HandshakeTimeout: wait}, func(s *server) string {
			tap = newWiretap(t, s.addr, func(n int) bool { return round > 0 && n%3 == round%3 })
			return tap.front.LocalAddr().String()
		})
		client, server := s.join(func(_, _ string) {})
		for range 20 {
			_ = client.Conn.Send(transport.Reliable, []byte("hello"))
			_ = server.Conn.Send(transport.Reliable, []byte("hello yourself"))
			_ = server.Conn.Send(transport.Latest, []byte("the newest"))
		}
		server.WaitMessages(t, transport.Reliable, 20)
		client.WaitMessages(t, transport.Reliable, 20)
		tap.mu.Lock()
		if len(tap.seen) < 10 {
			t.Errorf("only %d sealed records were seen", len(tap.seen))
		}
		tap.mu.Unlock()
	}
}
