package sctp

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/sctp"
)

// TestPionOnBadPaths has pion at the other end of paths of many kinds, in virtual time: what either sends arrives whole and in order.
func TestPionOnBadPaths(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 9))
			loss := []float64{0, 0.02, 0.08, 0.15, 0.25}[rng.IntN(5)]
			l, _, streams := pionClient(t, loss, time.Duration(rng.IntN(8))*time.Millisecond)
			var sizes [2][]int
			for i := range 2 * (20 + rng.IntN(40)) {
				size := 8 + rng.IntN(300)
				switch rng.IntN(6) {
				case 0:
					size = 1000 + rng.IntN(20_000)
				case 1:
					size = 250 + rng.IntN(12) // about the largest that is repeated
				}
				sizes[i%2] = append(sizes[i%2], size)
			}
			go func() {
				rng := rand.New(rand.NewPCG(seed, 10))
				for i, size := range sizes[0] {
					if _, err := streams[0].WriteSCTP(message(rng, uint32(i), size), sctp.PayloadTypeWebRTCBinary); err != nil {
						t.Error(err)
					}
				}
			}()
			go func() {
				rng := rand.New(rand.NewPCG(seed, 11))
				for i, size := range sizes[1] {
					l.reliable(t, message(rng, uint32(i), size))
				}
			}()
			for i := range sizes[0] {
				if m := <-l.got; m.Stream != 0 || number(t, m.Data) != uint32(i) {
					t.Fatalf("seed %d, loss %v: we get %d in place of %d", seed, loss, number(t, m.Data), i)
				}
			}
			buf := make([]byte, 1<<17)
			for i := range sizes[1] {
				n, _, err := streams[0].ReadSCTP(buf)
				if err != nil || number(t, buf[:n]) != uint32(i) {
					t.Fatalf("seed %d, loss %v: pion gets something else in place of %d, %v", seed, loss, i, err)
				}
			}
		})
	}
}
