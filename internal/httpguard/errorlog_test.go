package httpguard

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/internal/loglimit"
)

// net/http's own lines reach people, each at its level; what strangers cause does not fill the log.
func TestErrorLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out harness.Log
		log := errorLog(slog.New(slog.NewTextHandler(&out, nil)))
		for range 1000 {
			log.Printf("http: TLS handshake error from %s: %v", "203.0.113.9:4711", "tls: first record does not look like a TLS handshake")
		}
		log.Printf("http: Accept error: %v; retrying in %v", "accept tcp [::]:8080: too many open files", time.Second)
		log.Printf("http: panic serving %s: %v\n%s", "203.0.113.9:4711", "boom", "goroutine 1 [running]:")
		log.Printf("http2: server: error reading preface from client %s: %v", "203.0.113.9:4711", "EOF")
		if n := strings.Count(out.String(), "from=203.0.113.9:4711 err=\"tls: first record"); n != loglimit.Burst {
			t.Errorf("a thousand failed handshakes are %d lines", n)
		}
		for _, want := range []string{"level=INFO msg=\"HTTP: a TLS handshake failed\"", "level=WARN msg=\"HTTP: the server complains\" says=\"http: Accept error: accept tcp", "level=ERROR msg=\"HTTP: a request panicked\"", "level=INFO msg=\"HTTP/2"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the log lacks %s:\n%s", want, &out)
			}
		}
		time.Sleep(3 * loglimit.Window)
	})
}
