package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
)

const noClient = "<!doctype html><meta charset=utf-8><title>Realmwire</title><p>This gateway runs, but it was built without the web client."

// hashed are names that carry a hash of the content, as the web client's build gives them: what they name never changes.
var hashed = regexp.MustCompile(`-[A-Z0-9]{8}\.[a-z0-9.]+$`)

// static serves a built web client. The files of an fs.FS do not change, so each is read, hashed and compressed once, when it
// is first asked for.
type static struct {
	files map[string]*file
}

type file struct {
	load func() (loaded, error) // once
}

type loaded struct {
	plain, gzipped    []byte
	etag, contentType string
}

// newStatic lists the files of a web client; nil is a gateway without one.
func newStatic(client fs.FS) (http.Handler, error) {
	s := &static{files: make(map[string]*file)}
	if client == nil {
		s.files["index.html"] = &file{load: sync.OnceValues(func() (loaded, error) { return prepare("index.html", []byte(noClient)), nil })}
		return s, nil
	}
	err := fs.WalkDir(client, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			s.files[name] = &file{load: sync.OnceValues(func() (loaded, error) {
				data, err := fs.ReadFile(client, name)
				return prepare(name, data), err
			})}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the web client: %w", err)
	}
	if s.files["index.html"] == nil {
		return nil, errors.New("the web client has no index.html: is it the folder of the build?")
	}
	return s, nil
}

func prepare(name string, data []byte) loaded {
	sum := sha256.Sum256(data)
	l := loaded{plain: data, etag: `"` + hex.EncodeToString(sum[:16]) + `"`, contentType: typeOf(name)}
	if !packed(name) {
		l.gzipped = compress(data)
	}
	return l
}

// types are not left to the machine's own tables.
var types = map[string]string{
	".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".txt": "text/plain; charset=utf-8",
	".json": "application/json", ".webmanifest": "application/manifest+json",
	".wasm": "application/wasm", ".pck": "application/octet-stream",
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif",
	".ico": "image/x-icon", ".ogg": "audio/ogg", ".mp3": "audio/mpeg", ".wav": "audio/wav", ".mp4": "video/mp4", ".webm": "video/webm",
	".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf",
}

func typeOf(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if t := types[ext]; t != "" {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

// packed tells of files that are compressed already.
func packed(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".webp", ".gif", ".ogg", ".mp3", ".mp4", ".webm", ".woff2", ".gz", ".br", ".zip":
		return true
	}
	return false
}

// ServeHTTP implements http.Handler for GET and HEAD.
func (s *static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !onlyReads(w, r) {
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	f := s.files[name]
	if f == nil && !strings.Contains(name, "/") && path.Ext(name) == "" {
		name = "index.html" // the root, and addresses that the client itself understands
		f = s.files[name]
	}
	if f == nil {
		http.Error(w, "There is nothing here.", http.StatusNotFound)
		return
	}
	l, err := f.load()
	if err != nil {
		http.Error(w, "The file cannot be read.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", l.contentType)
	if hashed.MatchString(name) {
		h.Set("Cache-Control", immutable)
	} else {
		h.Set("Cache-Control", "no-cache") // kept, but asked about each time
	}
	sendBytes(w, r, l.etag, l.plain, l.gzipped)
}

// onlyReads refuses every method but GET and HEAD.
func onlyReads(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, "Only GET works here; the interface is under /v1/.", http.StatusMethodNotAllowed)
	return false
}
