package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const maxBody = 64 << 10

// web is an HTTP server: for WebSocket, and for the signalling of WebRTC.
type web struct {
	srv *http.Server
	l   net.Listener
}

func serveWeb(o Options, h http.Handler) (*web, error) {
	o.Listen = netipWithoutPort(o.Listen) // the port is UDP's
	l, err := listenPinned(o)
	if err != nil {
		return nil, err
	}
	w := &web{srv: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}, l: l}
	go func() { _ = w.srv.Serve(l) }()
	return w, nil
}

func (w *web) close() { _ = w.srv.Close() }

// client is the HTTP client of every dial in the process.
var client = &http.Client{Transport: &http.Transport{DialContext: dialPinned, DisableKeepAlives: true}}

// post sends body to url and returns the answer.
func post(ctx context.Context, url string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", resp.Status, answer)
	}
	return answer, nil
}

// answering is a handler that answers each POST with what f makes of its body.
func answering(f func(ctx context.Context, body []byte) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err == nil {
			body, err = f(r.Context(), body)
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = w.Write(body)
	}
}
