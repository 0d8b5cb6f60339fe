package realm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
)

// maxMapsBytes bounds the map artefacts that the realm keeps in memory.
const maxMapsBytes = 128 << 20

// mapShelf keeps map artefacts by their hash, for gateways to fetch. Zone processes bring them when they register, so nothing is lost
// with a restart. Safe for concurrent use.
type mapShelf struct {
	mu    sync.Mutex
	maps  map[string][]byte // guarded by mu; values are never changed
	order []string          // guarded by mu; least recently brought first
	bytes int               // guarded by mu
}

func newMapShelf() *mapShelf { return &mapShelf{maps: make(map[string][]byte)} }

// put keeps an artefact under its hash, at the cost of the oldest where there is no room.
func (s *mapShelf) put(hash string, data []byte) error {
	if len(data) == 0 || len(data) > MaxMap {
		return refuse(CodeInvalid, "a map artefact of %d bytes: want 1 to %d", len(data), MaxMap)
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != hash {
		return refuse(CodeInvalid, "a map artefact that was announced as %.64q has the hash %s", hash, got)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.maps[hash]; ok {
		s.drop(hash)
	}
	s.maps[hash] = data
	s.order = append(s.order, hash)
	s.bytes += len(data)
	for s.bytes > maxMapsBytes {
		s.drop(s.order[0])
	}
	return nil
}

func (s *mapShelf) drop(hash string) {
	s.bytes -= len(s.maps[hash])
	delete(s.maps, hash)
	for i, h := range s.order {
		if h == hash {
			s.order = append(s.order[:i], s.order[i+1:]...)
			return
		}
	}
}

func (s *mapShelf) get(hash string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.maps[hash]
	return data, ok
}

// Map implements API.
func (r *Realm) Map(_ context.Context, hash string) ([]byte, error) {
	data, ok := r.maps.get(hash)
	if !ok {
		return nil, refuse(CodeNotFound, "No zone has a map with this hash; ask /v1/play again.")
	}
	return data, nil
}
