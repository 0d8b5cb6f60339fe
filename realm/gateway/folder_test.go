package gateway

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A page as Godot's export writes it, with a handler in an attribute as a shell of one's own may have it.
const exported = `<!DOCTYPE html>
<html><head><style>body{margin:0}</style><script src="index.js"></script></head>
<body onload="start()"><canvas></canvas>
<script>
const GODOT_CONFIG = {"args":[],"x":"a<b && c"};
</script></body></html>`

// export is a folder of files, by name.
func export(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(p), 0o755))
		must(t, os.WriteFile(p, []byte(text), 0o644))
	}
	return dir
}

func (s *site) get(path string, headers ...string) answer {
	s.t.Helper()
	h := http.Header{"Accept-Encoding": {"identity"}}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.server.URL, nil)
	must(s.t, err)
	req.URL.Opaque, req.Header = path, h // as it is, not cleaned
	resp, err := s.client.Transport.RoundTrip(req)
	must(s.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(s.t, err)
	return answer{Response: resp, body: body}
}

func TestFolder(t *testing.T) {
	wasm := strings.Repeat("\x00asm", 5000)
	dir := export(t, map[string]string{
		"index.html": exported, "index.js": "go()", "index.wasm": wasm, "index.pck": "GDPC", "index.icon.png": "png", "INDEX.PNG": "png", "about/index.html": "about", "empty/x.txt": "",
		"odd.name-with.unknownext": "?", ".git/config": "secret", "about/.env": "secret", "a b%.txt": "odd", "notes.pdf": "%PDF",
	})
	outside := export(t, map[string]string{"secret.txt": "secret"})
	if runtime.GOOS != "windows" {
		must(t, os.Symlink(filepath.Join(outside, "secret.txt"), filepath.Join(dir, "link.txt")))
		must(t, os.Symlink("index.js", filepath.Join(dir, "alias.js")))
		must(t, os.Symlink("loop", filepath.Join(dir, "loop")))
	}
	s := newSite(t, nil, func(c *Config) { c.Folder = dir })
	for _, c := range []struct{ path, status, contentType string }{
		{"/", "200", "text/html; charset=utf-8"},
		{"/index.html?transport=websocket", "200", "text/html; charset=utf-8"},
		{"/index.js", "200", "text/javascript; charset=utf-8"},
		{"/index.wasm", "200", "application/wasm"},
		{"/index.pck", "200", "application/octet-stream"},
		{"/INDEX.PNG", "200", "image/png"},
		{"/odd.name-with.unknownext", "200", "application/octet-stream"},
		{"/notes.pdf", "200", "application/pdf"},
		{"/a%20b%25.txt", "200", "text/plain; charset=utf-8"},
		{"/about/", "200", "text/html; charset=utf-8"},
		{"/about", "308", ""},
		{"/empty/", "404", ""},
		{"/empty", "404", ""}, // no listing
		{"/settings", "404", ""},
		{"/index.html/", "404", ""},
		{"/index.js/x", "404", ""},
		{"/../index.js", "200", "text/javascript; charset=utf-8"}, // cleaned: it stays inside
		{"/%2e%2e/secret.txt", "404", ""},
		{"/..%2fsecret.txt", "404", ""},
		{"/..%5csecret.txt", "404", ""},
		{"/about/..%2f..%2f..%2fetc%2fpasswd", "404", ""},
		{"//etc/passwd", "404", ""},
		{"/C:%5cwindows", "404", ""},
		{"/index.js::$DATA", "404", ""},
		{"/.git/config", "404", ""},
		{"/about/.env", "404", ""},
		{"/%2egit/config", "404", ""},
		{"/index.js%00.png", "404", ""},
		{"/link.txt", "404", ""},
		{"/loop", "404", ""},
		{"/" + strings.Repeat("x", 5000), "404", ""},
		{"/v1/nothing", "404", "application/problem+json"},
	} {
		a := s.get(c.path)
		if a.StatusCode == http.StatusMovedPermanently || a.StatusCode == http.StatusTemporaryRedirect || a.StatusCode == http.StatusPermanentRedirect && c.status != "308" {
			a = s.get(a.Header.Get("Location")) // the mux cleans some paths
		}
		if !strings.HasPrefix(a.Status, c.status) || c.contentType != "" && a.Header.Get("Content-Type") != c.contentType {
			t.Errorf("%.60s: %s %q, want %s %q", c.path, a.Status, a.Header.Get("Content-Type"), c.status, c.contentType)
		}
		if strings.Contains(string(a.body), "secret") {
			t.Errorf("%s shows what is not for everybody", c.path)
		}
	}
	if a := s.get("/about"); a.Header.Get("Location") != "about/" {
		t.Errorf("a folder leads to %q", a.Header.Get("Location"))
	}
	if runtime.GOOS != "windows" {
		if a := s.get("/alias.js"); string(a.body) != "go()" {
			t.Errorf("a link inside: %s %q", a.Status, a.body)
		}
	}
	if a := s.send("POST", "/index.html", "", nil); a.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %s", a.Status)
	}
	if a := s.send("HEAD", "/index.wasm", "", nil); a.StatusCode != 200 || len(a.body) != 0 {
		t.Errorf("HEAD: %s with %d bytes", a.Status, len(a.body))
	}
	if a := s.get("/index.wasm", "Range", "bytes=1-3"); a.StatusCode != http.StatusPartialContent || string(a.body) != "asm" {
		t.Errorf("a range: %s %q", a.Status, a.body)
	}
}

