package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	maxKeptFile   = 64 << 20  // bytes of a file that is kept in memory and compressed here; larger ones are read for each request
	maxKeptFolder = 256 << 20 // bytes that are kept in all, compressed ones included
)

// folder serves a web client of the operator's own, such as an export of Godot. Its files may change while it serves: each answer is of the file as it
// is now. Names that begin with a dot are not there, nor is anything outside.
type folder struct {
	root *os.Root

	mu    sync.Mutex
	files map[string]*page // guarded by mu; by name
	bytes int64            // guarded by mu; what they have in memory
}

// page is what is known of a file's content.
type page struct {
	size     int64
	modified time.Time
	kept     int64 // guarded by folder.mu; bytes in memory

	once        sync.Once // guards what follows
	err         error
	etag        string
	contentType string
	policy      pagePolicy
	plain       []byte // nil: too large to be kept
	gzipped     []byte // nil: nothing is gained
}

// openFolder looks whether there is a page in a folder.
func openFolder(dir string) (*folder, error) {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = errors.New("it is a file: name the folder that holds index.html")
	}
	if err != nil {
		return nil, fmt.Errorf("the folder of the web client %s: %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the folder of the web client %s: %w", dir, err)
	}
	f := &folder{root: root, files: make(map[string]*page)}
	p, err := f.look("index.html")
	if err == nil {
		err = p.err
	}
	if err == nil {
		return f, nil
	}
	_ = root.Close() // nothing was written
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the folder of the web client %s: index.html: %w", dir, err)
	}
	others, _ := fs.Glob(os.DirFS(dir), "*.html") // a malformed pattern is the only error
	if len(others) > 0 {
		return nil, fmt.Errorf("the folder of the web client %s has %s but no index.html: export it under the name index.html", dir, strings.Join(others, ", "))
	}
	return nil, fmt.Errorf("the folder of the web client %s has no index.html: name the folder that an export or a build was written to", dir)
}

func (f *folder) close() error { return f.root.Close() }

// ServeHTTP implements http.Handler for GET and HEAD.
func (f *folder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !onlyReads(w, r) {
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" || strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	info, err := f.stat(name)
	if err == nil && info.IsDir() {
		if _, err = f.stat(path.Join(name, "index.html")); err == nil {
			w.Header().Set("Location", path.Base(name)+"/") // relative: the gateway may be below a path of another server
			w.WriteHeader(http.StatusPermanentRedirect)
			return
		}
	}
	var p *page
	if err == nil {
		p, err = f.look(name)
	}
	if err == nil {
		err = p.err
	}
	if err != nil {
		missing(w, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", p.contentType)
	h.Add("Vary", "Accept-Encoding")
	if hashed.MatchString(name) {
		h.Set("Cache-Control", immutable)
	} else {
		h.Set("Cache-Control", "no-cache") // kept, but asked about each time
	}
	// An export with threads takes memory that pages share, which browsers give only to pages that nothing of another origin gets into. The policy below
	// sees to that anyway.
	h.Set("Cross-Origin-Embedder-Policy", "require-corp")
	p.policy.apply(h)
	f.send(w, r, name, p)
}

// send answers with the best encoding that the client takes: one that lies beside the file, else what was compressed here.
func (f *folder) send(w http.ResponseWriter, r *http.Request, name string, p *page) {
	for _, e := range []struct{ coding, ending string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !takes(r, e.coding) {
			continue
		}
		info, err := f.stat(name + e.ending)
		if err != nil || !info.Mode().IsRegular() || info.ModTime().Before(p.modified) {
			continue // none, or of an older export
		}
		if file, err := f.root.Open(name + e.ending); err == nil {
			defer file.Close()
			sendEncoded(w, r, e.coding, p.etag, info.Size(), file)
			return
		}
	}
	if p.gzipped != nil && takes(r, "gzip") {
		sendEncoded(w, r, "gzip", p.etag, int64(len(p.gzipped)), bytes.NewReader(p.gzipped))
		return
	}
	w.Header().Set("ETag", `"`+p.etag+`"`)
	if p.plain != nil {
		http.ServeContent(w, r, "", p.modified, bytes.NewReader(p.plain))
		return
	}
	file, err := f.root.Open(name)
	if err != nil {
		missing(w, err)
		return
	}
	defer file.Close()
	http.ServeContent(w, r, "", p.modified, file)
}

// stat is what is at a name, where that is for everybody.
func (f *folder) stat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00") {
		return nil, fs.ErrNotExist
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return nil, fs.ErrNotExist
		}
	}
	return f.root.Stat(name)
}

// look is a file's content as it is now, read where it has changed.
func (f *folder) look(name string) (*page, error) {
	info, err := f.stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist // a pipe would be waited for
	}
	f.mu.Lock()
	p := f.files[name]
	if p == nil || p.size != info.Size() || !p.modified.Equal(info.ModTime()) {
		if p != nil {
			f.bytes -= p.kept
		}
		p = &page{size: info.Size(), modified: info.ModTime()}
		f.files[name] = p
	}
	f.mu.Unlock()
	p.once.Do(func() {
		p.err = f.read(name, p)
		f.keep(name, p)
	})
	return p, nil
}

func (f *folder) read(name string, p *page) error {
	p.contentType = typeOf(name)
	file, err := f.root.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	if p.size > maxKeptFile {
		_, err = io.Copy(sum, file)
	} else {
		p.plain, err = io.ReadAll(io.LimitReader(file, maxKeptFile))
		_, _ = sum.Write(p.plain) // a hash takes everything
	}
	p.etag = hex.EncodeToString(sum.Sum(nil)[:16])
	if p.plain != nil && !packed(name) {
		p.gzipped = compress(p.plain)
	}
	if path.Ext(name) == ".html" {
		p.policy = policyOf(p.plain)
	}
	return err
}

// keep counts what a page has in memory. Where that is too much in all, everything else is forgotten, to be read again when it is asked for.
func (f *folder) keep(name string, p *page) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.files[name] != p {
		return // it changed meanwhile
	}
	if p.err != nil {
		delete(f.files, name) // it may be readable next time
		return
	}
	p.kept = int64(len(p.plain) + len(p.gzipped))
	f.bytes += p.kept
	if f.bytes > maxKeptFolder {
		clear(f.files)
		f.files[name] = p
		f.bytes = p.kept
	}
}

// missing answers for a file that is not there, or cannot be read.
func missing(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, fs.ErrPermission):
		http.Error(w, "The file cannot be read.", http.StatusForbidden)
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.EIO):
		http.Error(w, "The file cannot be read.", http.StatusInternalServerError)
	default: // also a name that leads out, through a link
		http.Error(w, "There is nothing here.", http.StatusNotFound)
	}
}

// takes tells whether a client can read a coding of content.
func takes(r *http.Request, coding string) bool {
	for one := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(one, ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			return err != nil || q > 0
		}
	}
	return false
}

// sendEncoded answers with what is compressed already, or 304 where the client has it.
func sendEncoded(w http.ResponseWriter, r *http.Request, coding, etag string, size int64, content io.Reader) {
	h := w.Header()
	etag = `"` + etag + "-" + coding + `"`
	h.Set("ETag", etag)
	h.Set("Content-Encoding", coding)
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	if r.Method != http.MethodHead {
		_, _ = io.CopyN(w, content, size) // the client may be gone
	}
}
