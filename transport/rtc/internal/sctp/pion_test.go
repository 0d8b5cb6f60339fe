package sctp

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/sctp"
)

// pionClient connects pion's SCTP to a live association, and opens the two streams of the lanes.
func pionClient(t *testing.T, loss float64, delay time.Duration) (*live, *sctp.Association, [2]*sctp.Stream) {
	t.Helper()
	ours, theirs := newPipe(loss, delay)
	l := newLive(ours)
	c, err := sctp.ClientWithOptions(sctp.WithNetConn(theirs), sctp.WithLoggerFactory(logging.NewDefaultLoggerFactory()),
		sctp.WithMaxMessageSize(1<<20), sctp.WithRTOMax(500))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ours.Close()
		_ = c.Close()
		<-l.done
		if l.failed != nil {
			t.Error(l.failed)
		}
	})
	var streams [2]*sctp.Stream
	for id := range streams {
		s, err := c.OpenStream(uint16(id), sctp.PayloadTypeWebRTCBinary)
		if err != nil {
			t.Fatal(err)
		}
		streams[id] = s
	}
	streams[0].SetReliabilityParams(false, sctp.ReliabilityTypeReliable, 0)
	streams[1].SetReliabilityParams(true, sctp.ReliabilityTypeRexmit, 0)
	return l, c, streams
}

// sizes of reliable messages: small ones, one that fills a chunk, many fragments.
var sizes = []int{10, 30, 200, 256, 257, 1100, 1144, 1145, 3000, 20_000, 64 << 10}

// TestPion holds the association against another implementation, both lanes both ways.
func TestPion(t *testing.T) {
	for name, c := range map[string]struct {
		loss  float64
		delay time.Duration
	}{
		"clean":   {0, 0},
		"loss 5%": {0.05, 5 * time.Millisecond},
		"loss 10": {0.10, 10 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const count = 44
			l, _, streams := pionClient(t, c.loss, c.delay)
			var group sync.WaitGroup
			group.Go(func() { // reliable, to us
				rng := rand.New(rand.NewPCG(3, 4))
				for i := range uint32(count) {
					if _, err := streams[0].WriteSCTP(message(rng, i, sizes[int(i)%len(sizes)]-4), sctp.PayloadTypeWebRTCBinary); err != nil {
						t.Error(err)
					}
				}
			})
			group.Go(func() { // latest, both ways
				rng := rand.New(rand.NewPCG(5, 6))
				for i := range uint32(count) {
					if _, err := streams[1].WriteSCTP(message(rng, i, 20+rng.IntN(1000)), sctp.PayloadTypeWebRTCBinary); err != nil {
						t.Error(err)
					}
					l.do(func(time.Time) {
						if _, err := l.a.SendLatest(1, 53, message(rng, i, 20+rng.IntN(1120))); err != nil {
							t.Error(err)
						}
					})
					time.Sleep(5 * time.Millisecond)
				}
			})
			group.Go(func() { // reliable, from us
				rng := rand.New(rand.NewPCG(7, 8))
				for i := range uint32(count) {
					l.reliable(t, message(rng, i, sizes[int(i)%len(sizes)]-4))
				}
			})
			group.Go(func() {
				buf := make([]byte, 1<<20)
				for i := range uint32(count) {
					n, ppid, err := streams[0].ReadSCTP(buf)
					if err != nil || ppid != sctp.PayloadTypeWebRTCBinary {
						t.Error(ppid, err)
						return
					}
					if got := number(t, buf[:n]); got != i {
						t.Errorf("pion gets %d in place of %d", got, i)
					}
				}
			})
			latest := [2]map[uint32]bool{{}, {}}
			group.Go(func() {
				for next := uint32(0); next < count; {
					m := <-l.got
					n := number(t, m.Data)
					if m.Stream == 1 {
						if latest[0][n] {
							t.Errorf("latest message %d twice", n)
						}
						latest[0][n] = true
						continue
					}
					if n != next {
						t.Errorf("we get %d in place of %d", n, next)
					}
					next++
				}
			})
			group.Wait()
			for quiet := time.After(300 * time.Millisecond); quiet != nil; { // what is still on its way
				select {
				case m := <-l.got:
					latest[0][number(t, m.Data)] = true
				case <-quiet:
					quiet = nil
				}
			}
			group.Go(func() { // what pion got of the latest lane; it keeps them all
				buf := make([]byte, 1<<16)
				_ = streams[1].SetReadDeadline(time.Now().Add(300 * time.Millisecond))
				for {
					n, _, err := streams[1].ReadSCTP(buf)
					if err != nil {
						return
					}
					latest[1][number(t, buf[:n])] = true
				}
			})
			group.Wait()
			l.mu.Lock()
			t.Logf("latest: %d to us, %d to pion of %d; rtt %v, loss %.3f, backlog %d, %+v", len(latest[0]), len(latest[1]), count, l.a.RTT(), l.a.Loss(), l.a.Backlog(), l.a.Stats())
			l.mu.Unlock()
			if len(latest[1]) < count/2 || len(latest[0]) < count/3 {
				t.Errorf("too few on the latest lane")
			}
		})
	}
}

