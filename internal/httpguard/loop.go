package httpguard

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/realmwire/realmwire/internal/descriptors"
)

// now is the package's only clock.
func now() time.Time { return time.Now() }

// maxHeader bounds the bytes of a request's head.
const maxHeader = 32 << 10

// NewServer makes a server whose every wait for a peer ends in time: heads, handshakes, idle connections, bodies that a handler does not read, answers
// that nobody takes. A handler bounds bodies that it reads, and answers that take long, itself.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: descriptors.Handler(h), ConnContext: descriptors.Mark, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeader,
		// Of HTTP/2, where many requests share a connection: each has a deadline of the handler's, and the connection one of its own.
		HTTP2:    &http.HTTP2Config{MaxConcurrentStreams: 100, WriteByteTimeout: stall, SendPingTimeout: time.Minute, PingTimeout: 15 * time.Second},
		ErrorLog: errorLog(log),
	}
}

// Serve serves on a bounded listener until the server is closed, with TLS where the server has a certificate.
func Serve(srv *http.Server, l *Listener) error {
	srv.ConnState = l.Track
	if srv.TLSConfig != nil {
		return srv.ServeTLS(l, "", "")
	}
	return srv.Serve(l)
}

// Timed bounds a request in a way that both HTTP/1 and 2 know: its body must come within a while, and its answer be taken chunk by chunk. It
// returns the writer to answer with.
func Timed(w http.ResponseWriter, r *http.Request, body time.Duration) http.ResponseWriter {
	t := &timed{ResponseWriter: w, control: http.NewResponseController(w)}
	if r.ContentLength != 0 {
		_ = t.control.SetReadDeadline(now().Add(body)) // where there are no deadlines, as in tests, there is no network either
	}
	t.extend()
	return t
}

// timed is an answer of which each chunk must be taken in time.
type timed struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (t *timed) extend() { _ = t.control.SetWriteDeadline(now().Add(stall)) }

// Write implements http.ResponseWriter.
func (t *timed) Write(b []byte) (n int, err error) {
	for {
		t.extend()
		m, err := t.ResponseWriter.Write(b[n:min(len(b), n+chunk)])
		n += m
		if err != nil || n == len(b) {
			return n, err
		}
	}
}

// Unwrap lets http.ResponseController reach what is below.
func (t *timed) Unwrap() http.ResponseWriter { return t.ResponseWriter }
