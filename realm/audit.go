package realm

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/realmwire/realmwire/realm/store"
)

// The audit log has two parts. What happens by itself and often, takeovers say, goes into a ring that all accounts share, limited by
// account and by address. What cannot be undone goes into a ring of its account's own as well, in the same commit as the act: there is
// no act without its record, on a full disk neither, and no flood of others takes its place.
const (
	maxAudit    = 1 << 16             // records in the ring that all share
	maxChanges  = 1 << 8              // records in an account's own ring
	maxKicks    = 1 << 6              // of an account; those alike within a day are one
	maxKickText = 256                 // bytes
	changesKept = 90 * 24 * time.Hour // at least; a change for which there is no room before is refused
)

// What an account, and an address, may add to the ring that all share.
var (
	auditRate        = Rate{Burst: 20, Every: time.Minute}
	auditAddressRate = Rate{Burst: 100, Every: 10 * time.Second}
)

// AuditRecord is one act that an operator may want to look into later.
type AuditRecord struct {
	V         int       `json:"v"`
	Seq       uint64    `json:"seq"` // in its ring
	Time      time.Time `json:"time"`
	Act       string    `json:"act"` // "takeover", "login-failing", "account-upgraded", "character-renamed", "character-deleted", "kicked"
	Account   ID        `json:"account"`
	Character ID        `json:"character"`
	Address   string    `json:"address,omitempty"`
	Detail    string    `json:"detail"`
	Count     int       `json:"count,omitempty"` // of kicks alike within a day; Time is the last one's
}

// auditHead is how many records were ever written.
type auditHead struct {
	V    int    `json:"v"`
	Next uint64 `json:"next"`
}

const auditHeadKey = "audit-head/0"

func auditKey(seq uint64) string { return fmt.Sprintf("audit/%05x", seq%maxAudit) }

// changeKey is where a record of an account's own is.
func changeKey(account ID, seq uint64) string {
	return fmt.Sprintf("audit-change/%s/%02x", account, seq%maxChanges)
}

func changeHeadKey(account ID) string { return "audit-change-head/" + account.String() }

// record writes into an account's own ring what the transaction does that cannot be undone, or refuses it. The caller passes the record on
// to audit when the transaction has committed.
func (r *Realm) record(tx *store.Tx, rec AuditRecord) error {
	now := r.now().UTC()
	head, _, err := load[auditHead](tx, changeHeadKey(rec.Account))
	if err != nil {
		return err
	}
	key := changeKey(rec.Account, head.Next)
	oldest, full, err := load[AuditRecord](tx, key)
	if err != nil {
		return err
	}
	if wait := changesKept - now.Sub(oldest.Time); full && wait > 0 {
		return &Error{
			Code: CodeRateLimited, RetryAfter: wait,
			Detail: fmt.Sprintf("So much was changed in this account that the record of it is full until %s.", now.Add(wait).Format(time.DateOnly)),
		}
	}
	rec.V, rec.Seq, rec.Time = recordVersion, head.Next, now
	tx.Put(key, encode(rec))
	tx.Put(changeHeadKey(rec.Account), encode(auditHead{V: recordVersion, Next: head.Next + 1}))
	return nil
}

// kicksRecord is how an account's characters were kicked, the oldest first.
type kicksRecord struct {
	V     int           `json:"v"`
	Kicks []AuditRecord `json:"kicks"`
}

func kicksKey(account ID) string { return "audit-kicks/" + account.String() }

