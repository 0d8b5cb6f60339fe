package core

import (
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
)

// receive takes one message of a peer, who may send anything.
func (c *Core) receive(s *session, lane transport.Lane, msg []byte, at time.Duration) {
	if len(msg) == 0 || s.phase == phaseClosing {
		return
	}
	if lane == transport.Latest {
		switch {
		case msg[0] != snapshot.TypeInputs:
			c.offend(s, "a message on the latest lane that is no input")
		case s.inWorld():
			c.takeInputs(s, msg, at)
		}
		return
	}
	switch id := msg[0]; {
	case id == (*message.Join)(nil).ID():
		c.join(s, msg)
	case !s.inWorld():
		c.offend(s, "a message before its Join was answered")
	case id == (*message.Say)(nil).ID():
		c.say(s, msg)
	case id >= message.FirstGameID && s.retired(id): // fair, and no longer of use
	case id >= message.FirstGameID && s.phase == phasePlay:
		if err := c.sim.Message(s.character, msg); err != nil {
			c.offend(s, err.Error())
		}
	case id >= message.FirstGameID: // between zones nothing is done in this one
	default:
		c.offend(s, "a system message that clients do not send")
	}
}

// takeInputs reads an input packet: inputs, acknowledgements, and what steers the client's clock.
func (c *Core) takeInputs(s *session, msg []byte, at time.Duration) {
	next := c.tick + 1
	h, _, err := s.inputs.Read(msg, next)
	if err != nil || h.AckTick > c.tick {
		c.offend(s, "an input packet that cannot be read, or acknowledges a tick to come")
		return
	}
	s.view.Ack(h.AckTick, h.AckOlder)
	s.pace.acked(h.AckTick, h.AckOlder, at)
	if s.echo.has && h.Newest < s.echo.newest {
		return // overtaken on the way
	}
	s.echo = echo{has: true, time: h.ClientTime, at: at, newest: h.Newest, lead: c.lead(h.Newest, at)}
}

// lead is how long before the tick that it is for an input came, in 1/16 ticks.
func (c *Core) lead(newest uint32, at time.Duration) int16 {
	ticks := int64(newest) - int64(c.tick+1)
	phase := int64(c.nextDue-at) * 16 / int64(c.dt)
	const limit = 2047 // what the wire carries
	return int16(min(max(min(max(ticks, -limit), limit)*16+phase, -limit-1), limit))
}
