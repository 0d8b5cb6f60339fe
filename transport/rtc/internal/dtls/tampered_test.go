package dtls

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
)

// Offsets in a datagram that holds one message of a handshake.
const (
	offsetLength   = recordHeaderSize + 1 // of the whole message, 3 bytes
	offsetMessage  = recordHeaderSize + 4 // its number
	offsetFragment = recordHeaderSize + 6 // where the fragment begins, 3 bytes, and its length, 3 bytes
	offsetBody     = recordHeaderSize + 12
)

// tamper changes what a client sends in its handshake: bits, lengths, fragments, types, epochs. Some datagrams become two.
func tamper(rng *rand.Rand, b []byte) [][]byte {
	b = bytes.Clone(b)
	if rng.IntN(3) == 0 {
		return [][]byte{b}
	}
	put24 := func(at, v int) { b[at], b[at+1], b[at+2] = byte(v>>16), byte(v>>8), byte(v) }
	long := len(b) > offsetBody+4
	switch kind := rng.IntN(9); {
	case kind == 0:
		b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
	case kind == 1:
		for range 1 + rng.IntN(8) {
			b[rng.IntN(len(b))] = byte(rng.Uint32())
		}
	case kind == 2:
		b = b[:1+rng.IntN(len(b))]
	case kind == 3 && long:
		put24([]int{offsetLength, offsetFragment, offsetFragment + 3}[rng.IntN(3)], rng.IntN(1<<18))
	case kind == 4 && long:
		binary.BigEndian.PutUint16(b[offsetMessage:], uint16(rng.IntN(6)))
	case kind == 5 && long: // a length somewhere in the message
		at := offsetBody + rng.IntN(len(b)-offsetBody-2)
		binary.BigEndian.PutUint16(b[at:], []uint16{0, 1, 0xFFFF, 0x8000, uint16(rng.IntN(1000))}[rng.IntN(5)])
	case kind == 6 && long && b[0] == TypeHandshake: // in two fragments that overlap, the later one first
		size := min(int(binary.BigEndian.Uint16(b[recordHeaderSize-2:]))-12, len(b)-offsetBody)
		if size < 30 {
			break
		}
		cut := 1 + rng.IntN(size-1)
		fragment := func(from, to int, sequence byte) []byte {
			f := bytes.Clone(b[:offsetBody])
			f[10] += sequence
			binary.BigEndian.PutUint16(f[recordHeaderSize-2:], uint16(12+to-from))
			f[offsetFragment], f[offsetFragment+1], f[offsetFragment+2] = 0, byte(from>>8), byte(from)
			f[offsetFragment+3], f[offsetFragment+4], f[offsetFragment+5] = 0, byte((to-from)>>8), byte(to-from)
			return append(f, b[offsetBody+from:offsetBody+to]...)
		}
		return [][]byte{fragment(max(0, cut-rng.IntN(10)), size, 40), fragment(0, cut, 41)}
	case kind == 7:
		b[0] = []byte{0, TypeChangeCipherSpec, TypeAlert, TypeHandshake, TypeData, 24, 25}[rng.IntN(7)]
	case kind == 8 && len(b) > 5:
		b[4] = byte(rng.IntN(4)) // of another epoch
	}
	return [][]byte{b, bytes.Clone(b)}[:1+rng.IntN(2)]
}

// TestTamperedHandshakes holds that whatever becomes of a client's handshake on its way, the server makes it or gives it up: pion's
// goroutines, which read it, do not panic, and none of them stays. A handshake is made only with the client whose certificate the
// offer named.
func TestTamperedHandshakes(t *testing.T) {
	id, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := selfsign.GenerateSelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	expected := Fingerprint{algorithm: "sha-256", sum: hashes["sha-256"](cert.Certificate[0])}
	tries, made := 150, 0
	if testing.Short() {
		tries = 50
	}
	for seed := range uint64(tries) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 13))
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			var server, client *Pipe
			server = NewPipe(clientAddr, func(b []byte) { client.Push(b) })
			client = NewPipe(serverAddr, func(b []byte) {
				for _, d := range tamper(rng, b) {
					server.Push(d)
				}
			})
			conn, err := dtls.ClientWithOptions(client, client.peer, dtls.WithCertificates(cert), dtls.WithInsecureSkipVerify(true),
				dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret), dtls.WithFlightInterval(100*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() { defer close(done); _ = conn.HandshakeContext(ctx) }()
			if records, err := Accept(ctx, server, id, expected); err == nil && records != nil {
				made++
			}
			cancel()
			_ = client.Close()
			<-done
			_ = conn.Close()
		})
	}
	t.Logf("%d of %d handshakes were made all the same", made, tries)
	if made == 0 || made == tries {
		t.Error("nothing was tampered with, or everything")
	}
}

// TestFragmentsThatNeverEnd holds what a handshake may keep of messages that never become whole: 64 of them run at a time.
func TestFragmentsThatNeverEnd(t *testing.T) {
	id, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	server := NewPipe(clientAddr, func([]byte) {})
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = Accept(ctx, server, id, Fingerprint{algorithm: "sha-256", sum: make([]byte, 32)})
	}()
	drain := func() {
		t.Helper()
		select {
		case <-done:
			t.Fatal("the handshake is over")
		default:
			runtime.Gosched()
		}
	}
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	const size = 1100
	for n := range 4000 {
		b := make([]byte, offsetBody+size)
		b[0], b[1], b[2] = TypeHandshake, version12>>8, version12&0xFF
		binary.BigEndian.PutUint32(b[7:], uint32(n))
		binary.BigEndian.PutUint16(b[recordHeaderSize-2:], 12+size)
		b[recordHeaderSize], b[offsetLength+1], b[offsetLength+2] = 1, 0xFF, 0xFF
		binary.BigEndian.PutUint16(b[offsetMessage:], uint16(n/50))
		from := n % 50 * size
		b[offsetFragment], b[offsetFragment+1], b[offsetFragment+2] = byte(from>>16), byte(from>>8), byte(from)
		b[offsetFragment+4], b[offsetFragment+5] = byte(size>>8), byte(size&0xFF)
		for !server.Push(b) {
			drain()
		}
	}
	for len(server.queue) > 0 {
		drain()
	}
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("one handshake keeps %d KiB", grown>>10)
	} else {
		t.Logf("one handshake keeps %d KiB of 4,000 fragments", grown>>10)
	}
	cancel()
	<-done
}
