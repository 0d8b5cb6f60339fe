// Package bus is the control plane between realm, gateways and zone processes: NATS request/reply with JSON bodies, embedded in the
// realm's process or an external one. It is closed: every role has its own password, subjects and reply inbox.
package bus

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"golang.org/x/crypto/bcrypt"
)

const (
	// MaxPayload bounds one message. Map artefacts, a few hundred KB each, are the largest.
	MaxPayload = 4 << 20
	// maxConnections bounds the processes on the embedded server.
	maxConnections = 4096
	readyTimeout   = 10 * time.Second
)

// Config is for the embedded server. The zero value listens on a loopback port with passwords that live as long as the process.
type Config struct {
	Dir    string       // where passwords and URLs are kept, in realm.url, gateway.url and zone.url (mode 0600); created when missing
	Listen string       // default "127.0.0.1:0": the port of the last run if it is free, else any. Other hosts need TLS.
	TLS    *tls.Config  // for listening beyond loopback
	Log    *slog.Logger // default slog.Default()
}

// Server is an embedded NATS server. Connect gives the roles of this process their connections.
type Server struct {
	ns    *server.Server
	words map[Role]string
	urls  map[Role]string
	log   *slog.Logger
}

// Start runs the server and returns when it answers.
func Start(cfg Config) (*Server, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Dir != "" {
		if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("making the folder of the bus credentials: %w", err)
		}
	}
	words, err := passwords(cfg.Dir)
	if err != nil {
		return nil, err
	}
	ns, err := listen(cfg, words)
	if err != nil {
		return nil, err
	}
	s := &Server{ns: ns, words: words, urls: make(map[Role]string), log: cfg.Log}
	if err := s.publishURLs(cfg); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// listen starts the server on cfg.Listen, and where any port will do, on the last run's first.
func listen(cfg Config, words map[Role]string) (*server.Server, error) {
	addr := cfg.Listen
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("bus address %q: %w; want HOST:PORT", addr, err)
	}
	if ip, err := netip.ParseAddr(host); cfg.TLS == nil && host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("bus address %q is beyond loopback: give it TLS, because it carries passwords and ticket keys", addr)
	}
	ports := []string{port}
	if port == "0" && cfg.Dir != "" {
		ports = append(lastingPorts(cfg.Dir), "0")
	}
	for _, port := range ports {
		var ns *server.Server
		if ns, err = startOn(cfg, words, host, port); err == nil {
			return ns, nil
		}
	}
	return nil, err
}

func startOn(cfg Config, words map[Role]string, host, port string) (*server.Server, error) {
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("bus port %q: %w", port, err)
	}
	// The server only logs that a port is taken, and then never gets ready; asking first gives the caller the reason.
	probe, err := new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("bus cannot listen on %s: %w", net.JoinHostPort(host, port), err)
	}
	_ = probe.Close()
	if number == 0 {
		number = server.RANDOM_PORT
	}
	list, err := users(words)
	if err != nil {
		return nil, err
	}
	opts := &server.Options{
		ServerName: "realmwire",
		Host:       host,
		Port:       number,
		NoSigs:     true,
		MaxPayload: MaxPayload,
		MaxConn:    maxConnections,
		TLSConfig:  cfg.TLS,
		TLSTimeout: 5,
		Users:      list,
	}
	ns, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("starting the bus: %w", err)
	}
	ns.SetLogger(natsLogger{cfg.Log}, false, false)
	ns.Start()
	if !ns.ReadyForConnections(readyTimeout) {
		ns.Shutdown()
		return nil, fmt.Errorf("the bus on %s did not get ready within %v", net.JoinHostPort(host, port), readyTimeout)
	}
	return ns, nil
}

// users are the roles as the server knows them. The words are random, so the cheapest hash guards them.
func users(words map[Role]string) ([]*server.User, error) {
	var list []*server.User
	for _, role := range Roles {
		hash, err := bcrypt.GenerateFromPassword([]byte(words[role]), bcrypt.MinCost)
		if err != nil {
			return nil, fmt.Errorf("hashing the bus password of %s: %w", role, err)
		}
		list = append(list, &server.User{Username: string(role), Password: string(hash), Permissions: role.permissions()})
	}
	return list, nil
}

// publishURLs leaves the URLs of all roles in the folder for the processes that this one does not run.
func (s *Server) publishURLs(cfg Config) error {
	addr, ok := s.ns.Addr().(*net.TCPAddr)
	if !ok {
		return errors.New("the bus has no address")
	}
	scheme := "nats"
	if cfg.TLS != nil {
		scheme = "tls"
	}
	for _, role := range Roles {
		u := &url.URL{Scheme: scheme, Host: addr.String(), User: url.UserPassword(string(role), s.words[role])}
		s.urls[role] = u.String()
		if cfg.Dir == "" {
			continue
		}
		if err := saveURL(cfg.Dir, role, u); err != nil {
			return err
		}
	}
	return nil
}

// URL is where a role in another process connects, password included: treat it as a secret.
func (s *Server) URL(role Role) string { return s.urls[role] }

// Connect joins the bus as a role, inside this process.
func (s *Server) Connect(role Role) (*Conn, error) {
	if err := role.check(); err != nil {
		return nil, err
	}
	c := newConn(role, s.log)
	nc, err := nats.Connect("", append(c.options(),
		nats.InProcessServer(s.ns),
		nats.UserInfo(string(role), s.words[role]))...)
	if err != nil {
		return nil, fmt.Errorf("joining the bus as %s: %w", role, err)
	}
	c.nc = nc
	return c, nil
}

// Close ends the server; connections see it as a lost one and try again until they are closed.
func (s *Server) Close() {
	s.ns.Shutdown()
	s.ns.WaitForShutdown()
}

// natsLogger passes on what goes wrong. The server's notices are about itself.
type natsLogger struct{ log *slog.Logger }

func (l natsLogger) Noticef(string, ...any) {}
func (l natsLogger) Debugf(string, ...any)  {}
func (l natsLogger) Tracef(string, ...any)  {}
func (l natsLogger) Warnf(format string, v ...any) {
	l.log.Warn("bus: " + fmt.Sprintf(format, v...))
}

func (l natsLogger) Errorf(format string, v ...any) {
	l.log.Error("bus: " + fmt.Sprintf(format, v...))
}

func (l natsLogger) Fatalf(format string, v ...any) {
	l.log.Error("bus: " + fmt.Sprintf(format, v...))
}
