package swarm

import (
	"sync"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/loadtest/report"
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// Observer sees what the bots see, for tests that look closer than the report does. Bots are numbered from 0. Its methods are called on many
// goroutines, for one bot one after the other; they must not block.
type Observer interface {
	// SignedIn: the bot has its account and its character, once and for the whole run; api carries the token that it keeps.
	SignedIn(bot int, api *client.API, character string)
	// Began: the bot plays with this session from now on; its Status says what it waits for.
	Began(bot int, s *client.Session)
	// Entered: the bot stands in a zone, after joining, a transfer or a return.
	Entered(bot int, z client.Zone)
	// Saw: a snapshot was applied. view is valid during the call.
	Saw(bot int, now time.Time, view *snapshot.Replica)
	// Heard a line of chat, or of the system.
	Heard(bot int, m message.Heard)
	// Dropped: the connection was lost.
	Dropped(bot int, err error)
}

// returns measures how bots that were disconnected come back.
type returns struct {
	mu    sync.Mutex
	count int            // guarded by mu
	took  *hdr.Histogram // microseconds; guarded by mu
}

func newReturns() *returns { return &returns{took: hdr.New(1, maxMicros, digits)} }

func (r *returns) add(took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	_ = r.took.RecordValue(max(1, min(took.Microseconds(), maxMicros)))
}

func (r *returns) report() report.Returns {
	r.mu.Lock()
	defer r.mu.Unlock()
	return report.Returns{Returned: r.count, RecoveryMs: millisSpread(r.took)}
}

// dropped notes that the bot lost its connection; it reconnects by itself, with its account and login token.
func (b *bot) dropped(err error) {
	b.inside.Store(false)
	b.drops.Add(1)
	b.lostAt = b.seenAt
	b.swarm.problem("disconnected: " + client.Reason(err))
	if o := b.swarm.cfg.Observer; o != nil {
		o.Dropped(b.index, err)
	}
}

func (b *bot) heardLine(m message.Heard) {
	b.heard.Add(1)
	if o := b.swarm.cfg.Observer; o != nil {
		o.Heard(b.index, m)
	}
}

// waiting notes why an attempt to come back failed.
func (b *bot) waiting(err error) { b.swarm.problem("waited: " + client.Reason(err)) }

// back notes that the bot stands in a zone after it was disconnected.
func (b *bot) back(now time.Duration) {
	if b.lostAt == 0 {
		return
	}
	b.swarm.returns.add(now - b.lostAt)
	b.swarm.returnsBy[b.kind].add(now - b.lostAt)
	b.lostAt = 0
}
