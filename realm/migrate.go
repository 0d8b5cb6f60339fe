package realm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/realmwire/realmwire/realm/store"
)

// dataVersion is the version of the data as a whole: which kinds of records there are. (A record's own version is of its shape.) Data
// without a dataRecord is of version 1, or there is none yet.
const dataVersion = 2

const dataKey = "data-version/0"

// dataRecord says which program wrote the data.
type dataRecord struct {
	V    int `json:"v"`
	Data int `json:"data"`
}

// migrations holds, by version, what makes the next version's data of it. A migration is carried out in many batches and may be
// interrupted between any two: it begins again with what is left.
var migrations = map[int]func(ctx context.Context, s store.Store, now time.Time) (changed int, err error){
	1: func(ctx context.Context, s store.Store, now time.Time) (int, error) {
		holds, err := splitHolds(ctx, s, now)
		if err != nil {
			return holds, err
		}
		sessions, err := rename[loginRecord](ctx, s, now, "session/", "login/")
		if err != nil {
			return holds + sessions, err
		}
		live, err := rename[loginsRecord](ctx, s, now, "account-live/", "account-logins/")
		return holds + sessions + live, err
	},
}

// migrate brings data up to dataVersion, once, before anybody uses it. Two realms that do so at once do no harm.
func migrate(ctx context.Context, s store.Store, now time.Time, log *slog.Logger) error {
	version, err := readDataVersion(ctx, s)
	if err != nil {
		return err
	}
	if version > dataVersion {
		return fmt.Errorf("realm: the data is of version %d, and this program knows up to %d: run the Realmwire that wrote it, or a newer one", version, dataVersion)
	}
	for ; version < dataVersion; version++ {
		changed, err := migrations[version](ctx, s, now)
		if err != nil {
			return fmt.Errorf("realm: migrate the data from version %d (start again to go on with it): %w", version, err)
		}
		if err := writeDataVersion(ctx, s, now, version+1); err != nil {
			return fmt.Errorf("realm: record that the data is of version %d: %w", version+1, err)
		}
		if changed > 0 {
			log.Info("realm: data migrated", "from", version, "to", version+1, "records", changed)
		}
	}
	return nil
}

func readDataVersion(ctx context.Context, s store.Store) (int, error) {
	e, err := s.Get(ctx, dataKey)
	d, ok, err := decoded[dataRecord](dataKey, e.Value, e.Rev != 0, err)
	if err != nil {
		return 0, fmt.Errorf("realm: read the version of the data: %w", err)
	}
	if !ok {
		return 1, nil
	}
	return d.Data, nil
}

func writeDataVersion(ctx context.Context, s store.Store, now time.Time, version int) error {
	return store.Update(ctx, s, now, func(tx *store.Tx) error {
		d, _, err := load[dataRecord](tx, dataKey)
		if err != nil || d.Data >= version {
			return err
		}
		tx.Put(dataKey, encode(dataRecord{V: recordVersion, Data: version}))
		return nil
	})
}

// holdRecord1 is what version 1 kept of a character at hold/ID: lease and state in one record.
type holdRecord1 struct {
	V          int             `json:"v"`
	Epoch      uint64          `json:"epoch"`
	Held       bool            `json:"held"`
	Holder     ID              `json:"holder"` // the last one where !Held
	Session    ID              `json:"session"`
	Moved      bool            `json:"moved"` // this epoch came by a handover whose player has not arrived
	Seq        uint64          `json:"seq"`
	Zone       string          `json:"zone"`
	Arrive     string          `json:"arrive"`
	State      json.RawMessage `json:"state"`
	Suite      uint8           `json:"suite"`
	Host       string          `json:"host"`
	LastPlayed time.Time       `json:"last_played"`
}

const holdPrefix1 = "hold/"

