package realm

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/transport"
)

// waysTo are the endpoints of a test's process for its players, who reach the gateway at play.example.org.
func waysTo(z *zoneProcess) []transport.Endpoint {
	incarnation := z.process.Incarnation.String()
	return []transport.Endpoint{
		{Transport: transport.KCP, Addr: "play.example.org:7777"},
		{Transport: transport.WebRTC, URL: "/v1/rtc/" + incarnation},
		{Transport: transport.WebSocket, URL: "/v1/ws/" + incarnation},
	}
}

// untagged are a grant's endpoints without the admission tags, of which each path to a WebSocket has one.
func untagged(t *testing.T, g Grant) []transport.Endpoint {
	t.Helper()
	out := slices.Clone(g.Endpoints)
	for i, e := range out {
		if e.Transport == transport.WebSocket && strings.HasPrefix(e.URL, "/") {
			path, tag, _ := strings.Cut(e.URL, "?"+AdmissionParam+"=")
			if tag == "" {
				t.Errorf("no admission tag in %s", e.URL)
			}
			out[i].URL = path
		}
	}
	return out
}

// TestEndpointsOfOtherTransports: what the realm does not know is between zone process and clients.
func TestEndpointsOfOtherTransports(t *testing.T) {
	w := newWorld(t, nil)
	z := w.newProcess("overworld")
	z.process.Endpoints = append([]transport.Endpoint{
		{Transport: "smoke", URL: "https://0.0.0.0:7/hill"},
		{Transport: "drums", Addr: "192.0.2.1:9"},
		{Transport: transport.WebSocket, URL: "ws://[::]:8081/ws"},
	}, z.process.Endpoints...)
	must(t, z.Register(t.Context(), z.process))
	g := w.play(w.player("Percival"))
	want := append([]transport.Endpoint{
		{Transport: "smoke", URL: "https://play.example.org:7/hill"},
		{Transport: "drums", Addr: "192.0.2.1:9"},
		{Transport: transport.WebSocket, URL: "ws://play.example.org:8081/ws"},
	}, waysTo(z)...)
	if !slices.Equal(untagged(t, g), want) {
		t.Errorf("endpoints %+v, want %+v", g.Endpoints, want)
	}
}

func TestPlaySaveAndComeBack(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld", "cave")
	p := w.player("Percival")
	g := w.play(p)
	if g.Character != p.character.ID || g.Zone != (GrantZone{Name: "overworld", Title: "The overworld", TickHz: 20, Best: true}) || g.Suite != 1 || len(g.Secret) != 32 ||
		!slices.Equal(untagged(t, g), waysTo(z)) || g.Schema != "0123456789abcdef" || g.Snapshots != "latest" ||
		g.Map.Name != "overworld" || g.Map.URL != "/v1/maps/"+g.Map.Hash || g.Map.Hash != z.process.Zones[0].MapHash {
		t.Errorf("grant %+v", g)
	}
	claims := z.open(g)
	if ID(claims.Session) != g.Session || string(claims.Secret[:]) != string(g.Secret) || claims.Zone != "overworld" || claims.Epoch != 1 {
		t.Errorf("claims %+v", claims)
	}
	h := z.enter(w.play(p))
	if h.Name != "Percival" || h.Class != "knight" || string(h.Appearance) != `{"shirt":3}` || h.State != nil || h.Role != RolePlayer || h.Zone != "overworld" {
		t.Errorf("attached %+v", h)
	}
	must(t, z.save(h, `{"x":1}`, false))
	must(t, z.save(h, `{"x":2}`, true))
	must(t, z.save(h, `{"x":2}`, true)) // the answer was lost, say
	wantCode(t, z.save(h, `{"x":3}`, false), CodeFenced)
	back := z.enter(w.play(p))
	if string(back.State) != `{"x":2}` || back.epoch <= h.epoch {
		t.Errorf("came back as %+v", back)
	}
}

