package realm

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/realm/internal/storetest"
	"github.com/realmwire/realmwire/realm/store"
)

// TestLostAnswers has players do everything that is written down while three in ten of the store's answers are lost and views go away. It keeps a
// model of each player: nothing that was confirmed may be missing, and nothing may have happened twice: epochs, logins and audit
// records are counted.
func TestLostAnswers(t *testing.T) {
	const players, rounds, steps = 6, 3, 25
	w := newWorld(t, func(c *Config) { c.Limits.Off = true })
	w.stop()
	w.faults = 0.3
	w.start()
	zones := make([]*zoneProcess, 2)
	for i, name := range []string{"overworld", "cave"} {
		zones[i] = w.newProcess(name)
		zones[i].process.Zones[0].Capacity = 100
		must(t, zones[i].Register(t.Context(), zones[i].process))
	}
	models := make([]*model, players)
	for i := range models {
		models[i] = newModel(w, zones, i)
	}
	met := map[storetest.Fate]int{}
	for range rounds {
		// So that audit records can be counted.
		off := newLimiter("test", auditRate, true, w.realm.metrics)
		w.realm.limits.audit, w.realm.limits.auditAddress = off, off
		var all sync.WaitGroup
		for _, m := range models {
			all.Go(func() {
				for range steps {
					m.step()
				}
			})
		}
		all.Wait()
		faults := w.store.(*storetest.Faults)
		for _, fate := range []storetest.Fate{storetest.Applied, storetest.Lost, storetest.Late} {
			met[fate] += faults.Met(fate)
		}
		if t.Failed() {
			return
		}
		w.restart() // what was late arrives while the store is closed
		for _, z := range zones {
			must(t, z.beat())
		}
		checkDisk(t, w, models)
	}
	if met[storetest.Applied] < 20 || met[storetest.Lost] < 20 || met[storetest.Late] < 20 {
		t.Errorf("too few answers were lost: %v", met)
	}
}

// checkDisk compares all that is on the disk with what the players were told.
func checkDisk(t *testing.T, w *world, models []*model) {
	t.Helper()
	audits, logins := 0, 0
	for _, m := range models {
		audits += m.audits
		logins += min(m.logins, maxLogins)
		id := m.character.ID
		c, ok, err := get[characterRecord](t.Context(), w.realm, characterKey(id))
		if err != nil || !ok || c.Name != m.name {
			t.Errorf("%s: on the disk is %+v, %t, %v", m.name, c, ok, err)
		}
		now, _, err := w.realm.standing(t.Context(), id)
		must(t, err)
		if now.lease.Epoch != m.epoch || now.leased() != (m.in != nil) || string(now.state.State) != m.state || now.lease.Zone != m.zone {
			t.Errorf("%s: want epoch %d, in %t, zone %s, state %s; on the disk is %+v", m.name, m.epoch, m.in != nil, m.zone, m.state, now)
		}
	}
	for prefix, want := range map[string]int{
		"account/": len(models), "account-name/": len(models), "roster/": len(models), "character/": len(models), "character-name/": len(models),
		"lease/": len(models), "login/": logins, "audit/": audits,
	} {
		if got := len(w.scan(prefix)); got != want {
			t.Errorf("%d records %s…, want %d", got, prefix, want)
		}
	}
}

// model is a player, and what it knows to be true.
type model struct {
	w     *world
	t     *testing.T
	rng   *rand.Rand
	zones []*zoneProcess
	nth   int
	n     int // counts what was saved and named

	player
	name   string // of the character
	epoch  uint64
	zone   string
	state  string
	in     *zoneProcess // where it is played; nil: nowhere
	as     played
	logins int
	audits int
}

func newModel(w *world, zones []*zoneProcess, nth int) *model {
	w.t.Helper()
	m := &model{w: w, t: w.t, rng: rand.New(rand.NewPCG(w.seed, uint64(nth))), zones: zones, nth: nth, zone: "overworld", logins: 1}
	in, err := w.realm.Register(w.t.Context(), Caller{Addr: here}, Credentials{m.account(), "long enough"})
	must(w.t, err)
	m.Caller = caller(in)
	m.name = m.newName()
	m.character, err = w.realm.CreateCharacter(w.t.Context(), m.Caller, NewCharacter{Name: m.name, Class: "knight"})
	must(w.t, err)
	return m
}

func (m *model) account() string { return fmt.Sprintf("Player_%d", m.nth) }

func (m *model) newName() string {
	m.n++
	return "N" + strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprintf("%d%04d", m.nth, m.n))
}

func (m *model) newState() string {
	m.n++
	return fmt.Sprintf(`{"n":%d}`, m.n)
}

// step does one thing at random, and compares what comes back with the model.
func (m *model) step() {
	act := m.rng.IntN(10)
	var err error
	switch {
	case act == 0:
		err = m.login()
	case act == 1:
		err = m.rename()
	case act == 2:
		err = m.createAndDelete()
	case act == 3:
		err = m.look()
	case m.in == nil || act == 4:
		err = m.play()
	case act == 5:
		err = m.save(true)
	case act < 8:
		err = m.handOver()
	default:
		err = m.save(false)
	}
	if err != nil {
		m.t.Errorf("%s: %v", m.name, err)
	}
}

func (m *model) login() error {
	in, err := m.w.realm.Login(m.t.Context(), Caller{Addr: here}, Credentials{m.account(), "long enough"})
	if err != nil {
		return err
	}
	m.logins++
	old := m.Caller
	m.Caller = caller(in)
	if _, err = m.w.realm.Me(m.t.Context(), m.Caller); err != nil || m.rng.IntN(2) == 0 {
		return err // the token that was given must be the one that is kept
	}
	m.logins--
	return m.w.realm.Logout(m.t.Context(), old)
}