func TestFolderEncodes(t *testing.T) {
	wasm := strings.Repeat("\x00asm", 5000)
	dir := export(t, map[string]string{"index.html": exported, "index.wasm": wasm, "small.js": "x", "best.js": wasm, "best.js.br": "BROTLI", "old.js": wasm, "old.js.gz": "OLD", "pre.js": wasm, "pre.js.gz": "GZIP"})
	old, soon := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	must(t, os.Chtimes(filepath.Join(dir, "best.js.br"), soon, soon))
	must(t, os.Chtimes(filepath.Join(dir, "pre.js.gz"), soon, soon))
	must(t, os.Chtimes(filepath.Join(dir, "old.js.gz"), old, old))
	s := newSite(t, nil, func(c *Config) { c.Folder = dir })
	for _, c := range []struct{ path, accepts, coding string }{
		{"/index.wasm", "gzip, deflate, br", "gzip"},
		{"/index.wasm", "br", ""},
		{"/index.wasm", "gzip;q=0", ""},
		{"/index.wasm", "GZIP;q=0.5", "gzip"},
		{"/index.wasm", "", ""},
		{"/small.js", "gzip", ""},
		{"/best.js", "gzip, br", "br"},
		{"/best.js", "gzip", "gzip"},
		{"/pre.js", "gzip", "gzip"},
		{"/old.js", "gzip", "gzip"}, // what lies beside it is of an older export
	} {
		a := s.get(c.path, "Accept-Encoding", c.accepts)
		if got := a.Header.Get("Content-Encoding"); got != c.coding {
			t.Errorf("%s for %q comes as %q, want %q", c.path, c.accepts, got, c.coding)
			continue
		}
		switch {
		case c.path == "/small.js":
		case c.coding == "":
			if string(a.body) != wasm {
				t.Errorf("%s: %d bytes", c.path, len(a.body))
			}
		case c.coding == "br":
			if string(a.body) != "BROTLI" {
				t.Errorf("%s: %q", c.path, a.body)
			}
		case c.path == "/pre.js":
			if string(a.body) != "GZIP" {
				t.Errorf("%s: %q", c.path, a.body)
			}
		default:
			z, err := gzip.NewReader(bytes.NewReader(a.body))
			must(t, err)
			if plain, err := io.ReadAll(z); err != nil || string(plain) != wasm {
				t.Errorf("%s: %d bytes, %v", c.path, len(plain), err)
			}
		}
		tag := a.Header.Get("ETag")
		if again := s.get(c.path, "Accept-Encoding", c.accepts, "If-None-Match", tag); again.StatusCode != http.StatusNotModified || len(again.body) != 0 {
			t.Errorf("%s for %q, known already as %s: %s", c.path, c.accepts, tag, again.Status)
		}
		if !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("%s: caches are not told that it comes in several codings", c.path)
		}
	}
}

