package realm

import (
	"context"
	"fmt"
	"time"

	"github.com/realmwire/realmwire/realm/store"
)

// The audit log has two parts. What happens by itself and often, takeovers say, goes into a ring that all accounts share, limited by
// account and by address. What cannot be undone goes into a ring of its account's own as well, in the same commit as the act: there is
// no act without its record, on a full disk neither, and no flood of others takes its place.
const (
	maxAudit    = 1 << 16             // records in the ring that all share
	maxChanges  = 1 << 8              // records in an account's own ring
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
	Act       string    `json:"act"` // "takeover", "login-failing", "account-upgraded", "character-renamed", "character-deleted"
	Account   ID        `json:"account"`
	Character ID        `json:"character"`
	Address   string    `json:"address,omitempty"`
	Detail    string    `json:"detail"`
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
	if r.limits.audit.take(rec.Account.String(), nobody, now) > 0 || r.limits.auditAddress.take("", c.Addr, now) > 0 {
		r.metrics.AuditDropped.Inc()
		return
	}
	rec.Address = c.Addr.String()
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

// Changes returns the records of what was changed in an account and cannot be undone, newest first.
func (r *Realm) Changes(ctx context.Context, account ID) ([]AuditRecord, error) {
	return r.ring(ctx, changeHeadKey(account), func(seq uint64) string { return changeKey(account, seq) }, maxChanges)
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