func TestFencing(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	p := w.player("Bedivere")
	old := z.enter(w.play(p))
	must(t, z.save(old, `{"gold":1}`, false))
	z.mu.Lock()
	delete(z.players, old.ID) // a process that has lost track: it answers the evict with "not here"
	z.mu.Unlock()
	now := z.enter(w.play(p))
	if string(now.State) != `{"gold":1}` {
		t.Errorf("granted with state %s", now.State)
	}
	wantCode(t, z.save(old, `{"gold":999}`, false), CodeFenced)
	wantCode(t, z.save(old, `{"gold":999}`, true), CodeFenced)
	_, err := z.Handover(t.Context(), HandoverRequest{Character: old.ID, Epoch: old.epoch, Session: old.session, State: json.RawMessage(`{"gold":999}`), ToZone: "overworld"})
	wantCode(t, err, CodeFenced)
	_, err = z.Attach(t.Context(), old.ID, old.epoch, old.session)
	wantCode(t, err, CodeFenced)
	_, err = z.Attach(t.Context(), now.ID, now.epoch, now.session+1)
	wantCode(t, err, CodeFenced)
	// Another process under the right epoch is fenced too.
	other := w.zone("cave")
	wantCode(t, other.save(now, `{"gold":999}`, false), CodeFenced)
	must(t, z.save(now, `{"gold":2}`, true))
	if back := z.enter(w.play(p)); string(back.State) != `{"gold":2}` {
		t.Errorf("state %s", back.State)
	}
}

func TestOlderSaveDoesNotOverwrite(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	p := w.player("Kay")
	h := z.enter(w.play(p))
	direct := func(state string, seq uint64, final bool) {
		t.Helper()
		must(t, w.realm.save(t.Context(), z.process.Incarnation,
			SaveRequest{Character: h.ID, Epoch: h.epoch, State: json.RawMessage(state), Seq: seq, Final: final}))
	}
	direct(`{"n":2}`, 102, false)
	direct(`{"n":1}`, 101, false) // was delayed on its way
	direct(`{"n":0}`, 100, true)
	if back := z.enter(w.play(p)); string(back.State) != `{"n":2}` {
		t.Errorf("state %s", back.State)
	}
}

func TestSaveRefuses(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	h := z.enter(w.play(w.player("Gareth")))
	large := `"` + strings.Repeat("x", MaxState) + `"`
	errs, err := z.Save(t.Context(), []SaveRequest{
		{Character: h.ID, Epoch: h.epoch, State: json.RawMessage(large)},
		{Character: h.ID, Epoch: h.epoch},
		{Character: h.ID + 1, Epoch: h.epoch, State: json.RawMessage(`{}`)},
		{Character: h.ID, Epoch: h.epoch, State: json.RawMessage(`{"ok":true}`)},
	})
	must(t, err)
	for i, want := range []Code{CodeInvalid, CodeInvalid, CodeFenced} {
		wantCode(t, errs[i], want)
	}
	must(t, errs[3]) // its neighbours' faults are not its own
}

func TestManySavesAtOnce(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Off = true })
	z := w.zone("overworld")
	h := z.enter(w.play(w.player("Crowd")))
	saves := make([]SaveRequest, maxSaves+10) // more than one message takes
	for i := range saves {
		saves[i] = SaveRequest{Character: ID(i + 1), Epoch: 1, State: json.RawMessage(`{}`)}
	}
	saves[maxSaves+5] = SaveRequest{Character: h.ID, Epoch: h.epoch, State: json.RawMessage(`{"last":true}`)}
	errs, err := z.Save(t.Context(), saves)
	must(t, err)
	for i, err := range errs {
		if i == maxSaves+5 {
			must(t, err)
		} else {
			wantCode(t, err, CodeFenced)
		}
	}
}

func TestTakeover(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	p := w.player("Tristan")
	first := z.enter(w.play(p))
	second := z.enter(w.play(p))
	if string(second.State) != `{"evicted_by":1}` || second.epoch != 2 {
		t.Errorf("after the takeover: %+v", second)
	}
	if len(z.told) != 1 || z.told[0] != takenOverText {
		t.Errorf("the first client was told %q", z.told)
	}
	wantCode(t, z.save(first, `{"ghost":true}`, false), CodeFenced)
	records, err := w.realm.Audit(t.Context(), 10)
	must(t, err)
	if len(records) != 1 || records[0].Act != "takeover" || records[0].Character != first.ID {
		t.Errorf("audit log %+v", records)
	}
}

