package dear

import "time"

const (
	burstEvery = 2 * time.Millisecond
	maxBurst   = 200
	// life is how long one connection sends: a client that neither opens its channels nor joins is not kept for long.
	life       = 4 * time.Second
	retryAfter = 500 * time.Millisecond
)

// run sends over one connection after another.
func (p *Peer) run() {
	for p.ctx.Err() == nil {
		w, err := p.join()
		if err != nil {
			p.err.Store(&err)
			select {
			case <-p.ctx.Done():
			case <-time.After(retryAfter):
			}
			continue
		}
		p.sessions.Add(1)
		p.flood(w)
		w.close()
	}
}

// flood keeps to the rate; what the machine was too busy for is not made up beyond one burst.
func (p *Peer) flood(w way) {
	tick := time.NewTicker(burstEvery)
	defer tick.Stop()
	end := time.After(life)
	last, owed := time.Now(), 0.0
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-end:
			return
		case now := <-tick.C:
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
}
