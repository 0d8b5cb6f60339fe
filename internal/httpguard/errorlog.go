package httpguard

import (
	"log"
	"log/slog"
	"strings"

	"github.com/realmwire/realmwire/internal/loglimit"
)

// errorLog gives net/http's own lines a level. Strangers cause most of them, so all are limited.
func errorLog(to *slog.Logger) *log.Logger {
	return log.New(errorLines{loglimit.New(to)}, "", 0)
}

type errorLines struct{ log *slog.Logger }

// Write implements io.Writer for one line, or one line with a stack below it.
func (e errorLines) Write(b []byte) (int, error) {
	text := strings.TrimSpace(string(b))
	if rest, ok := strings.CutPrefix(text, "http: TLS handshake error from "); ok {
		// Port scanners and plain HTTP, but also clients that do not trust the certificate.
		from, why, _ := strings.Cut(rest, ": ")
		e.log.Info("HTTP: a TLS handshake failed", "from", from, "err", why)
		return len(b), nil
	}
	switch {
	case strings.HasPrefix(text, "http: panic serving "):
		e.log.Error("HTTP: a request panicked", "says", text)
	case strings.HasPrefix(text, "http2: "):
		e.log.Info("HTTP/2: a connection failed", "says", text)
	default: // that nothing can be accepted, say, or that a handler answers wrongly
		e.log.Warn("HTTP: the server complains", "says", text)
	}
	return len(b), nil
}
