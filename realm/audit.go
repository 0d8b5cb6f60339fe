package realm

import (
	"context"
	"fmt"
	"time"

	"github.com/realmwire/realmwire/realm/store"
)

// maxAudit is how many audit records are kept; a new one takes the place of the oldest. auditRate keeps one attacker from
// washing everything else out.
const maxAudit = 1 << 16

var auditRate = Rate{Burst: 100, Every: time.Second}

// AuditRecord is one act that an operator may want to look into later.
type AuditRecord struct {
	V         int       `json:"v"`
	Seq       uint64    `json:"seq"`
	Time      time.Time `json:"time"`
	Act       string    `json:"act"` // "takeover", "login-failing", "character-renamed", "character-deleted"
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

// audit writes a record. It never fails the act that it records: a record that cannot be written is counted and logged.
func (r *Realm) audit(ctx context.Context, rec AuditRecord) {
	now := r.now()
	if r.auditLimit.take("", now) > 0 {
		r.metrics.AuditDropped.Inc()
		return
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
		r.log.Warn("realm: audit record lost", "act", rec.Act, "err", err)
	}
}

// Audit returns up to limit of the newest audit records, newest first.
func (r *Realm) Audit(ctx context.Context, limit int) ([]AuditRecord, error) {
	var records []AuditRecord
	err := r.read(ctx, func(rd store.Reader) error {
		records = records[:0]
		head, _, err := look[auditHead](rd, auditHeadKey)
		for seq := head.Next; err == nil && seq > 0 && head.Next-seq < maxAudit && len(records) < limit; seq-- {
			var rec AuditRecord
			var ok bool
			rec, ok, err = look[AuditRecord](rd, auditKey(seq-1))
			if !ok {
				break
			}
			records = append(records, rec)
		}
		return err
	})
	return records, err
}
