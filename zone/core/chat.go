package core

import "github.com/realmwire/realmwire/protocol/message"

// say takes a line of chat and tells everybody in the zone.
func (c *Core) say(s *session, msg []byte) {
	var line message.Say
	if err := message.Read(msg, &line); err != nil {
		c.offend(s, "chat that cannot be read")
		return
	}
	if !c.cfg.Conduct.Line(s.who(), c.now) {
		c.count.ChatLimited++
		if !s.chatHint {
			s.chatHint = true
			c.tell(s, "You talk faster than anyone can read. Wait a moment.")
		}
		return
	}
	s.chatHint = false
	text := clean(line.Text) // it costs the most, and blank lines count as well
	if text == "" {
		return
	}
	c.broadcast(&message.Heard{Channel: message.ZoneChannel, Entity: uint32(s.entity), From: s.name, Text: text})
}

func (c *Core) tell(s *session, text string) {
	c.send(s, &message.Heard{Channel: message.SystemChannel, Text: text})
}

func (c *Core) tellAll(text string) {
	c.broadcast(&message.Heard{Channel: message.SystemChannel, Text: clean(text)})
}

// tellPopulation says how many players there are, once a second if that changed.
func (c *Core) tellPopulation() {
	if n := len(c.players); n != c.told && c.tick%c.hz == 0 {
		c.told = n
		c.broadcast(&message.Population{Players: uint16(min(n, 1<<16-1))})
	}
}
