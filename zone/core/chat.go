package core

import (
	"strings"
	"unicode"

	"github.com/realmwire/realmwire/protocol/message"
)

// say takes a line of chat and tells everybody in the zone.
func (c *Core) say(cl *client, msg []byte) {
	var s message.Say
	if err := message.Read(msg, &s); err != nil {
		c.offend(cl, "chat that cannot be read")
		return
	}
	text := clean(s.Text)
	if text == "" {
		return
	}
	if !cl.chat.take(c.tick, c.ticks(chatSeconds), maxChatBurst) {
		c.count.ChatLimited++
		if !cl.chatHint {
			cl.chatHint = true
			c.tell(cl, "You talk faster than anyone can read. Wait a moment.")
		}
		return
	}
	cl.chatHint = false
	c.broadcast(&message.Heard{Channel: message.ZoneChannel, Entity: uint32(cl.entity), From: cl.name, Text: text})
}

// clean makes a line fit to be shown to others: one line, nothing invisible that reorders or hides text, no outer space.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r == unicode.ReplacementChar || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co):
			return -1
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	if len(text) > maxChatBytes {
		text = strings.ToValidUTF8(text[:maxChatBytes], "")
	}
	return text
}

func (c *Core) tell(cl *client, text string) {
	c.send(cl, &message.Heard{Channel: message.SystemChannel, Text: text})
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
