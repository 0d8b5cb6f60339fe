package ws

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/realmwire/realmwire/transport/internal/budget"
)

// maxRead is how much is read of a connection at once: what may be owed when the budget is spent.
const maxRead = 4 << 10

// paced is a connection whose peer may make only so much work: what is beyond that waits in the kernel, and TCP tells the peer. One
// goroutine reads.
type paced struct {
	net.Conn
	meter  meter
	work   budget.Budget
	waited *atomic.Uint64
	now    func() time.Time
	pause  func(over <-chan struct{})
	over   chan struct{}
	once   sync.Once
}

func pace(c net.Conn, waited *atomic.Uint64) *paced {
	return &paced{Conn: c, waited: waited, now: now, pause: pause, over: make(chan struct{})}
}

// Read implements net.Conn.
func (p *paced) Read(b []byte) (int, error) {
	for first := true; !p.work.Left(p.now()); first = false {
		if first {
			p.waited.Add(1)
		}
		select {
		case <-p.over:
			return 0, net.ErrClosed
		default:
			p.pause(p.over)
		}
	}
	n, err := p.Conn.Read(b[:min(len(b), maxRead)])
	p.work.Spend(budget.Packet + p.meter.count(b[:n]))
	return n, err
}

// Close implements net.Conn.
func (p *paced) Close() error {
	p.once.Do(func() { close(p.over) })
	return p.Conn.Close()
}
