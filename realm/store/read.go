package store

import (
	"context"
	"errors"
	"fmt"
)

// maxReads bounds how often Read begins again. A store keeps old revisions for minutes, and a read takes far less.
const maxReads = 8

// Read runs fn in a View, and again at a newer revision where the view's own has gone away. So fn sets again each time what
// it sets outside.
func Read(ctx context.Context, s Store, fn func(Reader) error) error {
	var err error
	for range maxReads {
		if err = s.View(ctx, fn); !errors.Is(err, ErrCompacted) {
			return err
		}
	}
	return fmt.Errorf("gave up after %d reads: %w", maxReads, err)
}

// Each calls fn for every entry whose key begins with prefix, in order, page by page.
func Each(r Reader, prefix string, fn func(Entry) error) error {
	for after := ""; ; {
		page, err := r.Scan(prefix, after, MaxScan)
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := fn(e); err != nil {
				return err
			}
			after = e.Key
		}
		if len(page) < MaxScan {
			return nil
		}
	}
}