// recordKick writes a kick beside the last save of who was kicked. It is never refused; an account that is kicked over and over for one
// reason has one record of it a day, with how often.
func (r *Realm) recordKick(tx *store.Tx, s SaveRequest, zone string) (AuditRecord, error) {
	character, ok, err := load[characterRecord](tx, characterKey(s.Character))
	if err != nil || !ok {
		return AuditRecord{}, err
	}
	kicks, _, err := load[kicksRecord](tx, kicksKey(character.Account))
	if err != nil {
		return AuditRecord{}, err
	}
	rec := AuditRecord{
		V: recordVersion, Time: r.now().UTC(), Act: "kicked", Account: character.Account, Character: character.ID, Count: 1,
		Detail: fmt.Sprintf("from zone %s: %s", zone, strings.ToValidUTF8(s.Kicked[:min(len(s.Kicked), maxKickText)], "")),
	}
	if n := len(kicks.Kicks); n > 0 {
		rec.Seq = kicks.Kicks[n-1].Seq + 1
	}
	for i, k := range kicks.Kicks {
		if k.Character == rec.Character && k.Detail == rec.Detail && rec.Time.Sub(k.Time) < 24*time.Hour {
			rec.Count += k.Count
			kicks.Kicks = slices.Delete(kicks.Kicks, i, i+1)
			break
		}
	}
	kicks.V, kicks.Kicks = recordVersion, append(kicks.Kicks, rec)
	kicks.Kicks = kicks.Kicks[max(0, len(kicks.Kicks)-maxKicks):]
	tx.Put(kicksKey(character.Account), encode(kicks))
	return rec, nil
}

// limitChanges is asked before anything of a change is done, which may put a player out of the world.
func (r *Realm) limitChanges(account ID) error {
	if wait := r.limits.changes.take(account.String(), nobody, r.now()); wait > 0 {
		return limited(wait, "Too many changes to the characters of your account.")
	}
	return nil
}

// audit writes a record into the ring that all share. It never fails the act that it records: a record that cannot be written is counted and
// logged.
func (r *Realm) audit(ctx context.Context, c Caller, rec AuditRecord) {
	now := r.now()
	known := c.Addr.IsValid()
	if r.limits.audit.take(rec.Account.String(), nobody, now) > 0 || known && r.limits.auditAddress.take("", c.Addr, now) > 0 {
		r.metrics.AuditDropped.Inc()
		return
	}
	if known {
		rec.Address = c.Addr.String()
	}
	rec.V, rec.Time = recordVersion, now.UTC()
	err := store.Update(ctx, r.store, now, func(tx *store.Tx) error {
		head, _, err := load[auditHead](tx, auditHeadKey)
		if err != nil {
			return err
		}
		rec.Seq = head.Next
		tx.Put(auditKey(rec.Seq), encode(rec))
		tx.Put(auditHeadKey, encode(auditHead{V: recordVersion, Next: head.Next + 1}))
		return nil
	})
	if err != nil {
		r.metrics.AuditDropped.Inc()
		r.peers.Warn("realm: audit record lost", "act", rec.Act, "err", err)
	}
}

// Audit returns up to limit of the newest records of the ring that all accounts share, newest first.
func (r *Realm) Audit(ctx context.Context, limit int) ([]AuditRecord, error) {
	return r.ring(ctx, auditHeadKey, auditKey, min(limit, maxAudit))
}

// Changes returns the records of what was done in an account, and to it, and cannot be undone, newest first.
func (r *Realm) Changes(ctx context.Context, account ID) ([]AuditRecord, error) {
	records, err := r.ring(ctx, changeHeadKey(account), func(seq uint64) string { return changeKey(account, seq) }, maxChanges)
	if err != nil {
		return nil, err
	}
	kicks, _, err := get[kicksRecord](ctx, r, kicksKey(account))
	records = append(records, kicks.Kicks...)
	slices.SortStableFunc(records, func(a, b AuditRecord) int { return b.Time.Compare(a.Time) })
	return records, err
}

// ring reads up to limit records, newest first.
func (r *Realm) ring(ctx context.Context, headKey string, key func(seq uint64) string, limit int) ([]AuditRecord, error) {
	var records []AuditRecord
	err := r.read(ctx, func(rd store.Reader) error {
		records = records[:0]
		head, _, err := look[auditHead](rd, headKey)
		for seq := head.Next; err == nil && seq > 0 && len(records) < limit; seq-- {
			var rec AuditRecord
			var ok bool
			rec, ok, err = look[AuditRecord](rd, key(seq-1))
			if !ok {
				break
			}
			records = append(records, rec)
		}
		return err
	})
	return records, err
}
