package core

import "bytes"

// saveSome asks for the players to be saved who have not been for a while, where their state changed.
func (c *Core) saveSome() {
	for _, s := range c.sessions {
		if (s.phase == phasePlay || s.phase == phaseAway) && c.tick >= s.nextSave {
			s.nextSave = c.tick + c.ticks(SaveSeconds)
			c.save(s, false)
		}
	}
}

// save asks for a player to be saved. The last save under a lease is asked for in any case: it ends the lease.
func (c *Core) save(s *session, final bool) {
	state, caught := c.savedState(s.character)
	switch {
	case caught != nil && final:
		c.noteFault(s, caught)
		return
	case caught != nil: // whoever cannot be saved does not play on
		s.fault, s.unsavable = caught, true
		return
	case !final && bytes.Equal(state, s.saved):
		return
	}
	s.saved = append(s.saved[:0], state...)
	c.out.Saves = append(c.out.Saves, SaveRequest{Character: s.character, Epoch: s.epoch, State: state, Final: final, Kicked: s.kicked})
}
