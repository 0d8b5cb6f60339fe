package realm

import (
	"context"
	"fmt"
	"time"

	"github.com/realmwire/realmwire/realm/internal/admission"
	"github.com/realmwire/realmwire/realm/store"
)

const (
	admissionKey     = "admission/0"
	admissionEvery   = 10 * time.Minute // how often the keys are looked after
	admissionTimeout = 10 * time.Second
	// AdmissionParam is the parameter of a grant's WebSocket URL that holds the tag.
	AdmissionParam = "admit"
)

// AdmissionKeys are the keys with which a gateway checks the tag of a WebSocket's URL. They are for gateways alone.
type AdmissionKeys = admission.Keys

// admissionRecord is kept so that tags outlive a restart.
type admissionRecord struct {
	V    int           `json:"v"`
	Keys AdmissionKeys `json:"keys"`
}

// AdmissionKeys implements API.
func (r *Realm) AdmissionKeys(context.Context) (AdmissionKeys, error) {
	return *r.admission.Load(), nil
}

// rotateAdmission makes the keys that are missing, and forgets those that are of no use any more.
func (r *Realm) rotateAdmission(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, admissionTimeout)
	defer cancel()
	var keys AdmissionKeys
	err := r.update(ctx, func(tx *store.Tx) error {
		rec, _, err := load[admissionRecord](tx, admissionKey)
		if err != nil {
			return err
		}
		var changed bool
		if keys, changed = rec.Keys.Rotate(now); changed {
			tx.Put(admissionKey, encode(admissionRecord{V: recordVersion, Keys: keys}))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("realm: the keys of admission tags: %w", err)
	}
	r.admission.Store(&keys)
	return nil
}

// webSocketPath is where a gateway relays WebSockets to a process, for who holds a grant.
func (r *Realm) webSocketPath(incarnation ID) string {
	return fmt.Sprintf("/v1/ws/%s?%s=%s", incarnation, AdmissionParam, r.admission.Load().Mint(uint64(incarnation), r.now()))
}