func TestTakeoverFromAnotherProcess(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.zone("overworld"), w.zone("cave")
	p := w.player("Isolde")
	h := a.enter(w.play(p))
	g, err := a.Handover(t.Context(), HandoverRequest{Character: h.ID, Epoch: h.epoch, Session: h.session, State: json.RawMessage(`{"x":5}`), ToZone: "cave", ToPoint: "door"})
	must(t, err)
	b.enter(g)
	again := b.enter(w.play(p)) // the lease says b, so b is asked
	if len(b.told) != 1 || len(a.told) != 0 || again.Zone != "cave" {
		t.Errorf("told: %q at a, %q at b; zone %s", a.told, b.told, again.Zone)
	}
}

func TestDeadProcess(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	p := w.player("Gawain")
	h := z.enter(w.play(p))
	must(t, z.save(h, `{"x":7}`, false))
	z.kill()
	// Its last heartbeat is fresh, but nobody answers for it: a grant would lead nowhere.
	_, err := w.tryPlay(p)
	wantCode(t, err, CodeZoneDown)
	if _, err := w.realm.RelayTarget(t.Context(), z.process.Incarnation); err == nil {
		t.Error("a process that is gone is still in the directory")
	}
	// A new run of the same process need not wait for the silence of the old one.
	next := w.zone("overworld")
	back := next.enter(w.play(p))
	if string(back.State) != `{"x":7}` || back.epoch != 2 {
		t.Errorf("after the crash: %+v", back)
	}
}

func TestRestartWithinTheSilence(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	p := w.player("Ector")
	h := z.enter(w.play(p))
	must(t, z.save(h, `{"x":1}`, false))
	z.kill()
	next := w.zone("overworld") // no waiting until the old one counts as dead
	if back := next.enter(w.play(p)); string(back.State) != `{"x":1}` {
		t.Errorf("came back as %+v", back)
	}
}

func TestHungProcess(t *testing.T) {
	w := newWorld(t, nil)
	hung := w.newProcess("overworld")
	release := make(chan struct{})
	defer close(release)
	hung.Serve(ZoneHandlers{
		Evict: func(context.Context, ID, uint64, string) (json.RawMessage, uint64, error) {
			<-release // does not come back in time
			return json.RawMessage(`{"too":"late"}`), 1, nil
		},
		Signal: hung.answerOffer,
	})
	must(t, hung.Register(t.Context(), hung.process))
	p := w.player("Dagonet")
	h := hung.enter(w.play(p))
	must(t, hung.save(h, `{"x":1}`, false))
	back := hung.enter(w.play(p))
	if string(back.State) != `{"x":1}` || back.epoch != h.epoch+1 {
		t.Errorf("came back as %+v", back)
	}
	wantCode(t, hung.save(h, `{"too":"late"}`, true), CodeFenced)
}

// TestTakeoverMeetsHandover has the character step through a portal at the very moment of the takeover.
func TestTakeoverMeetsHandover(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.newProcess("overworld"), w.zone("cave")
	a.Serve(ZoneHandlers{
		Evict: func(ctx context.Context, id ID, _ uint64, _ string) (json.RawMessage, uint64, error) {
			a.mu.Lock()
			h := a.players[id]
			a.mu.Unlock()
			_, err := a.Handover(ctx, HandoverRequest{Character: id, Epoch: h.epoch, Session: h.session, State: json.RawMessage(`{"in":"cave"}`), ToZone: "cave"})
			must(t, err)
			return nil, 0, ErrNotHere
		},
		Signal: a.answerOffer,
	})
	must(t, a.Register(t.Context(), a.process))
	p := w.player("Agravain")
	h := a.enter(w.play(p))
	g := w.play(p)
	if g.Zone.Name != "cave" {
		t.Fatalf("granted %s, but the character is in the cave", g.Zone.Name)
	}
	if there := b.enter(g); string(there.State) != `{"in":"cave"}` || there.epoch != h.epoch+2 {
		t.Errorf("arrived as %+v", there)
	}
	wantCode(t, a.save(h, `{"in":"overworld"}`, false), CodeFenced)
}

func TestSilentProcess(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	p := w.player("Lamorak")
	must(t, z.beat())
	w.clock.advance(DeadAfter + time.Millisecond)
	_, err := w.tryPlay(p)
	wantCode(t, err, CodeZoneDown)
	_, err = w.realm.RelayTarget(t.Context(), z.process.Incarnation)
	wantCode(t, err, CodeZoneDown)
	w.realm.sweep(w.clock.Now())
	if _, players, _ := w.realm.dir.status(w.clock.Now()); players != 0 || len(w.realm.dir.processes) != 0 {
		t.Error("a silent process is kept")
	}
	must(t, z.beat()) // it was only slow: it registers again by itself
	w.play(p)
}

