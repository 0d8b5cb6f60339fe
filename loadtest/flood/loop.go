package flood

import (
	"errors"
	"net"
	"runtime"
	"time"
)

const (
	burstEvery = 2 * time.Millisecond
	maxBurst   = 4096
	afterlife  = 100 * time.Millisecond

	manyLoopbacks = runtime.GOOS == "linux"
)

func isClosed(err error) bool { return errors.Is(err, net.ErrClosed) }

// send keeps to the rate; what the machine was too busy for is not made up beyond one burst.
func (f *Flood) send() {
	tick := time.NewTicker(burstEvery)
	defer tick.Stop()
	b := make([]byte, 0, 2048)
	last, owed := time.Now(), 0.0
	for {
		select {
		case <-f.stop:
			return
		case now := <-tick.C:
			owed += now.Sub(last).Seconds() * float64(f.cfg.Rate)
			last = now
			n := min(int(owed), maxBurst)
			owed -= float64(n)
			owed = min(owed, maxBurst)
			f.burst(n, b)
		}
	}
}
