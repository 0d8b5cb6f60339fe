package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/realmwire/realmwire/internal/descriptors"
	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/internal/httpguard"
)

// listenHTTP takes a TCP port, with an error that says what to do where it is taken.
func listenHTTP(ctx context.Context, flag, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, portError(flag, addr, err)
	}
	return l, nil
}

// portError turns a failed listen into what a person can act on.
func portError(flag, addr string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s %s: the port is taken by another program (a second realmwire?); stop that one, or choose another with %s :PORT", flag, addr, flag)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s %s: this user may not use that port; choose one above 1023 with %s :PORT", flag, addr, flag)
	}
	return fmt.Errorf("%s %s: %w", flag, addr, err)
}

// httpServer serves one handler on one listener until it is closed.
type httpServer struct {
	srv  *http.Server
	l    *httpguard.Listener
	log  *slog.Logger
	done chan error
}

// startHTTP serves h on l, with TLS where there is a certificate.
func startHTTP(l net.Listener, h http.Handler, cert *tls.Certificate, bounds httpguard.Config, log *slog.Logger) *httpServer {
	s := &httpServer{srv: httpguard.NewServer(h, log), l: httpguard.Listen(descriptors.Listen(l, log), bounds), log: log, done: make(chan error, 1)}
	if cert != nil {
		s.srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	}
	guard.Go("HTTP server", func() {
		err := httpguard.Serve(s.srv, s.l)
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		s.done <- err
	}, func() { s.done <- guard.ErrPanic })
	return s
}

// unbounded is for listeners whose peers are our own.
var unbounded = httpguard.Config{Exempt: func(netip.Addr) bool { return true }}

// stop lets requests finish for a moment, then cuts what is left.
func (s *httpServer) stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if s.srv.Shutdown(ctx) != nil {
		_ = s.srv.Close()
	}
	if err := <-s.done; err != nil {
		s.log.Warn("the HTTP server had failed", "addr", s.l.Addr().String(), "err", err)
	}
}

// certificate loads the public server's certificate; nil where none is given.
func (f publicFlags) certificate() (*tls.Certificate, error) {
	switch {
	case f.TLSCert == "" && f.TLSKey == "":
		return nil, nil
	case f.TLSCert == "" || f.TLSKey == "":
		return nil, errors.New("--tls-cert and --tls-key go together; give both or neither")
	}
	cert, err := tls.LoadX509KeyPair(f.TLSCert, f.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("load the certificate of --tls-cert and --tls-key: %w", err)
	}
	return &cert, nil
}

// proxies reads --trust-proxy.
func (f publicFlags) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range f.TrustProxy {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			addr, aerr := netip.ParseAddr(text)
			if aerr != nil {
				return nil, fmt.Errorf("--trust-proxy %s: neither an address nor a network such as 10.0.0.0/8", text)
			}
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		out = append(out, p)
	}
	return out, nil
}

// warnPlain says loudly what plain HTTP beyond this machine means.
func (f publicFlags) warnPlain(log *slog.Logger, l net.Listener, secure bool) {
	addr, err := netip.ParseAddrPort(l.Addr().String())
	if secure || len(f.TrustProxy) > 0 || err == nil && addr.Addr().IsLoopback() {
		return
	}
	log.Warn("PLAIN HTTP BEYOND THIS MACHINE: passwords and login tokens cross the network unencrypted. "+
		"Give --tls-cert and --tls-key, put a TLS proxy in front (--trust-proxy ADDRESS), or listen on 127.0.0.1 only.", "http", l.Addr().String())
}

// pageURL is where a person opens the game.
func pageURL(l net.Listener, secure bool) string {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return scheme + "://" + l.Addr().String()
	}
	if ip, err := netip.ParseAddr(host); err == nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
