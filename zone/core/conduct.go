package core

import "time"

// Conduct is what is held against accounts: too many lines of chat, and what no fair client does. It outlives sessions: a new grant, another
// character or another zone of the process does not wipe it out. Times are those of the core's clock.
type Conduct interface {
	// Line counts a line of chat; false: it is one too many, and not counted.
	Line(account uint64, now time.Duration) bool
	// Offence counts an offence; false: it is one too many.
	Offence(account uint64, now time.Duration) bool
}

// maxConduct bounds the accounts of which a Ledger remembers anything.
const maxConduct = 1 << 16

// Ledger is a Conduct in memory. It is not safe for concurrent use.
type Ledger struct {
	accounts map[uint64]*conduct
	pruned   time.Duration // when those with nothing against them were forgotten last
}

type conduct struct {
	chat     allowance
	offences allowance
}

// NewLedger returns a Ledger with nothing against anybody.
func NewLedger() *Ledger { return &Ledger{accounts: map[uint64]*conduct{}} }

// Line implements [Conduct].
func (l *Ledger) Line(account uint64, now time.Duration) bool {
	return l.of(account, now).chat.take(now, chatSeconds*time.Second, maxChatBurst)
}

// Offence implements [Conduct].
func (l *Ledger) Offence(account uint64, now time.Duration) bool {
	return l.of(account, now).offences.take(now, offenceSeconds*time.Second, maxOffences)
}

// of is an account's conduct. Where there are too many accounts, somebody else's is forgotten.
func (l *Ledger) of(account uint64, now time.Duration) *conduct {
	c := l.accounts[account]
	if c != nil {
		return c
	}
	if len(l.accounts) >= maxConduct {
		l.prune(now)
	}
	c = &conduct{}
	l.accounts[account] = c
	return c
}

// prune forgets those who have nothing against them, looking at all no more than once a second, and one more if there is no other room.
func (l *Ledger) prune(now time.Duration) {
	if now-l.pruned >= time.Second {
		l.pruned = now
		for account, c := range l.accounts {
			if c.chat.idle(now, chatSeconds*time.Second) && c.offences.idle(now, offenceSeconds*time.Second) {
				delete(l.accounts, account)
			}
		}
	}
	for account := range l.accounts {
		if len(l.accounts) < maxConduct {
			return
		}
		delete(l.accounts, account)
	}
}

// allowance lets through a burst, and then one in a while. It never counts backwards: zones of one process read the clock at moments of
// their own.
type allowance struct {
	used  int
	since time.Duration // from when the oldest use is being forgotten
}

func (a *allowance) take(now, period time.Duration, burst int) bool {
	a.forget(now, period)
	if a.used == 0 {
		a.since = now
	}
	if a.used >= burst {
		return false
	}
	a.used++
	return true
}

func (a *allowance) forget(now, period time.Duration) {
	if n := int((now - a.since) / period); n > 0 {
		n = min(n, a.used)
		a.used -= n
		a.since += time.Duration(n) * period
	}
}

func (a *allowance) idle(now, period time.Duration) bool {
	a.forget(now, period)
	return a.used == 0
}
