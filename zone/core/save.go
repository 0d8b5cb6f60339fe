package core

import "bytes"

// saveSome puts out the state of the players whose turn it is, where it changed.
func (c *Core) saveSome() {
	for _, cl := range c.clients {
		if (cl.phase == phasePlay || cl.phase == phaseAway) && c.tick >= cl.nextSave {
			cl.nextSave = c.tick + c.ticks(SaveSeconds)
			c.save(cl, false)
		}
	}
}

// save puts out a player's state. The last save of a lease goes out in any case: it ends the lease.
func (c *Core) save(cl *client, final bool) {
	from := len(c.out.arena)
	c.out.arena = c.sim.Save(cl.character, c.out.arena)
	state := c.out.tail(from)
	if !final && bytes.Equal(state, cl.saved) {
		return
	}
	cl.saved = append(cl.saved[:0], state...)
	c.out.Saves = append(c.out.Saves, SaveRequest{Character: cl.character, Epoch: cl.epoch, State: state, Final: final})
}