// An export may be written anew while the gateway serves it.
func TestFolderChanges(t *testing.T) {
	dir := export(t, map[string]string{"index.html": exported, "index.js": "one"})
	s := newSite(t, nil, func(c *Config) { c.Folder = dir })
	first := s.get("/index.js")
	tag := first.Header.Get("ETag")
	name := filepath.Join(dir, "index.js")
	soon := time.Now().Add(time.Minute)
	must(t, os.Chtimes(name, soon, soon)) // copied again, and the same
	if a := s.get("/index.js", "If-None-Match", tag); a.StatusCode != http.StatusNotModified {
		t.Errorf("the same content again: %s", a.Status)
	}
	must(t, os.WriteFile(name, []byte("two!"), 0o644))
	if a := s.get("/index.js", "If-None-Match", tag); string(a.body) != "two!" {
		t.Errorf("after a change: %s %q", a.Status, a.body)
	}
	must(t, os.WriteFile(filepath.Join(dir, "new.js"), []byte("new"), 0o644))
	if a := s.get("/new.js"); string(a.body) != "new" {
		t.Errorf("a new file: %s", a.Status)
	}
	must(t, os.Remove(name))
	if a := s.get("/index.js"); a.StatusCode != 404 {
		t.Errorf("a file that is gone: %s", a.Status)
	}
	must(t, os.WriteFile(filepath.Join(dir, "index.html"), []byte("<script>two()</script>"), 0o644))
	if csp := s.get("/").Header.Get("Content-Security-Policy"); !strings.Contains(csp, hashSource([]byte("two()"))) {
		t.Errorf("the policy of the new page: %s", csp)
	}
}

func TestFolderPolicy(t *testing.T) {
	dir := export(t, map[string]string{
		"index.html": exported, "index.js": "go()",
		"dos.html":  "<script>\r\na()\r\n</script>",
		"many.html": "<SCRIPT>a()</SCRIPT><script type=module>b()</script><script></script><script src=x>c()</script><!-- <script>d()</script> --><script>a()</script>",
	})
	s := newSite(t, nil, func(c *Config) { c.Folder = dir })
	for _, c := range []struct{ path, sources string }{
		// Hashes as `openssl dgst -sha256 -binary | base64` gives them.
		{"/", "'wasm-unsafe-eval' 'unsafe-hashes' " + hashSource([]byte("start()")) + " " + hashSource([]byte("\nconst GODOT_CONFIG = {\"args\":[],\"x\":\"a<b && c\"};\n"))},
		{"/dos.html", "'wasm-unsafe-eval' " + hashSource([]byte("\na()\n"))}, // as browsers read it
		{"/many.html", "'wasm-unsafe-eval' 'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4=' " + hashSource([]byte("b()"))},
		{"/index.js", ""},
	} {
		a := s.get(c.path)
		want := "script-src 'self'"
		if c.sources != "" {
			want += " " + c.sources
		}
		if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, want+";") {
			t.Errorf("%s: %s\nlacks %s", c.path, csp, want)
		}
		if a.Header.Get("Cross-Origin-Embedder-Policy") != "require-corp" || a.Header.Get("Cross-Origin-Opener-Policy") != "same-origin" {
			t.Errorf("%s: an export with threads would not run: %v", c.path, a.Header)
		}
	}
}

func TestFolderWithoutPage(t *testing.T) {
	file := filepath.Join(export(t, map[string]string{"x": "x"}), "x")
	for dir, words := range map[string]string{
		filepath.Join(t.TempDir(), "nowhere"): "nowhere",
		file:                                  "it is a file",
		t.TempDir():                           "no index.html",
		export(t, map[string]string{"game.html": "x"}):      "game.html",
		export(t, map[string]string{"index.html/x": "dir"}): "no index.html",
	} {
		f, err := openFolder(dir)
		if err == nil {
			_ = f.close()
		}
		if err == nil || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v, want it to say %q", dir, err, words)
		}
	}
}

// What is kept in memory is bounded, and nothing is lost by that.
func TestFolderForgets(t *testing.T) {
	dir := export(t, map[string]string{"index.html": exported, "a.bin": "aaa", "b.bin": "bbb"})
	f, err := openFolder(dir)
	must(t, err)
	defer f.close()
	f.bytes = maxKeptFolder - int64(len("aaa")) // as if much were kept
	for _, name := range []string{"a.bin", "b.bin", "a.bin"} {
		p, err := f.look(name)
		must(t, err)
		if want := strings.Repeat(name[:1], 3); string(p.plain) != want {
			t.Errorf("%s is %q", name, p.plain)
		}
	}
	if f.bytes > 100 {
		t.Errorf("%d bytes are counted", f.bytes)
	}
}
