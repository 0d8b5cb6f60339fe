package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/store/badger"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/rules"
)

// A zone that did not get the realm's answer to a handover learns from its next save that the character has gone: otherwise it would tell the
// player that somebody else plays it, and the player would stay away.
func TestZoneLearnsOfAHandoverWhoseAnswerWasLost(t *testing.T) {
	ctx, log := t.Context(), slog.New(slog.DiscardHandler)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	store, err := badger.Open(badger.Config{Dir: filepath.Join(t.TempDir(), "store"), Log: log})
	must(err)
	defer store.Close()
	server, err := bus.Start(bus.Config{Log: log})
	must(err)
	defer server.Close()
	connect := func(role bus.Role) *bus.Conn {
		t.Helper()
		c, err := server.Connect(role)
		must(err)
		return c
	}
	conn := connect(bus.RoleRealm)
	defer conn.Close()
	r, err := realm.New(realm.Config{Store: store, Bus: conn, Game: "rpg", Schema: 1, Classes: []string{"knight"}, StartZone: "here", Log: log})
	must(err)
	defer r.Close()

	zoneConn := connect(bus.RoleZone)
	defer zoneConn.Close()
	link := zoneLink{realm.Dial(zoneConn)}
	key := ticket.NewKey()
	link.client.Serve(realm.ZoneHandlers{
		Evict: func(context.Context, realm.ID, uint64, string) (json.RawMessage, uint64, error) {
			return nil, 0, realm.ErrNotHere
		},
		Signal: func(context.Context, []byte, string) (string, error) { return "", errors.ErrUnsupported },
	})
	process := realm.Process{TicketKey: key, Endpoints: []transport.Endpoint{{Transport: transport.KCP, Addr: "127.0.0.1:1"}}, HTTPAddr: "127.0.0.1:1", Schema: 1, Snapshots: "latest"}
	for _, name := range []string{"here", "there"} {
		process.Zones = append(process.Zones, realm.ZoneInfo{
			Name: name, Title: name, MapName: name, MapHash: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", Map: []byte("{}"), Capacity: 1, TickHz: 20,
		})
	}
	must(link.client.Register(ctx, process))

	caller := realm.Caller{Addr: netip.MustParseAddr("192.0.2.1")}
	in, err := r.Guest(ctx, caller)
	must(err)
	caller.Token = in.Token
	character, err := r.CreateCharacter(ctx, caller, realm.NewCharacter{Name: "Yvain", Class: "knight"})
	must(err)
	grant, err := r.Play(ctx, caller, realm.PlayRequest{Character: character.ID, Schema: realm.ID(1).String(), Protocol: realm.Protocol})
	must(err)
	claims, err := ticket.NewOpener(key, uint64(link.client.Incarnation()), ticket.OpenerConfig{}).Open(grant.Ticket, time.Now())
	must(err)
	id := rules.PlayerID(character.ID)
	if _, err := link.Attach(ctx, core.AttachRequest{Character: id, Epoch: claims.Epoch, Session: claims.Session}); err != nil {
		t.Fatal(err)
	}

	state := json.RawMessage(`{}`)
	if _, err := link.Handover(ctx, core.HandoverRequest{
		Character: id, Epoch: claims.Epoch, Session: claims.Session, State: state, ToZone: "there",
	}); err != nil {
		t.Fatal(err)
	}
	// The answer does not come to the core. The player walks on, and is saved.
	errs, err := link.Save(ctx, []core.SaveRequest{{Character: id, Epoch: claims.Epoch, State: state}})
	must(err)
	if !errors.Is(errs[0], core.ErrHandedOver) {
		t.Errorf("the save is refused with %v", errs[0])
	}
	// Where somebody else plays the character by now, the player shall know that.
	grant, err = r.Play(ctx, caller, realm.PlayRequest{Character: character.ID, Schema: realm.ID(1).String(), Protocol: realm.Protocol})
	must(err)
	errs, err = link.Save(ctx, []core.SaveRequest{{Character: id, Epoch: claims.Epoch, State: state}})
	must(err)
	if !errors.Is(errs[0], core.ErrStale) || errors.Is(errs[0], core.ErrHandedOver) {
		t.Errorf("after a takeover the save is refused with %v", errs[0])
	}
	// Who is kicked is on record.
	again, err := ticket.NewOpener(key, uint64(link.client.Incarnation()), ticket.OpenerConfig{}).Open(grant.Ticket, time.Now())
	must(err)
	if _, err := link.Attach(ctx, core.AttachRequest{Character: id, Epoch: again.Epoch, Session: again.Session}); err != nil {
		t.Fatal(err)
	}
	errs, err = link.Save(ctx, []core.SaveRequest{{Character: id, Epoch: again.Epoch, State: state, Final: true, Kicked: "Be kind."}})
	must(err)
	must(errs[0])
	records, err := r.Changes(ctx, in.Account.ID)
	must(err)
	if len(records) != 1 || records[0].Act != "kicked" || records[0].Detail != "from zone there: Be kind." {
		t.Errorf("on record is %+v", records)
	}
}
