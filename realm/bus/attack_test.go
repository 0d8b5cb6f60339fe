package bus_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/internal/bustest"
)

type note struct{ Text string }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answering has a connection answer a verb of a role's with who asked.
func answering(t *testing.T, c *bus.Conn, asker bus.Role, verb string) {
	t.Helper()
	must(t, bus.Handle(c, asker, verb, func(_ context.Context, from bus.Identity, n note) (note, error) {
		return note{from.String() + " " + n.Text}, nil
	}))
}

// call asks until somebody listens: in a cluster, a server learns of a subscription at another a moment later.
func call(t *testing.T, c *bus.Conn, to bus.Target, verb string) string {
	t.Helper()
	for end := time.Now().Add(bustest.Patience); ; time.Sleep(5 * time.Millisecond) {
		got, err := bus.Call[note](t.Context(), c, to, verb, note{"hello"})
		if err == nil {
			return got.Text
		}
		if !bus.IsUnreachable(err) || time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// TestWhoAsksIsKnown: every request that is meant to be possible is, and bears who makes it.
func TestWhoAsksIsKnown(t *testing.T) {
	bustest.Each(t, func(t *testing.T, b *bustest.Bus) {
		realm, gateway, zone := b.Join(bus.RoleRealm), b.Join(bus.RoleGateway), b.Join(bus.RoleZone)
		answering(t, realm, bus.RoleGateway, "play")
		answering(t, realm, bus.RoleZone, "save")
		answering(t, zone, bus.RoleRealm, "evict")
		answering(t, zone, bus.RoleGateway, "signal")
		target := bus.ZoneProcess(zone.Identity())
		for _, tt := range []struct {
			from *bus.Conn
			to   bus.Target
			verb string
		}{{gateway, bus.Realm, "play"}, {zone, bus.Realm, "save"}, {realm, target, "evict"}, {gateway, target, "signal"}} {
			if got, want := call(t, tt.from, tt.to, tt.verb), tt.from.Identity().String()+" hello"; got != want {
				t.Errorf("%s: answered %q, want %q", tt.verb, got, want)
			}
		}
	})
}

// TestZoneTokenHears: with a stolen join token of zones, nothing of others is heard: no grants and characters that the realm answers with, no
// offers that gateways send, no evictions.
func TestZoneTokenHears(t *testing.T) {
	bustest.Each(t, func(t *testing.T, b *bustest.Bus) {
		other, gateway := b.Join(bus.RoleZone).Identity().String(), b.Join(bus.RoleGateway).Identity().String()
		evil := b.Intrude(bus.RoleZone)
		for _, subject := range []string{
			">", "*.>", "rw.>", "rw.inbox.>", "rw.inbox.*.>", "rw.inbox." + other + ".>", "rw.inbox." + gateway + ".>", "_INBOX.>", "_INBOX_zone.>",
			"rw.zone.>", "rw.zone.*.realm.*.evict", "rw.zone." + other + ".>", "rw.zone." + other + ".gateway.*.signal",
			"rw.realm.>", "rw.realm.zone.*.save", "rw.realm.zone." + evil.ID.String() + ".save", "rw.realm.gateway.*.play", "$SYS.>", "$SYS.REQ.USER.AUTH",
		} {
			evil.MayNotSubscribe(subject)
		}
	})
}

// TestZoneTokenSpeaks: with a stolen join token of zones, nothing is said in another's name: no save, no leave, no registration of another
// incarnation, no eviction, no call of a gateway's, and no answer that somebody else was asked for.
func TestZoneTokenSpeaks(t *testing.T) {
	bustest.Each(t, func(t *testing.T, b *bustest.Bus) {
		other, gateway, realm := b.Join(bus.RoleZone).Identity().String(), b.Join(bus.RoleGateway).Identity().String(), b.Join(bus.RoleRealm).Identity().String()
		evil := b.Intrude(bus.RoleZone)
		self := evil.ID.String()
		for _, subject := range []string{
			"rw.realm.zone." + other + ".save", "rw.realm.zone." + other + ".leave", "rw.realm.zone." + other + ".register", "rw.realm.zone." + other + ".heartbeat",
			"rw.realm.gateway." + gateway + ".play", "rw.realm.gateway." + self + ".play",
			"rw.zone." + other + ".realm." + realm + ".evict", "rw.zone." + other + ".realm." + self + ".evict",
			"rw.zone." + other + ".gateway." + gateway + ".signal", "rw.zone." + other + ".gateway." + self + ".signal", "rw.zone." + other + ".zone." + self + ".evict",
			"rw.inbox." + gateway + ".realm.x", "rw.inbox." + other + ".realm.x", "rw.inbox." + realm + ".zone." + other + ".x",
			"$SYS.REQ.USER.AUTH", "$SYS.REQ.SERVER.PING", "anything",
		} {
			evil.MayNotPublish(subject, []byte("{}"))
		}
	})
}

// TestGatewayToken: a gateway hears no other gateway's answers, answers nothing, and speaks neither as a zone process nor as the realm.
func TestGatewayToken(t *testing.T) {
	bustest.Each(t, func(t *testing.T, b *bustest.Bus) {
		zone, gateway, realm := b.Join(bus.RoleZone).Identity().String(), b.Join(bus.RoleGateway).Identity().String(), b.Join(bus.RoleRealm).Identity().String()
		evil := b.Intrude(bus.RoleGateway)
		self := evil.ID.String()
		for _, subject := range []string{
			">", "rw.>", "rw.inbox.>", "rw.inbox." + gateway + ".>", "rw.inbox." + zone + ".>", "rw.realm.gateway.*.play", "rw.realm.zone.*.save", "rw.zone.*.gateway.*.signal",
		} {
			evil.MayNotSubscribe(subject)
		}
		for _, subject := range []string{
			"rw.realm.gateway." + gateway + ".play", "rw.realm.zone." + zone + ".save", "rw.realm.zone." + self + ".register",
			"rw.zone." + zone + ".realm." + realm + ".evict", "rw.zone." + zone + ".realm." + self + ".evict", "rw.zone." + zone + ".gateway." + gateway + ".signal",
			"rw.inbox." + gateway + ".realm.x", "rw.inbox." + gateway + ".zone." + zone + ".x", "rw.inbox." + gateway + ".zone." + self + ".x",
		} {
			evil.MayNotPublish(subject, []byte("{}"))
		}
	})
}

// TestRealmSpeaksAsItself: a realm answers for the realm and asks as itself, and that is all.
func TestRealmSpeaksAsItself(t *testing.T) {
	bustest.Each(t, func(t *testing.T, b *bustest.Bus) {
		zone, realm := b.Join(bus.RoleZone).Identity().String(), b.Join(bus.RoleRealm).Identity().String()
		i := b.Intrude(bus.RoleRealm)
		for _, subject := range []string{
			"rw.realm.zone." + zone + ".leave", "rw.zone." + zone + ".realm." + realm + ".evict", "rw.zone." + zone + ".gateway." + i.ID.String() + ".signal",
			"rw.inbox." + realm + ".zone." + zone + ".x", "any",
		} {
			i.MayNotPublish(subject, []byte("{}"))
		}
		for _, subject := range []string{">", "rw.inbox." + zone + ".>", "rw.inbox." + realm + ".>", "rw.zone.>"} {
			i.MayNotSubscribe(subject)
		}
	})
}

// TestImpersonation: who has the join token, and knows everything of a process but its private key, does not become that process, neither
// while it is there nor after it has gone. The process itself comes back whenever it wants.
func TestImpersonation(t *testing.T) {
	bustest.Each(t, func(t *testing.T, b *bustest.Bus) {
		victim := b.Intrude(bus.RoleZone)
		own, err := nkeys.CreateUser()
		must(t, err)
		replayed, err := victim.Sign([]byte("the nonce of an earlier connection"))
		must(t, err)
		token := b.Token(bus.RoleZone)
		try := func(when string) {
			b.Refused(when+", the victim's key without a signature", bustest.Forgery{Role: bus.RoleZone, Token: token, PublicKey: victim.PublicKey, Sign: func([]byte) ([]byte, error) { return nil, nil }})
			b.Refused(when+", signed with another key", bustest.Forgery{Role: bus.RoleZone, Token: token, PublicKey: victim.PublicKey, Sign: own.Sign})
			b.Refused(when+", a signature of an earlier connection", bustest.Forgery{Role: bus.RoleZone, Token: token, PublicKey: victim.PublicKey, Sign: func([]byte) ([]byte, error) { return replayed, nil }})
			b.Refused(when+", no key at all", bustest.Forgery{Role: bus.RoleZone, Token: token})
		}
		try("while it lives")
		victim.Close()
		try("after it has gone")
		again, err := nats.Connect(b.URLs[0], nats.UserInfo(string(bus.RoleZone), token), nats.Nkey(victim.PublicKey, victim.Sign))
		must(t, err)
		defer again.Close()
		must(t, again.Publish("rw.realm.zone."+victim.ID.String()+".heartbeat", nil))
		must(t, again.Flush())
		if err := again.LastError(); err != nil {
			t.Errorf("the process itself came back as somebody else: %v", err)
		}
	})
}

// TestTokens: a token is for its role, and a stranger has none.
func TestTokens(t *testing.T) {
	bustest.Each(t, func(t *testing.T, b *bustest.Bus) {
		own, err := nkeys.CreateUser()
		must(t, err)
		public, err := own.PublicKey()
		must(t, err)
		for _, role := range []bus.Role{bus.RoleRealm, bus.RoleGateway, bus.RoleZone, "", "admin", "*"} {
			for _, of := range []bus.Role{bus.RoleRealm, bus.RoleGateway, bus.RoleZone} {
				if role != of {
					b.Refused("as "+string(role)+" with the token of "+string(of), bustest.Forgery{Role: role, Token: b.Token(of), PublicKey: public, Sign: own.Sign})
				}
			}
			for _, token := range []string{"", "wrong", strings.Repeat("0", 48)} {
				b.Refused("as "+string(role)+" with "+token, bustest.Forgery{Role: role, Token: token, PublicKey: public, Sign: own.Sign})
			}
		}
		b.Refused("with nothing", bustest.Forgery{})
	})
}

// TestNobodyAnswersForAnother: a request has others who may hear of it try to answer it; only the one who was asked is believed. Nor can an
// asker have the realm say something, in the realm's name, to a third: the answer goes to the asker or nowhere.
func TestNobodyAnswersForAnother(t *testing.T) {
	bustest.Each(t, func(t *testing.T, b *bustest.Bus) {
		realm, zone := b.Join(bus.RoleRealm), b.Join(bus.RoleZone)
		left := make(chan bus.Identity, 16)
		must(t, bus.Handle(realm, bus.RoleZone, "leave", func(_ context.Context, from bus.Identity, _ note) (note, error) {
			left <- from
			return note{}, nil
		}))
		var worked atomic.Int64
		must(t, bus.Handle(realm, bus.RoleZone, "save", func(context.Context, bus.Identity, note) (note, error) {
			worked.Add(1)
			return note{}, nil
		}))
		call(t, zone, bus.Realm, "save")
		worked.Store(0)
		evil := b.Intrude(bus.RoleZone)
		ask := func(verb, reply string) {
			t.Helper()
			data, err := json.Marshal(note{"hello"})
			must(t, err)
			must(t, evil.PublishRequest("rw.realm.zone."+evil.ID.String()+"."+verb, reply, data))
		}
		// Answers that would be requests in the victim's name, or answers to the victim, or go anywhere.
		for _, reply := range []string{
			"rw.realm.zone." + zone.Identity().String() + ".leave", "rw.inbox." + zone.Identity().String() + ".realm.x",
			"rw.zone." + zone.Identity().String() + ".realm." + realm.Identity().String() + ".evict",
			"rw.inbox." + evil.ID.String() + ".zone." + zone.Identity().String() + ".x", "any",
		} {
			ask("save", reply)
		}
		// A request that is answered, after those, on the same connection.
		sub, err := evil.SubscribeSync("rw.inbox." + evil.ID.String() + ".>")
		must(t, err)
		ask("save", "rw.inbox."+evil.ID.String()+".realm.x")
		ask("leave", "rw.inbox."+evil.ID.String()+".realm.x")
		for range 2 {
			_, err = sub.NextMsg(bustest.Patience)
			must(t, err)
		}
		if n := worked.Load(); n != 1 {
			t.Errorf("%d requests were worked on, want the one whose answer goes to its asker", n)
		}
		if from := <-left; from != evil.ID || len(left) > 0 {
			t.Errorf("%s left, want only the intruder %s", from, evil.ID)
		}
	})
}