func TestHandover(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.zone("overworld"), w.zone("dungeon-entrance")
	p := w.player("Yvain")
	h := a.enter(w.play(p))
	req := HandoverRequest{Character: h.ID, Epoch: h.epoch, Session: h.session, State: json.RawMessage(`{"hp":9}`), ToZone: "dungeon-entrance", ToPoint: "gate"}

	for name, want := range map[string]Code{"nowhere": CodeZoneDown} {
		bad := req
		bad.ToZone = name
		_, err := a.Handover(t.Context(), bad)
		wantCode(t, err, want)
	}
	bad := req
	bad.State = nil
	_, err := a.Handover(t.Context(), bad)
	wantCode(t, err, CodeInvalid)
	must(t, a.save(h, `{"hp":8}`, false)) // the lease is still a's: a refused handover changes nothing

	g, err := a.Handover(t.Context(), req)
	must(t, err)
	if g.Zone.Name != "dungeon-entrance" || g.Session != h.session || g.Endpoints[0].Addr != "play.example.org:7777" || g.Suite != 1 {
		t.Errorf("grant %+v", g)
	}
	wantCode(t, a.save(h, `{"hp":1}`, false), CodeHandedOver) // the answer was lost, so the player plays on
	elsewhere := req
	elsewhere.ToZone, elsewhere.ToPoint = "overworld", ""
	_, err = a.Handover(t.Context(), elsewhere) // and walked into another portal
	wantCode(t, err, CodeHandedOver)
	repeat, err := a.Handover(t.Context(), req) // the answer was lost
	must(t, err)
	claims := b.open(repeat)
	if claims.Epoch != h.epoch+1 {
		t.Errorf("the repeated request moved again, to epoch %d", claims.Epoch)
	}
	there := b.enter(g)
	if there.Zone != "dungeon-entrance" || there.Arrive != "gate" || string(there.State) != `{"hp":9}` {
		t.Errorf("arrived as %+v", there)
	}
	_, err = a.Handover(t.Context(), req) // arrived: no more tickets
	wantCode(t, err, CodeFenced)
	wantCode(t, a.save(h, `{"hp":1}`, true), CodeFenced)

	// Until the first save the spawn point counts, whatever crashes; from then on the state says where.
	b.mu.Lock()
	delete(b.players, there.ID)
	b.mu.Unlock()
	again := b.enter(w.play(p))
	if again.Arrive != "gate" || again.Zone != "dungeon-entrance" {
		t.Errorf("before the first save: %+v", again)
	}
	must(t, b.save(again, `{"hp":10}`, true))
	last := b.enter(w.play(p))
	if last.Arrive != "" || last.Zone != "dungeon-entrance" || string(last.State) != `{"hp":10}` {
		t.Errorf("after a save: %+v", last)
	}
}

func TestFullZone(t *testing.T) {
	w := newWorld(t, nil)
	z := w.newProcess("overworld", "cave")
	z.process.Zones[0].Capacity = 1
	z.process.Zones[1].Capacity = 1
	must(t, z.Register(t.Context(), z.process))
	p1, p2 := w.player("One"), w.player("Two")
	w.play(p1) // a grant takes a place
	_, err := w.tryPlay(p2)
	if e := wantCode(t, err, CodeZoneFull); !strings.Contains(e.Detail, "The overworld is full") || e.RetryAfter == 0 {
		t.Errorf("refusal %+v", e)
	}
	h := z.enter(w.play(p1)) // who has a place gets in again
	_, err = w.tryPlay(p2)
	wantCode(t, err, CodeZoneFull)

	g, err := z.Handover(t.Context(), HandoverRequest{Character: h.ID, Epoch: h.epoch, Session: h.session, State: json.RawMessage(`{}`), ToZone: "cave"})
	must(t, err)
	h2 := z.enter(w.play(p2)) // the place is free at once
	_, err = z.Handover(t.Context(), HandoverRequest{Character: h2.ID, Epoch: h2.epoch, Session: h2.session, State: json.RawMessage(`{}`), ToZone: "cave"})
	wantCode(t, err, CodeZoneFull)
	must(t, z.save(h2, `{"waits":"at the border"}`, false)) // it kept its place here
	_, err = w.tryPlay(w.player("Three"))
	wantCode(t, err, CodeZoneFull)

	there := z.enter(g)
	must(t, z.save(there, `{}`, true))
	_, err = z.Handover(t.Context(), HandoverRequest{Character: h2.ID, Epoch: h2.epoch, Session: h2.session, State: json.RawMessage(`{}`), ToZone: "cave"})
	must(t, err)
}

