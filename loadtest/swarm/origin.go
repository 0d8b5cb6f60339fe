package swarm

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/realmwire/realmwire/client"
)

// maxOrigins bounds the zones (of one process's life each) that a run may meet.
const maxOrigins = 1024

// originEvery is how often it is checked whether a zone's schedule has moved.
const originEvery = 5 * time.Second

// origin knows when a zone's ticks happen, on this machine's clock: tick n at zero + n·period.
//
// zero is the smallest (arrival − n·period) that any bot has seen of any snapshot: the arrival that was least delayed. So the
// tick time is that of the tick's due moment plus the smallest delay from there to a client (simulating, encoding and
// sending to the first client, some tens of microseconds on loopback), and ages are too small by exactly that. A network
// with a delay that is known (Config.Delay) is added. A zone that
// gives up on ticks it is behind with moves its schedule; then the smallest value of a whole originEvery lies more than a
// period above zero, and becomes the new one.
type origin struct {
	period time.Duration
	delay  time.Duration // that every arrival has at least
	zero   atomic.Int64  // nanoseconds since the swarm began
	recent atomic.Int64  // the smallest since the last check
}

func newOrigin(hz int, delay time.Duration) *origin {
	o := &origin{period: time.Second / time.Duration(hz), delay: delay}
	o.zero.Store(math.MaxInt64)
	o.recent.Store(math.MaxInt64)
	return o
}

// arrived takes the arrival of a tick's snapshot and returns its age at that moment.
func (o *origin) arrived(at time.Duration, tick uint32) time.Duration {
	zero := int64(at-o.delay) - int64(tick)*int64(o.period)
	lower(&o.recent, zero)
	lower(&o.zero, zero)
	return o.age(at, tick)
}

func (o *origin) age(now time.Duration, tick uint32) time.Duration {
	return max(0, now-time.Duration(o.zero.Load())-time.Duration(tick)*o.period)
}

// check reports whether the schedule has moved. Call it every originEvery.
func (o *origin) check() bool {
	recent := o.recent.Swap(math.MaxInt64)
	if recent == math.MaxInt64 || recent-o.zero.Load() <= int64(o.period) {
		return false
	}
	o.zero.Store(recent)
	return true
}

func lower(v *atomic.Int64, to int64) {
	for {
		old := v.Load()
		if to >= old || v.CompareAndSwap(old, to) {
			return
		}
	}
}

// origins are the zones that bots have been in.
type origins struct {
	delay time.Duration // of every arrival, at least

	mu   sync.Mutex
	byID map[originID]uint32       // guarded by mu: index into list
	list atomic.Pointer[[]*origin] // replaced under mu, read without
}

type originID struct {
	zone        string
	incarnation uint64
	hz          int
}

// find returns the origin of a zone and its index; nil when there are too many.
func (o *origins) find(z client.Zone) (*origin, uint32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	id := originID{z.Name, z.Incarnation, z.TickHz}
	if i, ok := o.byID[id]; ok {
		return (*o.list.Load())[i], i
	}
	var list []*origin
	if p := o.list.Load(); p != nil {
		list = *p
	}
	if len(list) >= maxOrigins {
		return nil, 0
	}
	if o.byID == nil {
		o.byID = map[originID]uint32{}
	}
	i := uint32(len(list))
	grown := append(append(make([]*origin, 0, len(list)+1), list...), newOrigin(z.TickHz, o.delay))
	o.list.Store(&grown)
	o.byID[id] = i
	return grown[i], i
}

func (o *origins) all() []*origin {
	if p := o.list.Load(); p != nil {
		return *p
	}
	return nil
}

func (o *origins) check() (moved int) {
	for _, z := range o.all() {
		if z.check() {
			moved++
		}
	}
	return moved
}
