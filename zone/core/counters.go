package core

import "github.com/realmwire/realmwire/internal/count"

// Counters count what a zone did, refused or gave up.
type Counters struct {
	Offence     uint64 `help:"messages of players that were wrong or beyond what is allowed"`
	Kicked      uint64 `help:"players that were kicked"`
	JoinRefused uint64 `help:"joins that were refused"`
	Dropped     uint64 `help:"sessions that were cut off, whose character stayed"`
	Resumed     uint64 `help:"sessions that took the place of one before, with a resume ticket"`
	ChatLimited uint64 `help:"lines of chat that were one too many"`
	Panicked    uint64 `help:"panics in the work for one session, which ended it"`
	EncoderCounters
}

// EncoderCounters count what the encoders did; each has its own.
type EncoderCounters struct {
	Snapshot        uint64 `help:"snapshots that were sent"`
	SnapshotBytes   uint64 `help:"bytes of snapshots that were sent"`
	SnapshotPaced   uint64 `help:"snapshots with less room, because the client's path carries no more"`
	SnapshotSkipped uint64 `help:"snapshots not sent because enough were outstanding, in ordered mode"`
}

// Count is what happened since the start.
func (c *Core) Count() Counters {
	n := c.count
	for _, e := range c.encoders {
		count.Add(&n.EncoderCounters, &e.count)
	}
	return n
}