func TestUnusedGrantGivesUpItsPlace(t *testing.T) {
	w := newWorld(t, nil)
	z := w.newProcess("overworld")
	z.process.Zones[0].Capacity = 1
	must(t, z.Register(t.Context(), z.process))
	w.play(w.player("Ghost"))
	p := w.player("Real")
	_, err := w.tryPlay(p)
	wantCode(t, err, CodeZoneFull)
	for range 20 {
		w.clock.advance(grantLife / 15)
		must(t, z.beat())
	}
	w.realm.sweep(w.clock.Now())
	w.play(p)
}

func TestFullRealm(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Capacity = 1 })
	w.zone("overworld")
	p := w.player("Only")
	w.play(p)
	_, err := w.tryPlay(w.player("Second"))
	wantCode(t, err, CodeRealmFull)
	w.play(p)
}

func TestPlayRefuses(t *testing.T) {
	w := newWorld(t, nil)
	w.zone("overworld")
	p, other := w.player("Mine"), w.player("Theirs")
	for _, tt := range []struct {
		name   string
		change func(*PlayRequest)
		want   Code
		says   string
	}{
		{"not my character", func(r *PlayRequest) { r.Character = other.character.ID }, CodeNotFound, "no character"},
		{"no such character", func(r *PlayRequest) { r.Character = 1 }, CodeNotFound, "no character"},
		{"older protocol", func(r *PlayRequest) { r.Protocol = 2 }, CodeClientOutdated, "protocol 2, the realm speaks 3. Update the client"},
		{"newer protocol", func(r *PlayRequest) { r.Protocol = 4 }, CodeServerOutdated, "protocol 4, the realm speaks 3"},
		{"wrong schema", func(r *PlayRequest) { r.Schema = "ffffffffffffffff" }, CodeClientOutdated, "schema ffffffffffffffff, the realm runs schema 0123456789abcdef"},
		{"no schema", func(r *PlayRequest) { r.Schema = "" }, CodeClientOutdated, "Update the client"},
		{"unknown suite", func(r *PlayRequest) { r.Suite = 9 }, CodeInvalid, "suite 9"},
	} {
		req := playRequest(p.character.ID)
		tt.change(&req)
		_, err := w.realm.Play(t.Context(), p.Caller, req)
		if e := wantCode(t, err, tt.want); !strings.Contains(e.Detail, tt.says) {
			t.Errorf("%s: %q does not say %q", tt.name, e.Detail, tt.says)
		}
	}
	_, err := w.realm.Play(t.Context(), Caller{Addr: here}, playRequest(p.character.ID))
	wantCode(t, err, CodeSignedOut)
}

// Clients of an older schema that the game's accepts are let through; the zone knows how to serve them.
func TestPlayAcceptsOlderSchemas(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Accepts = []uint64{0xab, 0xfedcba9876543210} })
	w.zone("overworld")
	p := w.player("Mine")
	for schema, want := range map[string]Code{
		"00000000000000ab": "", "fedcba9876543210": "", "0123456789abcdef": "", "ab": CodeClientOutdated, "fedcba9876543211": CodeClientOutdated,
	} {
		req := playRequest(p.character.ID)
		req.Schema = schema
		_, err := w.realm.Play(t.Context(), p.Caller, req)
		if want == "" {
			must(t, err)
		} else {
			wantCode(t, err, want)
		}
	}
}

