package gateway

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/internal/loglimit"
	"github.com/realmwire/realmwire/realm"
)

// broken fails in a way that nobody foresaw.
type broken struct{ realm.API }

func (broken) Info(context.Context) (realm.Info, error) {
	return realm.Info{}, errors.New("surprise")
}

func (broken) Map(context.Context, string) ([]byte, error) { return nil, errors.New("surprise") }

// Whatever strangers ask for, as often as they like: the log gets a few lines of it.
func TestStrangersCannotFillTheLog(t *testing.T) {
	log := &harness.Log{}
	s := newSite(t, nil, func(c *Config) {
		c.API = broken{c.API}
		c.Log = slog.New(slog.NewTextHandler(log, nil))
	})
	for range 50 {
		for _, path := range []string{"/v1/realm", "/v1/maps/" + strings.Repeat("a", 64)} {
			if a := s.send("GET", path, "", nil); a.StatusCode != 500 {
				t.Fatalf("%s answers %d", path, a.StatusCode)
			}
		}
	}
	if n := strings.Count(log.String(), "\n"); n == 0 || n > loglimit.Burst {
		t.Errorf("a hundred failed requests wrote %d lines", n)
	}
}
