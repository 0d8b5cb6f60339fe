package realm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/internal/bustest"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// What somebody can do with the join token of zone processes or of gateways and nothing else, in each of the ways in which NATS runs. That the
// server refuses single subjects is tested in realm/bus; here is what would come of them.

// siege is a realm under which an intruder sits, with two honest zone processes and a player.
type siege struct {
	*world
	a, b   *zoneProcess
	player player
	evil   *bustest.Intruder
}

func besiege(t *testing.T, role bus.Role, test func(*testing.T, *siege)) {
	bustest.Each(t, func(t *testing.T, b *bustest.Bus) {
		w := newWorldOn(t, b, t.TempDir(), nil)
		s := &siege{world: w, a: w.newProcess("overworld"), b: w.newProcess("cave"), evil: b.Intrude(role)}
		s.settle(s.a)
		s.settle(s.b)
		s.player = w.player("Percival")
		test(t, s)
	})
}

// settle registers a process. In a cluster, a server learns a moment later who listens at another.
func (s *siege) settle(z *zoneProcess) {
	s.t.Helper()
	for end := time.Now().Add(bustest.Patience); ; time.Sleep(5 * time.Millisecond) {
		err := z.Register(s.t.Context(), z.process)
		if err == nil && s.realm.isAlive(s.t.Context(), z.Incarnation()) {
			return
		}
		if CodeOf(err) != CodeUnavailable && err != nil || time.Now().After(end) {
			s.t.Fatal(err)
		}
	}
}

// listen has the intruder hear what it can, and returns what it heard so far.
func (s *siege) listen() func() []string {
	s.t.Helper()
	var mu sync.Mutex
	var heard []string
	for _, subject := range []string{
		">", "rw.>", "rw.inbox.>", "rw.inbox.*.realm.*", "rw.zone.>", "rw.zone.*.realm.*.evict", "rw.zone.*.gateway.*.signal", "rw.realm.>",
		"rw.inbox." + s.a.Incarnation().String() + ".>", "rw.inbox." + s.b.Incarnation().String() + ".>", "rw.zone." + s.a.Incarnation().String() + ".>",
		"rw.zone." + s.b.Incarnation().String() + ".>", "_INBOX.>", "_INBOX_zone.>",
	} {
		_, err := s.evil.Subscribe(subject, func(m *nats.Msg) {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, fmt.Sprintf("%s: %s", m.Subject, m.Data))
		})
		must(s.t, err)
	}
	must(s.t, s.evil.Flush())
	return func() []string {
		must(s.t, s.evil.Flush()) // what was sent to it before is there now
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(heard)
	}
}

// ask is what a request of the intruder's own is answered.
func (s *siege) ask(subject string, req, resp any) error {
	s.t.Helper()
	data, err := json.Marshal(req)
	must(s.t, err)
	return s.askRaw(subject, data, resp)
}

func (s *siege) askRaw(subject string, data []byte, resp any) error {
	s.t.Helper()
	reply := "rw.inbox." + s.evil.ID.String() + ".realm.x"
	sub, err := s.evil.SubscribeSync(reply)
	must(s.t, err)
	defer func() { _ = sub.Unsubscribe() }()
	must(s.t, s.evil.PublishRequest(subject, reply, data))
	m, err := sub.NextMsg(bustest.Patience)
	must(s.t, err)
	var r struct {
		Data  json.RawMessage
		Error *bus.Error
	}
	must(s.t, json.Unmarshal(m.Data, &r))
	if r.Error != nil {
		return remoteError(r.Error)
	}
	if resp != nil {
		must(s.t, json.Unmarshal(r.Data, resp))
	}
	return nil
}

// link is where incarnation asks the realm.
func link(incarnation fmt.Stringer, verb string) string {
	return "rw.realm.zone." + incarnation.String() + "." + verb
}

// TestIntruderHearsNothing: a handover, an entry, an offer and a takeover go by, and a third process with the zones' join token hears neither the
// grant with its secret, nor the character, nor the offer with its ticket.
func TestIntruderHearsNothing(t *testing.T) {
	besiege(t, bus.RoleZone, func(t *testing.T, s *siege) {
		heard := s.listen()
		h := s.a.enter(s.play(s.player))
		g, err := s.a.Handover(t.Context(), HandoverRequest{Character: h.ID, Epoch: h.epoch, Session: h.session, State: json.RawMessage(`{"gold":100}`), ToZone: "cave"})
		must(t, err)
		answer, err := SendSignal(t.Context(), s.server.Join(bus.RoleGateway), s.b.Incarnation(), Signal{Ticket: g.Ticket, SDP: "offer"})
		if err != nil || answer.SDP != "answer to offer" {
			t.Errorf("signal: %+v, %v", answer, err)
		}
		s.b.enter(g)
		s.play(s.player)
		if all := heard(); len(all) > 0 {
			t.Errorf("overheard %d messages:\n%s", len(all), strings.Join(all, "\n"))
		}
	})
}