func TestRegisterProcess(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	second := w.newProcess("overworld")
	err := second.Register(t.Context(), second.process)
	if e := wantCode(t, err, CodeZoneTaken); !strings.Contains(e.Detail, z.process.Incarnation.String()) || !strings.Contains(e.Detail, "overworld") {
		t.Errorf("refusal %q", e.Detail)
	}
	must(t, z.Register(t.Context(), z.process)) // the same process again
	for _, tt := range []struct {
		change func(*Process)
		want   Code
	}{
		{func(p *Process) { p.TicketKey = [32]byte{} }, CodeInvalid},
		{func(p *Process) { p.Schema++ }, CodeSchemaMismatch},
		{func(p *Process) { p.Endpoints = nil }, CodeInvalid},
		{func(p *Process) { p.Endpoints = slices.Repeat(p.Endpoints, 3) }, CodeInvalid},
		{func(p *Process) { p.Endpoints[0].Addr = "nowhere" }, CodeInvalid},
		{func(p *Process) { p.Endpoints[0].Addr = strings.Repeat("x", 255) + ":1" }, CodeInvalid},
		{func(p *Process) { p.Endpoints[0].Addr = "" }, CodeInvalid},
		{func(p *Process) { p.Endpoints[0].Transport = "" }, CodeInvalid},
		{func(p *Process) { p.Endpoints[0].URL = "wss://zone.example.org/ws" }, CodeInvalid},
		{func(p *Process) { p.Endpoints[2].URL = "http://zone.example.org/ws" }, CodeInvalid},
		{func(p *Process) { p.Endpoints[2].URL = "wss:///ws" }, CodeInvalid},
		{func(p *Process) { p.Endpoints[2].URL = "/v1/logout" }, CodeInvalid},
		{func(p *Process) { p.Endpoints[2].URL = "wss://user:word@zone.example.org/ws" }, CodeInvalid},
		{func(p *Process) { p.HTTPAddr = "" }, CodeInvalid},
		{func(p *Process) { p.Snapshots = "best" }, CodeInvalid},
		{func(p *Process) { p.Zones = nil }, CodeInvalid},
		{func(p *Process) { p.Zones[0].Name = "Over World" }, CodeInvalid},
		{func(p *Process) { p.Zones[0].Capacity = 0 }, CodeInvalid},
		{func(p *Process) { p.Zones[0].TickHz = 0 }, CodeInvalid},
		{func(p *Process) { p.Zones[0].Title = "" }, CodeInvalid},
		{func(p *Process) { p.Zones[0].Map = []byte("another") }, CodeInvalid},
		{func(p *Process) { p.Zones[0].MapHash = "abc" }, CodeInvalid},
		{func(p *Process) { p.Zones[0].MapName = "" }, CodeInvalid},
		{func(p *Process) { p.Zones = append(p.Zones, p.Zones[0]) }, CodeInvalid},
	} {
		bad := w.newProcess("cave")
		tt.change(&bad.process)
		wantCode(t, bad.Register(t.Context(), bad.process), tt.want)
	}
	info, err := w.realm.Info(t.Context())
	must(t, err)
	if len(info.Zones) != 1 || info.Zones[0].Name != "overworld" {
		t.Errorf("zones %+v", info.Zones)
	}
	must(t, z.Leave(t.Context()))
	must(t, second.Register(t.Context(), second.process))
}

// A grant tells a zone's identity, the map it is played on and the instance apart.
func TestGrantNamesZoneMapAndInstance(t *testing.T) {
	w := newWorld(t, nil)
	z := w.newProcess("overworld")
	z.process.Zones[0].MapName, z.process.Zones[0].Instance = "meadow", 7
	must(t, z.Register(t.Context(), z.process))
	g := w.play(w.player("Percival"))
	if g.Zone.Name != "overworld" || g.Zone.Instance != 7 || g.Map.Name != "meadow" {
		t.Errorf("zone %+v, map %+v", g.Zone, g.Map)
	}
}

func TestRestartedRealm(t *testing.T) {
	w := newWorld(t, nil)
	z := w.newProcess("overworld")
	z.process.Zones[0].Capacity = 1
	must(t, z.Register(t.Context(), z.process))
	p, late := w.player("Elaine"), w.player("Late")
	h := z.enter(w.play(p))
	w.restart()

	_, err := w.realm.Me(t.Context(), p.Caller) // sessions survive
	must(t, err)
	must(t, z.save(h, `{"x":3}`, false)) // leases survive, even before the process has registered again
	_, err = w.tryPlay(p)
	wantCode(t, err, CodeZoneDown)
	must(t, z.beat())
	info, err := w.realm.Info(t.Context())
	must(t, err)
	if info.Players != 1 || info.Capacity != 1 || len(info.Zones) != 1 {
		t.Errorf("info %+v", info)
	}
	_, err = w.tryPlay(late) // who is attached was told along
	wantCode(t, err, CodeZoneFull)
	if data, err := w.realm.Map(t.Context(), z.process.Zones[0].MapHash); err != nil || string(data) != string(z.process.Zones[0].Map) {
		t.Errorf("map %q, %v", data, err)
	}
	back := z.enter(w.play(p))
	if string(back.State) != `{"evicted_by":1}` {
		t.Errorf("state %s", back.State)
	}
	w.restart()
	roster, err := w.realm.Characters(t.Context(), p.Caller)
	must(t, err)
	if len(roster.Characters) != 1 || roster.Characters[0].LastPlayed.IsZero() || roster.Characters[0].Zone != "overworld" {
		t.Errorf("roster %+v", roster)
	}
}

