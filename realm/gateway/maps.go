package gateway

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"

	"github.com/realmwire/realmwire/realm"
)

// maxMapCacheBytes bounds the map artefacts that a gateway keeps, compressed ones included.
const maxMapCacheBytes = 64 << 20

const immutable = "public, max-age=31536000, immutable"

// mapCache keeps map artefacts, which never change: their name is their hash. Safe for concurrent use.
type mapCache struct {
	api    realm.API
	flight singleflight.Group // many clients that ask for one map make one request

	mu    sync.Mutex
	maps  map[string]*artefact // guarded by mu
	order []string             // guarded by mu; first fetched first
	bytes int                  // guarded by mu
}

// artefact is a map as it is sent, plain and compressed.
type artefact struct{ plain, gzipped []byte }

func newMapCache(api realm.API) *mapCache {
	return &mapCache{api: api, maps: make(map[string]*artefact)}
}

func (c *mapCache) get(ctx context.Context, hash string) (*artefact, error) {
	c.mu.Lock()
	a := c.maps[hash]
	c.mu.Unlock()
	if a != nil {
		return a, nil
	}
	// The fetch outlives a client that goes away while others wait for it.
	v, err, _ := c.flight.Do(hash, func() (any, error) { return c.fetch(context.WithoutCancel(ctx), hash) })
	if err != nil {
		return nil, err
	}
	return v.(*artefact), nil
}

func (c *mapCache) fetch(ctx context.Context, hash string) (*artefact, error) {
	data, err := c.api.Map(ctx, hash)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != hash {
		return nil, errors.New("gateway: the realm answered with another map than was asked for")
	}
	a := &artefact{plain: data, gzipped: compress(data)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.maps[hash] = a
	c.order = append(c.order, hash)
	c.bytes += a.size()
	for c.bytes > maxMapCacheBytes && len(c.order) > 1 {
		oldest := c.order[0]
		c.order = c.order[1:]
		c.bytes -= c.maps[oldest].size()
		delete(c.maps, oldest)
	}
	return a, nil
}

func (a *artefact) size() int { return len(a.plain) + len(a.gzipped) }

func (g *Gateway) serveMap(w http.ResponseWriter, r *http.Request) {
	hash := r.PathValue("hash")
	if b, err := hex.DecodeString(hash); err != nil || len(b) != sha256.Size || strings.ToLower(hash) != hash {
		writeProblem(w, &realm.Error{Code: realm.CodeNotFound, Detail: "A map is named by its SHA-256, 64 lowercase hex digits."})
		return
	}
	a, err := g.maps.get(r.Context(), hash)
	if err != nil {
		writeProblem(w, g.logged(err))
		return
	}
	h := w.Header()
	h.Set("Cache-Control", immutable)
	h.Set("Content-Type", "application/json")
	sendBytes(w, r, `"`+hash+`"`, a.plain, a.gzipped)
}

// logged passes err on; what nobody foresaw is logged first.
func (g *Gateway) logged(err error) error {
	if _, known := newProblem(err); !known {
		g.log.Error("gateway: request failed", "err", err)
	}
	return err
}

// compress is data as gzip, or nil where that saves nothing worth having.
func compress(data []byte) []byte {
	if len(data) < 1024 {
		return nil
	}
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, _ = z.Write(data) // a bytes.Buffer takes everything
	_ = z.Close()
	if buf.Len() > len(data)*9/10 {
		return nil
	}
	return buf.Bytes()
}

// sendBytes answers with plain or gzipped, or 304 where the client has it.
func sendBytes(w http.ResponseWriter, r *http.Request, etag string, plain, gzipped []byte) {
	h := w.Header()
	h.Set("ETag", etag)
	if gzipped != nil {
		h.Add("Vary", "Accept-Encoding")
	}
	if match := r.Header.Get("If-None-Match"); match == "*" || strings.Contains(match, etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	data := plain
	if gzipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		data = gzipped
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(data) // the client may be gone
	}
}
