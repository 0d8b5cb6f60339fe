package realm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/store"
	"github.com/realmwire/realmwire/transport/ticket"
)

const (
	evictTimeout  = 2 * time.Second // for a process to save and give up a character
	aliveTimeout  = time.Second     // for a process to say that it lives
	maxPlayTries  = 4               // of a takeover whose character moves meanwhile
	maxHost       = 255             // bytes of a host name
	takenOverText = "signed in elsewhere"
)

// Play implements API.
func (r *Realm) Play(ctx context.Context, c Caller, p PlayRequest) (g Grant, err error) {
	defer func() { r.metrics.Plays.WithLabelValues(result(err)).Inc() }()
	account, err := r.authenticate(ctx, c)
	if err != nil {
		return Grant{}, err
	}
	if err := r.limitCalls(account.ID); err != nil {
		return Grant{}, err
	}
	if err := r.checkClient(&p); err != nil {
		return Grant{}, err
	}
	character, ok, err := get[characterRecord](ctx, r, characterKey(p.Character))
	if err != nil {
		return Grant{}, err
	}
	if !ok || character.Account != account.ID {
		return Grant{}, orGone(nil, p.Character)
	}
	lock := &r.taking[uint64(p.Character)%characterStripes]
	lock.Lock()
	defer lock.Unlock()
	for range maxPlayTries {
		g, err = r.tryPlay(ctx, c, character, p)
		if !errors.Is(err, errRegranted) {
			return g, err
		}
	}
	return Grant{}, &Error{Code: CodeBusy, Detail: "The character is moving between zones; try again.", RetryAfter: time.Second}
}

// checkClient refuses clients that could not understand the zone: here, because over UDP they would meet silence.
func (r *Realm) checkClient(p *PlayRequest) error {
	switch {
	case p.Protocol < Protocol:
		return refuse(CodeClientOutdated, "This client speaks protocol %d, the realm speaks %d. Update the client; in a browser, reload the page.",
			p.Protocol, Protocol)
	case p.Protocol > Protocol:
		return refuse(CodeServerOutdated, "This client speaks protocol %d, the realm speaks %d. Ask the operator to update the server, or use an older client.",
			p.Protocol, Protocol)
	case p.Returning && p.Client == 0:
		return refuse(CodeInvalid, "A client that returns says which one it is, as it did when its player decided to play: client is missing.")
	case p.Schema != r.schema() && !slices.ContainsFunc(r.cfg.Accepts, func(h uint64) bool { return ID(h).String() == p.Schema }):
		return refuse(CodeClientOutdated, "This client was built for schema %.32s, the realm runs schema %s. Update the client; in a browser, reload the page.",
			p.Schema, r.schema())
	}
	if p.Suite == 0 {
		p.Suite = uint8(ticket.SuiteAESGCM)
	}
	if !ticket.Suite(p.Suite).Valid() {
		return refuse(CodeInvalid, "There is no cipher suite %d.", p.Suite)
	}
	if len(p.Host) > maxHost {
		p.Host = ""
	}
	return nil
}

func (r *Realm) schema() string { return ID(r.cfg.Schema).String() }

// tryPlay takes the character from whoever has its lease, and grants it the zone where it is. It returns errRegranted when the character was granted
// to somebody else meanwhile.
func (r *Realm) tryPlay(ctx context.Context, c Caller, character characterRecord, p PlayRequest) (Grant, error) {
	seen, ok, err := r.standing(ctx, character.ID)
	if err != nil {
		return Grant{}, fmt.Errorf("realm: the lease on character %s cannot be read: %w", character.ID, err)
	}
	if !ok {
		return Grant{}, orGone(nil, character.ID) // deleted meanwhile
	}
	if p.Returning && seen.playedByOther(p.Client) {
		return Grant{}, refuse(CodePlayedElsewhere, "%s is played elsewhere now. To play here, choose to play again: that ends it there.", character.Name)
	}
	t, undo, err := r.dir.reserve(claimant{character: character.ID, account: character.Account, addr: c.Addr}, seen.lease.Zone, seen.lease.Epoch+1, r.now())
	if err != nil {
		return Grant{}, err
	}
	var freed evictAnswer
	var dead, asked bool
	if seen.leased() {
		freed, dead = r.evict(ctx, c, character, seen.lease, takenOverText)
		asked = seen.lease.Holder == t.process.Incarnation
	}
	if asked && dead || !asked && !r.isAlive(ctx, t.process.Incarnation) {
		undo()
		return Grant{}, r.lost(t.process)
	}
	var lease leaseRecord
	err = r.update(ctx, func(tx *store.Tx) (err error) {
		if lease, err = r.unchanged(tx, character.ID, seen, freed); err != nil {
			return err
		}
		lease = lease.grant(t.process.Incarnation)
		lease.Session, lease.Client, lease.Suite, lease.Host, lease.Granted = NewID(), p.Client, p.Suite, p.Host, r.now().UTC()
		tx.Put(leaseKey(character.ID), encode(lease))
		return nil
	})
	if err != nil {
		undo()
		if freed.State != nil {
			r.dir.leave(character.ID, seen.lease.Epoch) // it was let go, so nothing is there to go back to
		}
		return Grant{}, err
	}
	return r.seal(character, lease, t)
}