// TestAPIClient goes through every method of the API over the bus, as a gateway in another process does.
func TestAPIClient(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	conn, err := w.server.Connect(bus.RoleGateway)
	must(t, err)
	defer conn.Close()
	var api API = NewAPIClient(conn)
	ctx, nobody := t.Context(), Caller{Addr: here}

	info, err := api.Info(ctx)
	must(t, err)
	if info.Schema != "0123456789abcdef" || len(info.Zones) != 1 || len(info.Classes) != 3 {
		t.Errorf("info %+v", info)
	}
	_, err = api.Register(ctx, nobody, Credentials{"Remote", "long enough"})
	must(t, err)
	_, err = api.Register(ctx, nobody, Credentials{"Remote", "long enough"})
	wantCode(t, err, CodeNameTaken)
	in, err := api.Login(ctx, nobody, Credentials{"Remote", "long enough"})
	must(t, err)
	c := caller(in)
	me, err := api.Me(ctx, c)
	must(t, err)
	if me != in.Account {
		t.Errorf("me %+v", me)
	}
	ch, err := api.CreateCharacter(ctx, c, NewCharacter{Name: "Far", Class: "rogue"})
	must(t, err)
	roster, err := api.Characters(ctx, c)
	must(t, err)
	if len(roster.Characters) != 1 || roster.Characters[0].ID != ch.ID {
		t.Errorf("roster %+v", roster)
	}
	renamed, err := api.RenameCharacter(ctx, c, NewName{ch.ID, "Farther"})
	must(t, err)
	if renamed.Name != "Farther" {
		t.Errorf("renamed %+v", renamed)
	}
	wantCode(t, api.DeleteCharacter(ctx, c, Deletion{ch.ID, "Far"}), CodeNotConfirmed)
	doomed, err := api.CreateCharacter(ctx, c, NewCharacter{Name: "Doomed", Class: "rogue"})
	must(t, err)
	must(t, api.DeleteCharacter(ctx, c, Deletion{doomed.ID, "Doomed"}))
	g, err := api.Play(ctx, c, playRequest(ch.ID))
	must(t, err)
	if g.Endpoints[0].Addr != "play.example.org:7777" {
		t.Errorf("the host did not cross the bus: %+v", g.Endpoints)
	}
	answer, err := SendSignal(ctx, conn, z.process.Incarnation, Signal{Ticket: g.Ticket, SDP: "offer"})
	must(t, err)
	if answer.SDP != "answer to offer" {
		t.Errorf("answer %q", answer.SDP)
	}
	_, err = SendSignal(ctx, conn, z.process.Incarnation, Signal{Ticket: []byte("forged"), SDP: "offer"})
	wantCode(t, err, CodeSignalRefused)
	_, err = SendSignal(ctx, conn, 1, Signal{})
	wantCode(t, err, CodeZoneDown)
	z.enter(g)
	if _, err := api.Map(ctx, g.Map.Hash); err != nil {
		t.Error(err)
	}
	_, err = api.Map(ctx, "none")
	wantCode(t, err, CodeNotFound)
	e, err := api.RelayTarget(ctx, z.process.Incarnation)
	must(t, err)
	if e.HTTPAddr != z.process.HTTPAddr {
		t.Errorf("endpoint %+v", e)
	}
	must(t, api.Logout(ctx, c))
	_, err = api.Me(ctx, c)
	wantCode(t, err, CodeSignedOut)
	guest, err := api.Guest(ctx, nobody)
	must(t, err)
	account, err := api.Upgrade(ctx, caller(guest), Credentials{"Grown", "long enough"})
	must(t, err)
	if account.Guest || account.ID != guest.Account.ID {
		t.Errorf("upgraded %+v", account)
	}
	w.realm.Close()
	w.conn.Close()
	_, err = api.Info(ctx)
	wantCode(t, err, CodeUnavailable)
}
