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

// dial joins NATS as a role: at --nats, or where a realm on this machine wrote that it is.
func (f busFlags) dial(ctx context.Context, data string, role bus.Role, log *slog.Logger) (*bus.Conn, error) {
	cfg := bus.DialConfig{URL: f.NATS, Role: role, TLSCA: f.NATSCA, TLSCert: f.NATSCrt, TLSKey: f.NATSKey, Log: log}
	if f.NATS == "" {
		cfg.Find = func() (string, error) { return findBus(filepath.Join(natsDir(data), string(role)+".url")) }
	}
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	return bus.Dial(ctx, cfg)
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
