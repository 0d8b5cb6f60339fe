package badger

import (
	"context"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/realmwire/realmwire/realm/store"
)

// firstKey is below every key of the contract, and above numberKey.
const firstKey = "-"

// reader reads what one Badger transaction sees.
type reader struct {
	ctx context.Context
	txn *badger.Txn
}

// Get implements store.Reader.
func (r reader) Get(key string) (store.Entry, error) {
	if err := errors.Join(r.ctx.Err(), store.ValidKey(key)); err != nil {
		return store.Entry{}, err
	}
	item, err := r.txn.Get([]byte(key))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return store.Entry{Key: key}, nil
	}
	if err != nil {
		return store.Entry{}, fmt.Errorf("read %s: %w", key, err)
	}
	return entry(item)
}

// Scan implements store.Reader.
func (r reader) Scan(prefix, after string, limit int) ([]store.Entry, error) {
	limit = min(limit, store.MaxScan)
	if err := r.ctx.Err(); err != nil || limit <= 0 {
		return nil, err
	}
	opts := badger.DefaultIteratorOptions
	opts.Prefix = []byte(prefix)
	opts.PrefetchSize = min(limit, opts.PrefetchSize)
	it := r.txn.NewIterator(opts)
	defer it.Close()

	start := max(prefix, firstKey)
	if after >= prefix && after != "" {
		start = after + "\x00" // the smallest key above after
	}
	var entries []store.Entry
	for it.Seek([]byte(start)); it.Valid() && len(entries) < limit; it.Next() {
		if err := r.ctx.Err(); err != nil {
			return nil, err
		}
		e, err := entry(it.Item())
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func entry(item *badger.Item) (store.Entry, error) {
	value, err := item.ValueCopy(nil)
	if err != nil {
		return store.Entry{}, fmt.Errorf("read %s: %w", item.Key(), err)
	}
	return store.Entry{Key: string(item.Key()), Value: value, Rev: store.Rev(item.Version())}, nil
}
