// Package descriptors keeps a process that serves connections alive where the system lets it open nothing more. Its last descriptors are
// for its own files and for short answers: a health check gets its own, everybody else is told to come again.
package descriptors

import (
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
)

const (
	leastReserve = 8
	mostReserve  = 64
	// low is a limit below which a server that many people play on runs out.
	low = 4096
	// mend is what an operator can do.
	mend = "ulimit -n 65536 before the start; LimitNOFILE=65536 in a systemd unit; --ulimit nofile=65536 in Docker"
)

// Advise says in the log where the limit is low.
func Advise(log *slog.Logger) {
	if n := Limit(); n > 0 && n < low {
		log.Warn("this process may have few files and connections open at once: as many players will find no place", "limit", n, "raise", mend)
	}
}

// pool is what a process has left. There is one, process; tests make others.
type pool struct {
	limit    uint64        // 0: unknown, and nothing is held back
	reserved uint64        // of it, for files and short answers
	grace    time.Duration // a connection for a short answer has this long to say something before it gives way to the next

	mu     sync.Mutex
	short  []*shortConn // guarded by mu; the oldest first, at most half of what is reserved
	spare  *os.File     // guarded by mu; given away to take one more connection; nil: it is
	warned time.Time    // guarded by mu
}

var process = sync.OnceValue(func() *pool { return newPool(Limit(), grace) })

func newPool(limit uint64, grace time.Duration) *pool {
	p := &pool{limit: limit, reserved: min(max(limit/8, leastReserve), mostReserve), grace: grace}
	p.spare, _ = os.Open(os.DevNull) // a process that cannot open even this has none to spare
	return p
}

// scarce tells whether a connection has one of the last descriptors.
func (p *pool) scarce(c net.Conn) bool {
	n, ok := number(c)
	return ok && p.limit > 0 && n+p.reserved >= p.limit
}

// admit takes a connection for a short answer; nil: there is no place yet.
func (p *pool) admit(c net.Conn) *shortConn {
	p.mu.Lock()
	var victim *shortConn
	if uint64(len(p.short)) >= p.reserved/2 {
		if victim = p.victimLocked(); victim == nil {
			p.mu.Unlock()
			return nil
		}
	}
	s := &shortConn{Conn: c, pool: p, since: now()}
	s.end = time.AfterFunc(longest, guard.Func("connections without a descriptor to spare", func() { _ = s.Close() }, nil))
	p.short = append(p.short, s)
	p.mu.Unlock()
	if victim != nil {
		_ = victim.Close()
	}
	return s
}

// victimLocked is the oldest connection that may give way: a silent one soon, one that has begun to ask later. nil: none may yet.
func (p *pool) victimLocked() *shortConn {
	for _, s := range p.short {
		grace := p.grace
		if s.heard.Load() {
			grace *= 10
		}
		if now().Sub(s.since) >= grace {
			return s
		}
	}
	return nil
}

// makeRoom frees a descriptor, so that one more connection can be accepted: the oldest short answer's, or the spare one.
func (p *pool) makeRoom() bool {
	p.mu.Lock()
	victim, spare := p.victimLocked(), p.spare
	if victim == nil {
		p.spare = nil
	}
	p.mu.Unlock()
	if victim != nil {
		return victim.Close() == nil
	}
	return spare != nil && spare.Close() == nil
}

// left takes a short answer that has ended off the list, and its descriptor for a spare one where that was given away.
func (p *pool) left(s *shortConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.short = slices.DeleteFunc(p.short, func(other *shortConn) bool { return other == s })
	if p.spare == nil {
		p.spare, _ = os.Open(os.DevNull)
	}
}

// warn says that connections are turned away, once in a while.
func (p *pool) warn(log *slog.Logger, err error) {
	p.mu.Lock()
	again := now().Sub(p.warned) >= warnEvery
	if again {
		p.warned = now()
	}
	p.mu.Unlock()
	if !again {
		return
	}
	args := []any{"limit", p.limit, "raise", mend}
	if err != nil {
		args = append(args, "err", err)
	}
	log.Warn("out of file descriptors: new connections are turned away; /healthz still answers", args...)
}
