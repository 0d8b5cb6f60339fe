package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/realmwire/realmwire/realm/bus"
)

// dial joins NATS as a gateway or a zone process: at --nats, or where a realm on this machine wrote that it is.
func (f busFlags) dial(ctx context.Context, t tokenFlags, data string, role bus.Role, log *slog.Logger) (*bus.Conn, error) {
	cfg := f.config(data, role, log)
	cfg.Token = func() (string, error) { return t.token(data, role) }
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	return bus.Dial(ctx, cfg)
}

func (f busFlags) config(data string, role bus.Role, log *slog.Logger) bus.DialConfig {
	cfg := bus.DialConfig{
		URL: f.NATS, Role: role, Plain: f.NATSPlain, TLSCA: f.NATSCA, TLSCert: f.NATSCrt, TLSKey: f.NATSKey, Log: log,
	}
	if f.NATS == "" {
		cfg.Find = func() (string, error) { return findBus(bus.URLFile(natsDir(data))) }
	}
	return cfg
}

// token is a role's join token: as it was given, or as a realm on this machine wrote it.
func (f tokenFlags) token(data string, role bus.Role) (string, error) {
	switch {
	case f.NATSToken != "":
		return f.NATSToken, nil
	case f.NATSTokenFile != "":
		return bus.ReadToken(f.NATSTokenFile)
	}
	token, err := bus.ReadToken(bus.TokenFile(natsDir(data), role))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("no join token: give --nats-token-file with the %s.token that the realm wrote, or the realm's --data: %w", role, err)
	}
	return token, err
}

// findBus reads where a realm on this machine wrote that its NATS server is.
func findBus(file string) (string, error) {
	b, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("no NATS server to join: give --nats URL, or start `realmwire realm` (or up) with the same --data, which writes %s", file)
	case err != nil:
		return "", fmt.Errorf("read where NATS is: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// natsDir is where the keys of the bus are kept: there further roles on this machine find them, and where an embedded NATS server is.
func natsDir(data string) string { return filepath.Join(data, "nats") }

// hub is the realm's end of the bus: it says whom to let in, and holds the NATS server where that is embedded.
type hub struct {
	server    *bus.Server    // nil where NATS runs elsewhere
	admission *bus.Admission // nil where it is embedded
	connect   func(bus.Role) (*bus.Conn, error)
}

// openHub starts an embedded NATS server, or joins one elsewhere.
func openHub(ctx context.Context, realm realmFlags, f busFlags, log *slog.Logger) (*hub, error) {
	dir := natsDir(realm.Data)
	issuer, err := bus.OpenIssuer(dir)
	if err != nil {
		return nil, err
	}
	h := &hub{}
	if f.NATS == "" {
		if h.server, err = bus.Start(bus.Config{Issuer: issuer, Dir: dir, Listen: realm.NATSListen, Log: log}); err != nil {
			return nil, err
		}
		h.connect = h.server.Connect
		return h, nil
	}
	joining, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	if h.admission, err = issuer.Admit(joining, f.config(realm.Data, bus.RoleRealm, log)); err != nil {
		return nil, err
	}
	h.connect = func(role bus.Role) (*bus.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, joinTimeout)
		defer cancel()
		return issuer.Dial(ctx, f.config(realm.Data, role, log))
	}
	return h, nil
}

func (h *hub) close() {
	if h.admission != nil {
		h.admission.Close()
	}
	if h.server != nil {
		h.server.Close()
	}
}