// TestIntruderCannotSaveForAnother: neither in another's name nor in its own does an intruder change a character that another process holds.
func TestIntruderCannotSaveForAnother(t *testing.T) {
	besiege(t, bus.RoleZone, func(t *testing.T, s *siege) {
		h := s.a.enter(s.play(s.player))
		must(t, s.a.save(h, `{"gold":100}`, false))
		forged := SaveRequest{Character: h.ID, Epoch: h.epoch, Seq: 1 << 60, State: json.RawMessage(`{"gold":999999}`)}
		data, err := json.Marshal(map[string]any{"incarnation": s.a.Incarnation(), "saves": []SaveRequest{forged}})
		must(t, err)
		s.evil.MayNotPublish(link(s.a.Incarnation(), "save"), data)
		// Under its own name, the holder's in the message, where it once counted.
		var results []saveResult
		must(t, s.askRaw(link(s.evil.ID, "save"), data, &results))
		if len(results) != 1 || results[0].Code == "" {
			t.Errorf("a save by who does not hold the character: %+v", results)
		}
		must(t, s.a.save(h, `{"gold":101}`, true))
		if c := s.a.enter(s.play(s.player)); string(c.State) != `{"gold":101}` {
			t.Errorf("the state is %s", c.State)
		}
	})
}

// TestIntruderCannotTakeACharacter: what was granted to another process is neither attached nor sent on by an intruder, although it knows the
// character, epoch and session.
func TestIntruderCannotTakeACharacter(t *testing.T) {
	besiege(t, bus.RoleZone, func(t *testing.T, s *siege) {
		g := s.play(s.player)
		claims := s.a.open(g)
		attach := attachMsg{Character: ID(claims.Character), Epoch: claims.Epoch, Session: ID(claims.Session)}
		handover := HandoverRequest{Character: attach.Character, Epoch: attach.Epoch, Session: attach.Session, State: json.RawMessage(`{}`), ToZone: "cave"}
		for verb, req := range map[string]any{"attach": attach, "handover": handover} {
			data, err := json.Marshal(req)
			must(t, err)
			s.evil.MayNotPublish(link(s.a.Incarnation(), verb), data)
			if err := s.ask(link(s.evil.ID, verb), req, nil); err == nil {
				t.Errorf("%s by who was not granted the character was done", verb)
			}
		}
		_, err := s.a.Attach(t.Context(), attach.Character, attach.Epoch, attach.Session)
		must(t, err)
	})
}

// TestIntruderCannotUnseat: nobody makes another process leave, keeps a dead one alive, or takes a zone that another process serves.
func TestIntruderCannotUnseat(t *testing.T) {
	besiege(t, bus.RoleZone, func(t *testing.T, s *siege) {
		mine := s.a.process
		mine.TicketKey, mine.Endpoints = ticket.NewKey(), []transport.Endpoint{{Transport: transport.KCP, Addr: "203.0.113.66:7777"}}
		named, err := json.Marshal(mine)
		must(t, err)
		register, err := json.Marshal(map[string]any{"incarnation": s.a.Incarnation(), "process": json.RawMessage(named), "key": mine.TicketKey[:]})
		must(t, err)
		register = []byte(strings.Replace(string(register), `"process":{`, `"process":{"incarnation":"`+s.a.Incarnation().String()+`",`, 1))
		leave := []byte(`{"incarnation":"` + s.a.Incarnation().String() + `"}`)
		s.evil.MayNotPublish(link(s.a.Incarnation(), "leave"), leave)
		s.evil.MayNotPublish(link(s.a.Incarnation(), "heartbeat"), []byte(`{"load":{}}`))
		s.evil.MayNotPublish(link(s.a.Incarnation(), "register"), register)
		must(t, s.askRaw(link(s.evil.ID, "leave"), leave, nil)) // its own, which is none
		wantCode(t, s.askRaw(link(s.evil.ID, "register"), register, nil), CodeZoneTaken)
		if g := s.play(s.player); g.Endpoints[0] == mine.Endpoints[0] {
			t.Errorf("players are sent to %s", g.Endpoints[0].Addr)
		} else {
			s.a.enter(g)
		}
		must(t, s.a.beat())
	})
}

