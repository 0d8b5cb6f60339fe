package dear

import "time"

const (
	burstEvery = 2 * time.Millisecond
	maxBurst   = 200
	// life is how long one connection sends before the next is made: a client that neither opens its channels nor joins is not kept
	// for much longer.
	life       = 3500 * time.Millisecond
	retryAfter = 500 * time.Millisecond
)

// run sends over one connection after another, without a pause between them.
func (p *Peer) run() {
	for w := p.connect(0); w != nil; {
		next := make(chan way, 1)
		p.work.Go(func() { next <- p.connect(life) })
		p.flood(w, next)
		w.close()
		w = <-next
	}
}

// connect makes a connection after a while; nil once the peer is stopped.
func (p *Peer) connect(after time.Duration) way {
	for {
		select {
		case <-p.ctx.Done():
			return nil
		case <-time.After(after):
		}
		w, err := p.join()
		if err == nil {
			p.sessions.Add(1)
			return w
		}
		p.err.Store(&err)
		after = retryAfter
	}
}

// flood keeps to the rate until the next connection is there; what the machine was too busy for is not made up beyond one burst.
func (p *Peer) flood(w way, next chan way) {
	tick := time.NewTicker(burstEvery)
	defer tick.Stop()
	last, owed := time.Now(), 0.0
	for len(next) == 0 {
		now := <-tick.C
		if p.ctx.Err() != nil {
			return
		}
		owed = min(owed+now.Sub(last).Seconds()*float64(p.cfg.Rate), maxBurst)
		last = now
		for ; owed >= 1; owed-- {
			n, err := w.send()
			if err != nil {
				p.err.Store(&err)
				return
			}
			p.sent.Add(1)
			p.sentBytes.Add(uint64(n))
		}
	}
}
