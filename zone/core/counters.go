package core

// Counters count what a zone refused or gave up.
type Counters struct {
	Offences    uint64
	Kicked      uint64
	Refused     uint64 // joins
	Dropped     uint64 // sessions that were cut off, whose character stayed
	Resumed     uint64 // sessions that took the place of one before, with a resume ticket
	ChatLimited uint64
	Snapshots   uint64
	SnapBytes   uint64
	Paced       uint64 // snapshots with less room, because the client's path carries no more
	Skipped     uint64 // snapshots not sent because enough were outstanding (ordered mode)
}

// Count is what happened since the start.
func (c *Core) Count() Counters {
	n := c.count
	for _, e := range c.encoders {
		n.Snapshots += e.count.snapshots
		n.SnapBytes += e.count.bytes
		n.Paced += e.count.paced
		n.Skipped += e.count.skipped
	}
	return n
}
