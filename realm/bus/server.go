// Package bus is the control plane between realm, gateways and zone processes: NATS request/reply with JSON bodies, embedded in the
// realm's process or an external one. It is closed: a process joins with its role's token and a key of its own, and the server, which asks the
// realm, lets it speak as itself and hear what is for it. See docs/decisions/0013-bus-identities.md.
package bus

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/realmwire/realmwire/internal/loglimit"
)

const (
	// MaxPayload bounds one message. Map artefacts, a few hundred KB each, are the largest.
	MaxPayload = 4 << 20
	// maxConnections bounds the processes on the embedded server.
	maxConnections = 4096
	readyTimeout   = 10 * time.Second
)

// Config is for the embedded server. The zero value listens on a loopback port with keys that live as long as the process.
type Config struct {
	Dir    string       // where the server's URL is kept, in the file url, and the keys of an own issuer; created when missing
	Issuer *Issuer      // who says whom to let in; default one with its keys in Dir
	Listen string       // default "127.0.0.1:0": the port of the last run if it is free, else any. Other hosts need TLS.
	TLS    *tls.Config  // for listening beyond loopback
	Log    *slog.Logger // default slog.Default()
}

// Server is an embedded NATS server. Connect gives the roles of this process their connections.
type Server struct {
	ns        *server.Server
	issuer    *Issuer
	admission *Admission
	url       string
	log       *slog.Logger
}

// Start runs the server and returns when it lets processes in.
func Start(cfg Config) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	cfg.Log = loglimit.New(cfg.Log) // whoever reaches the port may have the server warn
	if cfg.Issuer == nil {
		var err error
		if cfg.Issuer, err = OpenIssuer(cfg.Dir); err != nil {
			return nil, err
		}
	}
	s := &Server{issuer: cfg.Issuer, log: cfg.Log}
	if err := s.listen(cfg); err != nil {
		return nil, err
	}
	if cfg.Dir == "" {
		return s, nil
	}
	if err := saveURL(cfg.Dir, s.url); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// listen starts the server on cfg.Listen, and where any port will do, on the last run's first.
func (s *Server) listen(cfg Config) error {
	addr := cfg.Listen
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("bus address %q: %w; want HOST:PORT", addr, err)
	}
	if cfg.TLS == nil && !loopback(host) {
		return fmt.Errorf("bus address %q is beyond loopback: give it TLS, because it carries join tokens and ticket keys", addr)
	}
	ports := []string{port}
	if port == "0" && cfg.Dir != "" {
		ports = append(lastingPorts(cfg.Dir), "0")
	}
	for _, port := range ports {
		if err = s.startOn(cfg, host, port); err == nil {
			return nil
		}
	}
	return err
}

func (s *Server) startOn(cfg Config, host, port string) error {
	number, err := strconv.Atoi(port)
	if err != nil {
		return fmt.Errorf("bus port %q: %w", port, err)
	}
	// The server only logs that a port is taken; asking first gives the caller the reason.
	probe, err := new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return fmt.Errorf("bus cannot listen on %s: %w", net.JoinHostPort(host, port), err)
	}
	_ = probe.Close()
	if number == 0 {
		number = server.RANDOM_PORT // 0 is NATS's own default
	}
	opts := &server.Options{}
	if err := opts.ProcessConfigString(s.issuer.ServerConfig()); err != nil {
		return fmt.Errorf("configure the bus: %w", err)
	}
	opts.ServerName = "realmwire"
	opts.Host, opts.Port = host, number
	opts.NoSigs = true
	opts.MaxConn = maxConnections
	opts.TLSConfig, opts.TLSTimeout = cfg.TLS, 5
	opts.DontListen = true // not before somebody is there to say whom to let in: see below
	if s.ns, err = server.NewServer(opts); err != nil {
		return fmt.Errorf("start the bus: %w", err)
	}
	s.ns.SetLogger(natsLogger{cfg.Log}, false, false)
	s.ns.Start()
	if err := s.admit(net.JoinHostPort(host, port)); err != nil {
		s.Close()
		return err
	}
	s.url = "nats://" + s.ns.Addr().String()
	if cfg.TLS != nil {
		s.url = "tls://" + s.ns.Addr().String()
	}
	return nil
}

// admit starts to answer who may join, and only then opens the port: a process that was faster would wait for the server's patience to end,
// two seconds.
func (s *Server) admit(addr string) error {
	if !s.ns.ReadyForConnections(readyTimeout) {
		return fmt.Errorf("the bus on %s did not get ready within %v", addr, readyTimeout)
	}
	a := s.issuer.newAdmission(s.log)
	nc, err := nats.Connect("", append(a.options(), nats.InProcessServer(s.ns))...)
	if err != nil {
		return fmt.Errorf("start the bus: %w", err)
	}
	s.admission = a
	if err := a.serve(nc); err != nil {
		return fmt.Errorf("start the bus: %w", err)
	}
	s.ns.AcceptLoop(make(chan struct{}))
	if s.ns.Addr() == nil {
		return fmt.Errorf("bus cannot listen on %s", addr)
	}
	return nil
}

// URL is where roles in other processes connect. It is no secret.
func (s *Server) URL() string { return s.url }

// Issuer is who says whom the server lets in.
func (s *Server) Issuer() *Issuer { return s.issuer }

// Connect joins the bus as a role, inside this process.
func (s *Server) Connect(role Role) (*Conn, error) {
	if err := role.check(); err != nil {
		return nil, err
	}
	token, err := s.issuer.JoinToken(role)
	if err != nil {
		return nil, err
	}
	c, err := newConn(role, s.log)
	if err != nil {
		return nil, err
	}
	nc, err := nats.Connect("", append(c.options(), nats.InProcessServer(s.ns), nats.UserInfo(string(role), token))...)
	if err != nil {
		return nil, fmt.Errorf("join the bus as %s: %w", role, err)
	}
	return c, c.open(nc)
}

// Close ends the server; connections see it as a lost one and try again until they are closed.
func (s *Server) Close() {
	if s.admission != nil {
		s.admission.Close()
	}
	s.ns.Shutdown()
	s.ns.WaitForShutdown()
}

// natsLogger passes on what goes wrong. The server's notices are about itself.
type natsLogger struct{ log *slog.Logger }

func (l natsLogger) Noticef(string, ...any) {}
func (l natsLogger) Debugf(string, ...any)  {}
func (l natsLogger) Tracef(string, ...any)  {}
func (l natsLogger) Warnf(format string, v ...any) {
	l.log.Warn("bus: NATS warns", "text", fmt.Sprintf(format, v...))
}

func (l natsLogger) Errorf(format string, v ...any) {
	l.log.Error("bus: NATS has an error", "text", fmt.Sprintf(format, v...))
}

func (l natsLogger) Fatalf(format string, v ...any) {
	l.log.Error("bus: NATS gives up", "text", fmt.Sprintf(format, v...))
}