// TestPionEnds holds how a channel and an association end.
func TestPionEnds(t *testing.T) {
	open := func(t *testing.T) (*live, *sctp.Association, [2]*sctp.Stream) {
		l, c, streams := pionClient(t, 0, 0)
		for id, s := range streams {
			if _, err := s.WriteSCTP([]byte{byte(id)}, sctp.PayloadTypeWebRTCBinary); err != nil {
				t.Fatal(err)
			}
			<-l.got
		}
		return l, c, streams
	}
	ended := func(t *testing.T, l *live) End {
		for range 2000 {
			l.mu.Lock()
			end := l.a.Ended()
			l.mu.Unlock()
			if end != NotEnded {
				return end
			}
			time.Sleep(time.Millisecond)
		}
		t.Fatal("it does not end")
		return NotEnded
	}
	t.Run("reset", func(t *testing.T) {
		l, _, streams := open(t)
		if err := streams[1].Close(); err != nil {
			t.Fatal(err)
		}
		if got := <-l.resets; got != 1 {
			t.Errorf("stream %d was reset", got)
		}
	})
	t.Run("shutdown", func(t *testing.T) {
		l, c, _ := open(t)
		if err := c.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if end := ended(t, l); end != ShutDown {
			t.Errorf("it ends by %d", end)
		}
	})
	t.Run("abort", func(t *testing.T) {
		l, c, _ := open(t)
		c.Abort("enough")
		if end := ended(t, l); end != Aborted {
			t.Errorf("it ends by %d", end)
		}
	})
	t.Run("ours", func(t *testing.T) {
		l, _, streams := open(t)
		l.do(func(time.Time) { l.a.Close() })
		if _, _, err := streams[0].ReadSCTP(make([]byte, 10)); err == nil {
			t.Error("pion reads on after our ABORT")
		}
		if l.a.Ended() != Closed {
			t.Error("it has not ended")
		}
	})
	t.Run("probe", func(t *testing.T) {
		l, _, _ := open(t)
		token := [8]byte{1, 2, 3, 4, 5, 6, 7, 8}
		got := make(chan bool, 1)
		l.mu.Lock()
		_, _ = l.pipe.Write(l.a.AppendProbe(nil, token))
		l.mu.Unlock()
		go func() {
			for range 2000 {
				l.mu.Lock()
				back, ok := l.a.Echoed()
				l.mu.Unlock()
				if ok {
					got <- back == token
					return
				}
				time.Sleep(time.Millisecond)
			}
			got <- false
		}()
		if !<-got {
			t.Error("the probe does not come back")
		}
	})
}
