package zone

import (
	"testing"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// What an account did in one zone counts in the others of the process, for another character too.
func TestZonesOfAProcessShareConduct(t *testing.T) {
	r := run(t)
	in := func(zone string, character uint64) *pipe {
		p := r.openWith(t, ticket.Claims{Zone: zone, Account: 7, Character: character, Epoch: 1, Session: character, Suite: ticket.SuiteAESGCM})
		eventually(t, "a Welcome", func() bool { m, _ := p.got(2); return len(m) == 1 })
		return p
	}
	say := func(p *pipe) {
		for range 5 {
			p.handler.Message(p, transport.Reliable, message.Append(nil, &message.Say{Text: "spam"}))
		}
	}
	// heard are the lines of players and of the system.
	heard := func(p *pipe) (said, told int) {
		lines, _ := p.got(6)
		for _, raw := range lines {
			var h message.Heard
			if err := message.Read(raw, &h); err != nil {
				t.Error(err)
			}
			if h.Channel == message.ZoneChannel {
				said++
			} else {
				told++
			}
		}
		return said, told
	}
	a := in("overworld", 1)
	say(a)
	eventually(t, "its own lines", func() bool { said, _ := heard(a); return said == 5 })
	b := in("dungeon-entrance", 2)
	say(b)
	eventually(t, "the hint to talk slower", func() bool { _, told := heard(b); return told > 0 })
	if said, _ := heard(b); said > 3 { // one each two seconds
		t.Errorf("in the other zone the account said %d lines at once", said)
	}
}
