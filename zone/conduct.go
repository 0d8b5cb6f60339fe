package zone

import (
	"sync"
	"time"

	"github.com/realmwire/realmwire/zone/core"
)

// Conduct is what the zones of a process hold against accounts. Safe for concurrent use.
type Conduct struct {
	began time.Time

	mu     sync.Mutex
	ledger *core.Ledger // guarded by mu
}

// NewConduct returns a Conduct with nothing against anybody. Its times count from began.
func NewConduct(began time.Time) *Conduct {
	return &Conduct{began: began, ledger: core.NewLedger()}
}

// in is the conduct for a zone whose times count from began.
func (c *Conduct) in(began time.Time) core.Conduct {
	return conductIn{c, began.Sub(c.began)}
}

// conductIn reckons one zone's times into those of all.
type conductIn struct {
	all    *Conduct
	offset time.Duration
}

// Line implements [core.Conduct].
func (c conductIn) Line(account uint64, now time.Duration) bool {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	return c.all.ledger.Line(account, now+c.offset)
}

// Offence implements [core.Conduct].
func (c conductIn) Offence(account uint64, now time.Duration) bool {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	return c.all.ledger.Offence(account, now+c.offset)
}