// unchanged is the lease as it was seen, for the next grant, with what its holder gave back saved under it. It is errRegranted when the
// character was granted to somebody else meanwhile.
func (r *Realm) unchanged(tx *store.Tx, character ID, seen standing, freed evictAnswer) (leaseRecord, error) {
	lease, err := loadLease(tx, character)
	if err != nil {
		return lease, err
	}
	if lease.Epoch != seen.lease.Epoch {
		return lease, errRegranted
	}
	if freed.State != nil {
		tx.Put(stateKey(character), encode(stateRecord{
			V: recordVersion, Epoch: lease.Epoch, Released: true, State: freed.State, Saved: r.now().UTC(),
		}))
	}
	return lease, nil
}

// lost forgets a process that nobody answers for any more, although its last heartbeat is fresh: its clients would meet silence.
func (r *Realm) lost(p Process) error {
	r.metrics.ProcessesLost.Inc()
	r.log.Warn("realm: zone process is gone", "incarnation", p.Incarnation, "zones", (&process{Process: p}).zoneNames())
	r.dir.remove(p.Incarnation)
	return &Error{
		Code: CodeZoneDown, RetryAfter: 3 * time.Second,
		Detail: "The server of this zone has just gone away; try again in a few seconds.",
	}
}

// evict asks the process that has the lease on a character to save it and let it go, telling its player the reason. Whatever comes of that, the caller may grant the next epoch:
// a process that did not hear is fenced. What it did not save in the background is then lost, which is never anything of value. dead
// tells that the process is gone for certain.
func (r *Realm) evict(ctx context.Context, c Caller, character characterRecord, l leaseRecord, reason string) (answer evictAnswer, dead bool) {
	ctx, cancel := context.WithTimeout(ctx, evictTimeout)
	defer cancel()
	holder := bus.ZoneProcess(bus.Identity(l.Holder))
	answer, err := bus.Call[evictAnswer](ctx, r.bus, holder, "evict", evictMsg{Character: character.ID, Epoch: l.Epoch, Reason: reason})
	how := "ok"
	switch {
	case err == nil && answer.Epoch != l.Epoch:
		how, answer.State = "other-epoch", nil
	case err == nil && !validState(answer.State):
		how, answer.State = "bad-state", nil
	case err != nil:
		how, answer = evictFailure(err), evictAnswer{}
	}
	r.metrics.Takeovers.WithLabelValues(how).Inc()
	if how == string(CodeNotHere) {
		return answer, false // granted, but never attached: nobody is signed out by this
	}
	if how != "ok" && how != "dead" {
		r.peers.Warn("realm: takeover without the holder's word; the last saved state counts",
			"character", character.ID, "holder", l.Holder, "why", how, "err", err)
	}
	r.audit(ctx, c, AuditRecord{
		Act: "takeover", Account: character.Account, Character: character.ID,
		Detail: fmt.Sprintf("from process %s in zone %s, which answered %q: %s", l.Holder, l.Zone, how, reason),
	})
	return answer, how == "dead"
}

func evictFailure(err error) string {
	var b *bus.Error
	switch {
	case bus.IsUnreachable(err):
		return "dead"
	case bus.IsTimeout(err):
		return "timeout"
	case errors.As(err, &b) && Code(b.Code) == CodeNotHere:
		return string(CodeNotHere)
	}
	return "error"
}
