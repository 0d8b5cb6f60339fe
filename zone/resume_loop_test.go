package zone

import (
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/games/rpg"
)

// issued are the newest resume tickets that a session was sent, opened as a transport opens them.
func issued(t *testing.T, p *pipe, o *ticket.Opener) (out [2]ticket.Claims) {
	t.Helper()
	var sent [][]byte
	eventually(t, "resume tickets", func() bool { sent, _ = p.got((*message.Resume)(nil).ID()); return len(sent) > 0 })
	var m message.Resume
	if err := message.Read(sent[len(sent)-1], &m); err != nil {
		t.Fatal(err)
	}
	for i, pass := range m.Tickets {
		c, err := o.Open(pass.Ticket, time.Now())
		if err != nil || string(c.Secret[:]) != string(pass.Secret) {
			t.Fatalf("ticket %d: %v; its secret is the one beside it: %t", i, err, string(c.Secret[:]) == string(pass.Secret))
		}
		if left := time.Until(c.Expires); left > 3*time.Minute || m.LifeMs != 180_000 {
			t.Errorf("ticket %d lives %v, the client is told %d ms", i, left, m.LifeMs)
		}
		out[i] = c
	}
	return out
}

// With real tickets and without a realm: the first of two is good, the other is not good any more after that, and those that come with
// the second session are.
func TestResumeWithoutARealm(t *testing.T) {
	key := ticket.NewKey()
	opener := ticket.NewOpener(key, 77, ticket.OpenerConfig{})
	r := runWith(t, Config{
		Tickets: ticket.NewSealer(key, 77),
		Core:    core.Config{Game: &rpg.Game, TickHz: 100, Keep: time.Minute},
	})
	a := r.connect(t, "dungeon-entrance", 7, 3)
	first := issued(t, a, opener)
	if first[0].Nonce == first[1].Nonce || first[0].Secret == first[1].Secret || first[0].Zone != "dungeon-entrance" || first[0].Epoch != 3 {
		t.Fatalf("tickets %+v", first)
	}
	r.realm.with(func() { r.realm.down = true })
	a.Close(transport.Network, "")
	b := r.openWith(t, first[1])
	eventually(t, "a Welcome", func() bool { m, _ := b.got(2); return len(m) == 1 })
	if old, _ := b.got(3); len(old) != 0 {
		t.Error("goodbye to who came back")
	}
	c := r.openWith(t, first[0])
	if g := goodbye(t, c); g.Reason != message.AttachRefused {
		t.Errorf("the second ticket of a session that has come back: %+v", g)
	}
	d := r.openWith(t, issued(t, b, opener)[0])
	eventually(t, "a Welcome", func() bool { m, _ := d.got(2); return len(m) == 1 })
	if g := goodbye(t, b); g.Reason != message.TakenOver {
		t.Errorf("the half-open session: %+v", g)
	}
	r.realm.with(func() {
		r.realm.down = false
		if r.realm.final[7] != 0 {
			t.Error("the lease was released")
		}
	})
	d.Close(transport.Normal, "")
	eventually(t, "the last save", func() bool { ok := false; r.realm.with(func() { ok = r.realm.final[7] == 1 }); return ok })
}

func TestKeepNeedsTickets(t *testing.T) {
	_, err := NewProcess(Config{Realm: newMemory(), Core: core.Config{Game: &rpg.Game, Keep: time.Second}}, nil)
	if err == nil {
		t.Error("a zone that keeps characters and cannot make tickets was made")
	}
}