// TestIntruderCannotAnswerEvictions: who holds a character is asked for it, and nobody else's state counts.
func TestIntruderCannotAnswerEvictions(t *testing.T) {
	besiege(t, bus.RoleZone, func(t *testing.T, s *siege) {
		heard := s.listen()
		h := s.a.enter(s.play(s.player))
		realm := s.conn.Identity().String()
		forged := []byte(`{"data":{"state":{"gold":7},"epoch":` + fmt.Sprint(h.epoch) + `}}`)
		s.evil.MayNotPublish("rw.inbox."+realm+".zone."+s.a.Incarnation().String()+".x", forged)
		s.evil.MayNotPublish("rw.zone."+s.a.Incarnation().String()+".realm."+realm+".evict", []byte(`{"character":"`+h.ID.String()+`"}`))
		c := s.a.enter(s.play(s.player))
		if want := fmt.Sprintf(`{"evicted_by":%d}`, h.epoch); string(c.State) != want {
			t.Errorf("the state is %s, want the holder's %s", c.State, want)
		}
		if all := heard(); len(all) > 0 {
			t.Errorf("overheard %q", all)
		}
	})
}

// TestStolenZoneToken is what the token does allow: to serve a zone that nobody serves at the moment, for those who enter it from then on. Their
// characters are in its hands while they are there, and no others.
func TestStolenZoneToken(t *testing.T) {
	besiege(t, bus.RoleZone, func(t *testing.T, s *siege) {
		h := s.b.enter(s.handOverTo("cave"))
		mine := s.a.process
		mine.Zones = slices.Clone(mine.Zones)
		mine.Zones[0].Name = "attic"
		mine.TicketKey, mine.Endpoints = ticket.NewKey(), []transport.Endpoint{{Transport: transport.KCP, Addr: "203.0.113.66:7777"}}
		must(t, s.ask(link(s.evil.ID, "register"), registerMsg{Process: mine, Key: mine.TicketKey[:]}, nil))
		must(t, s.b.save(h, `{"gold":1}`, false))
		var results []saveResult
		must(t, s.ask(link(s.evil.ID, "save"), saveMsg{Saves: []SaveRequest{{Character: h.ID, Epoch: h.epoch, Seq: 1 << 60, State: json.RawMessage(`{}`)}}}, &results))
		if results[0].Code == "" {
			t.Error("it saved a character of the cave")
		}
	})
}

// handOverTo brings the player from the overworld to another zone.
func (s *siege) handOverTo(zone string) Grant {
	s.t.Helper()
	h := s.a.enter(s.play(s.player))
	g, err := s.a.Handover(s.t.Context(), HandoverRequest{Character: h.ID, Epoch: h.epoch, Session: h.session, State: json.RawMessage(`{}`), ToZone: zone})
	must(s.t, err)
	return g
}

// TestGatewayHearsNoOther: with the gateways' join token nothing is heard of what the realm answers another gateway: no login token, no grant.
// Nor is anything said as a zone process.
func TestGatewayHearsNoOther(t *testing.T) {
	besiege(t, bus.RoleGateway, func(t *testing.T, s *siege) {
		conn := s.server.Join(bus.RoleGateway)
		other := conn.Identity().String()
		heard := s.listen()
		_, err := s.evil.Subscribe("rw.inbox."+other+".>", func(m *nats.Msg) { t.Errorf("overheard %s", m.Data) })
		must(t, err)
		must(t, s.evil.Flush())
		api := NewAPIClient(conn)
		in, err := api.Guest(t.Context(), Caller{Addr: here})
		must(t, err)
		if in.Token == "" {
			t.Error("no login token")
		}
		g, err := api.Play(t.Context(), s.player.Caller, playRequest(s.player.character.ID))
		must(t, err)
		s.a.enter(g)
		if all := heard(); len(all) > 0 {
			t.Errorf("overheard %q", all)
		}
		s.evil.MayNotPublish(link(s.a.Incarnation(), "leave"), []byte(`{}`))
		s.evil.MayNotPublish(link(s.evil.ID, "register"), []byte(`{}`))
		s.evil.MayNotPublish("rw.zone."+s.a.Incarnation().String()+".realm."+s.conn.Identity().String()+".evict", []byte(`{}`))
		s.evil.MayNotPublish("rw.realm.gateway."+other+".logout", []byte(`{}`))
	})
}