// split makes lease and state of a hold; ok is false for a character of which nothing was saved yet.
func (h holdRecord1) split() (lease leaseRecord, state stateRecord, ok bool) {
	lease = leaseRecord{
		V: recordVersion, Epoch: h.Epoch, Holder: h.Holder, Session: h.Session, Zone: h.Zone,
		Suite: h.Suite, Host: h.Host, Granted: h.LastPlayed,
	}
	state = stateRecord{
		V: recordVersion, Epoch: h.Epoch, Seq: h.Seq, Released: !h.Held && h.Epoch > 0,
		Arrive: h.Arrive, State: h.State, Saved: h.LastPlayed,
	}
	if h.Held && h.Moved {
		lease.From, state.Epoch = h.Epoch-1, h.Epoch-1
	}
	return lease, state, h.Epoch > 0
}

const (
	splitOps   = 3                  // operations for one hold
	splitBytes = store.MaxBatch / 2 // of states in one batch; one more fits beside them
	splitTries = 32                 // of a batch that meets another realm's
	splitPage  = (store.MaxBatchOps - store.OpRows) / splitOps
)

// splitHolds turns every hold/ID into lease/ID and state/ID. Each character changes as a whole.
func splitHolds(ctx context.Context, s store.Store, now time.Time) (changed int, err error) {
	tries := 0
	for {
		var page []store.Entry
		if err := store.Read(ctx, s, func(r store.Reader) (err error) {
			page, err = r.Scan(holdPrefix1, "", splitPage)
			return err
		}); err != nil || len(page) == 0 {
			return changed, err
		}
		ops, err := splitOf(page)
		if err != nil {
			return changed, err
		}
		err = store.Apply(ctx, s, now, ops)
		if tries++; errors.Is(err, store.ErrConflict) && tries < splitTries {
			continue // another realm was there first
		}
		if err != nil {
			return changed, err
		}
		tries = 0
		changed += len(ops) / splitOps
	}
}

// splitOf is the batch for as many holds of a page as it takes.
func splitOf(page []store.Entry) (ops []store.Op, err error) {
	size := 0
	for _, e := range page {
		if size += len(e.Value); size > splitBytes && len(ops) > 0 {
			break
		}
		h, err := decode[holdRecord1](e.Key, e.Value)
		if err != nil {
			return nil, err
		}
		id, err := ParseID(strings.TrimPrefix(e.Key, holdPrefix1))
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", e.Key, err)
		}
		lease, state, saved := h.split()
		stateOp := store.Op{Kind: store.Check, Key: stateKey(id)}
		if saved {
			stateOp.Kind, stateOp.Value = store.Put, encode(state)
		}
		ops = append(ops,
			store.Op{Kind: store.Delete, Key: e.Key, Expect: e.Rev},
			store.Op{Kind: store.Put, Key: leaseKey(id), Value: encode(lease)},
			stateOp)
	}
	return ops, nil
}

// rename moves every record of a kind from one prefix to another, in its newest shape.
func rename[T any](ctx context.Context, s store.Store, now time.Time, from, to string) (changed int, err error) {
	const page = (store.MaxBatchOps - store.OpRows) / 2 // two operations for one record
	tries := 0
	for {
		var entries []store.Entry
		if err := store.Read(ctx, s, func(r store.Reader) (err error) {
			entries, err = r.Scan(from, "", page)
			return err
		}); err != nil || len(entries) == 0 {
			return changed, err
		}
		var ops []store.Op
		for _, e := range entries {
			record, err := decode[T](e.Key, e.Value)
			if err != nil {
				return changed, err
			}
			ops = append(ops,
				store.Op{Kind: store.Delete, Key: e.Key, Expect: e.Rev},
				store.Op{Kind: store.Put, Key: to + strings.TrimPrefix(e.Key, from), Value: encode(record)})
		}
		err = store.Apply(ctx, s, now, ops)
		if tries++; errors.Is(err, store.ErrConflict) && tries < splitTries {
			continue // another realm was there first
		}
		if err != nil {
			return changed, err
		}
		tries = 0
		changed += len(entries)
	}
}