func (m *model) rename() error {
	name := m.newName()
	p, err := m.w.rename(m.player, name)
	if err != nil {
		return err
	}
	m.putOut()
	m.name = name
	m.audits++
	if p.Name != name || p.Zone != m.zone {
		return fmt.Errorf("renamed to %q: %+v", name, p)
	}
	return nil
}

// putOut is what the model knows when the player was put out of the world.
func (m *model) putOut() {
	if m.in == nil {
		return
	}
	m.state = fmt.Sprintf(`{"evicted_by":%d}`, m.epoch)
	m.epoch++
	m.audits++
	m.in = nil
}

func (m *model) createAndDelete() error {
	name := m.newName()
	p, err := m.w.realm.CreateCharacter(m.t.Context(), m.Caller, NewCharacter{Name: name, Class: "rogue"})
	if err != nil {
		return err
	}
	m.audits++
	return m.w.delete(player{m.Caller, p}, name)
}

func (m *model) look() error {
	r, err := m.w.realm.Characters(m.t.Context(), m.Caller)
	if err == nil && (len(r.Characters) != 1 || r.Characters[0].Name != m.name || r.Characters[0].Zone != m.zone) {
		err = fmt.Errorf("in zone %s, and the roster is %+v", m.zone, r)
	}
	return err
}

func (m *model) play() error {
	wasIn := m.in != nil
	g, err := m.w.tryPlay(m.player)
	if err != nil {
		return err
	}
	m.putOut()
	if !wasIn {
		m.epoch++
	}
	return m.enter(g, "")
}

// enter attaches the character by a grant.
func (m *model) enter(g Grant, arrive string) error {
	for _, z := range m.zones {
		if z.process.Zones[0].Name == m.zone {
			m.in = z
		}
	}
	var err error
	if m.as, err = m.in.tryEnter(g); err != nil {
		return err
	}
	if m.as.epoch != m.epoch || string(m.as.State) != m.state || m.as.Zone != m.zone || m.as.Name != m.name || arrive != "" && m.as.Arrive != arrive {
		return fmt.Errorf("want epoch %d, zone %s at %q, state %s; entered as %+v under %d", m.epoch, m.zone, arrive, m.state, m.as.Character, m.as.epoch)
	}
	return nil
}

func (m *model) save(final bool) error {
	state := m.newState()
	if err := m.in.save(m.as, state, final); err != nil {
		return err
	}
	m.state = state
	if final {
		m.in = nil
	}
	return nil
}

func (m *model) handOver() error {
	to, point := "cave", "door"
	if m.zone == to {
		to, point = "overworld", "gate"
	}
	state := m.newState()
	req := HandoverRequest{Character: m.as.ID, Epoch: m.as.epoch, Session: m.as.session, State: json.RawMessage(state), ToZone: to, ToPoint: point}
	g, err := m.in.Handover(m.t.Context(), req)
	if err == nil && m.rng.IntN(3) == 0 {
		g, err = m.in.Handover(m.t.Context(), req) // this answer was lost on the bus
	}
	if err != nil {
		return err
	}
	m.in.mu.Lock()
	delete(m.in.players, m.as.ID)
	m.in.mu.Unlock()
	m.zone, m.state = to, state
	m.epoch++
	return m.enter(g, point)
}

// TestStoreDoesNotAnswer is about what callers are told where nothing can be resolved: that the outcome is not known, so that a zone process sends
// the same saves again and a player looks first.
func TestStoreDoesNotAnswer(t *testing.T) {
	w := newWorld(t, nil)
	w.stop()
	w.faults = 0
	w.start()
	faults := w.store.(*storetest.Faults)
	z := w.zone("overworld")
	p := w.player("Ann")
	h := z.enter(w.play(p))

	for range 100 {
		faults.Next(storetest.Lost)
	}
	request := []SaveRequest{{Character: h.ID, Epoch: h.epoch, State: json.RawMessage(`{"n":1}`), Final: true}}
	_, err := z.Save(t.Context(), request)
	wantCode(t, err, CodeUnavailable) // of the whole message, not of one character
	_, err = w.rename(p, "Anna")
	if e := wantCode(t, err, CodeUnavailable); !strings.Contains(e.Detail, "not known") {
		t.Errorf("the player is told %q", e.Detail)
	}
	faults.Heal()
	errs, err := z.Save(t.Context(), request)
	must(t, err)
	must(t, errs[0])
	if again := z.enter(w.play(p)); string(again.State) != `{"n":1}` || again.Name != "Ann" {
		t.Errorf("came back as %+v", again)
	}

	faults.Compact(100)
	_, err = w.realm.Characters(t.Context(), p.Caller)
	wantCode(t, err, CodeBusy)
	faults.Heal()
	w.roster(p.Caller)
}

func TestOperationRowsGo(t *testing.T) {
	w := newWorld(t, nil)
	w.player("Ann")
	if len(w.scan(store.OpPrefix)) == 0 {
		t.Fatal("no operation left a row")
	}
	for range 50 { // answers are lost here too, and each sweep goes on where the last one ended
		w.realm.sweepOps(t.Context(), w.clock.Now().Add(store.OpLife+time.Second))
		if len(w.scan(store.OpPrefix)) == 0 {
			return
		}
	}
	t.Errorf("%d rows are left", len(w.scan(store.OpPrefix)))
}
