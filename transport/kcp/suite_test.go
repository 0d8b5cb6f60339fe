package kcp

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/realmwire/realmwire/transport/ticket"
)

var suites = []ticket.Suite{ticket.SuiteAESGCM, ticket.SuiteAESCTRHMAC}

// testSealers are both ends of one direction.
func testSealers(tb testing.TB, suite ticket.Suite) (out, in sealer) {
	tb.Helper()
	secret := bytes.Repeat([]byte{7}, 32)
	out, _, err := deriveSealers(suite, secret, transcript{stamp: 1})
	if err != nil {
		tb.Fatal(err)
	}
	in, _, err = deriveSealers(suite, secret, transcript{stamp: 1})
	if err != nil {
		tb.Fatal(err)
	}
	return out, in
}

func TestSealAndOpen(t *testing.T) {
	for _, suite := range suites {
		out, in := testSealers(t, suite)
		for _, size := range []int{0, 1, 15, 16, 17, 31, 32, 33, 1000, maxFrames} {
			plain := bytes.Repeat([]byte{byte(size)}, size)
			for _, counter := range []uint64{1, 1 << 24, 1<<40 + 5} {
				d := out.seal(append(appendSealedHeader(nil, 9, counter), plain...), counter)
				if want := sealedHeaderSize + size + out.overhead(); len(d) != want {
					t.Fatalf("%s: %d bytes sealed into %d, want %d", suite, size, len(d), want)
				}
				if size >= 16 && bytes.Contains(d, plain) {
					t.Fatalf("%s: the plaintext shows", suite)
				}
				for at := 0; at < len(d); at += 1 + len(d)/40 { // every part of it is authenticated
					bent := bytes.Clone(d)
					bent[at] ^= 0x10
					if _, ok := in.open(bent, counter); ok {
						t.Fatalf("%s: opened with byte %d bent", suite, at)
					}
				}
				if _, ok := in.open(bytes.Clone(d), counter+1<<24); ok {
					t.Fatalf("%s: opened under another counter with the same low bits", suite)
				}
				for _, n := range []int{0, sealedHeaderSize - 1, sealedHeaderSize, len(d) - 1} {
					if _, ok := in.open(bytes.Clone(d[:min(n, len(d))]), counter); ok {
						t.Fatalf("%s: opened %d of %d bytes", suite, n, len(d))
					}
				}
				got, ok := in.open(d, counter)
				if !ok || !bytes.Equal(got, plain) {
					t.Fatalf("%s: %d bytes under counter %d: opened %v, %x", suite, size, counter, ok, got)
				}
			}
		}
	}
}

func TestDirectionsHaveDifferentKeys(t *testing.T) {
	for _, suite := range suites {
		up, down, err := deriveSealers(suite, make([]byte, 32), transcript{})
		if err != nil {
			t.Fatal(err)
		}
		d := up.seal(append(appendSealedHeader(nil, 1, 1), "mine"...), 1)
		if _, ok := down.open(bytes.Clone(d), 1); ok {
			t.Errorf("%s: a datagram opens when it is sent back to where it came from", suite)
		}
	}
	if _, _, err := deriveSealers(9, make([]byte, 32), transcript{}); err == nil {
		t.Error("an unknown suite was taken")
	}
}

func TestSealingAllocatesNothing(t *testing.T) {
	for _, suite := range suites {
		out, in := testSealers(t, suite)
		buf := make([]byte, 0, 1500)
		plain := make([]byte, 1000)
		counter := uint64(0)
		n := testing.AllocsPerRun(200, func() {
			counter++
			d := out.seal(append(appendSealedHeader(buf, 1, counter), plain...), counter)
			if _, ok := in.open(d, counter); !ok {
				t.Fatal("did not open")
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations for seal and open", suite, n)
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	benchmarkSuites(b, func(b *testing.B, out, _ sealer, size int) {
		buf := make([]byte, 0, 1500)
		plain := make([]byte, size)
		counter := uint64(0)
		for b.Loop() {
			counter++
			out.seal(append(appendSealedHeader(buf, 1, counter), plain...), counter)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	benchmarkSuites(b, func(b *testing.B, out, in sealer, size int) {
		sealed := out.seal(append(appendSealedHeader(nil, 1, 1), make([]byte, size)...), 1)
		buf := make([]byte, len(sealed))
		for b.Loop() {
			copy(buf, sealed)
			if _, ok := in.open(buf, 1); !ok {
				b.Fatal("did not open")
			}
		}
	})
}

func benchmarkSuites(b *testing.B, run func(b *testing.B, out, in sealer, size int)) {
	for _, suite := range suites {
		for _, size := range []int{64, 400, 1150} {
			b.Run(fmt.Sprintf("%s/%dB", suite, size), func(b *testing.B) {
				out, in := testSealers(b, suite)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				run(b, out, in, size)
			})
		}
	}
}
