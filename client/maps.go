package client

import (
	"context"
	"sync"

	"github.com/realmwire/realmwire/zone/tilemap"
)

// maxMaps bounds a cache; beyond it, maps are fetched and not kept. No game has as many zones that one process visits.
const maxMaps = 64

// Maps caches map artefacts by their hash, for all sessions of a process. The zero value works.
type Maps struct {
	mu   sync.Mutex
	held map[string]*fetched // guarded by mu
}

type fetched struct {
	done   chan struct{} // closed when ground and err are set
	ground *tilemap.Map
	err    error
}

// Get returns a map, fetched at most once whoever asks at the same time. A failure is not kept.
func (c *Maps) Get(ctx context.Context, a *API, m GrantMap) (*tilemap.Map, error) {
	c.mu.Lock()
	f, ok := c.held[m.Hash]
	switch {
	case ok:
		c.mu.Unlock()
		select {
		case <-f.done:
			if f.err == nil {
				return f.ground, nil
			}
			return a.Map(ctx, m) // the other's failure may have been its own context's
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	case len(c.held) >= maxMaps:
		c.mu.Unlock()
		return a.Map(ctx, m)
	}
	f = &fetched{done: make(chan struct{})}
	if c.held == nil {
		c.held = map[string]*fetched{}
	}
	c.held[m.Hash] = f
	c.mu.Unlock()

	f.ground, f.err = a.Map(ctx, m)
	if f.err != nil {
		c.mu.Lock()
		delete(c.held, m.Hash)
		c.mu.Unlock()
	}
	close(f.done)
	return f.ground, f.err
}
