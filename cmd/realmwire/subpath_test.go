package main_test

import (
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
)

// A gateway below a path of a site, https://host/game/: everything that a client asks for stays below it.
func TestBelowAPath(t *testing.T) {
	server := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--tier", "best", "--path", "/game") // which hurts no proxy that takes the path away
	t.Run("left in requests", func(t *testing.T) {
		r := loadtest(t, harness.Binary(t), "--url", "http://"+server.HTTP+"/game/", "--transport", "websocket", "--bots", "2", "--duration", "1s", "--metrics", "http://"+server.Ops+"/metrics")
		r.check(t, 2)
	})
	t.Run("the Go client", func(t *testing.T) {
		site := harness.Below(t, "/game", server.HTTP)
		for _, url := range []string{site.URL, strings.TrimSuffix(site.URL, "/")} {
			r := loadtest(t, harness.Binary(t), "--url", url, "--transport", "mixed", "--bots", "3", "--duration", "2s", "--metrics", "http://"+server.Ops+"/metrics")
			r.check(t, 3)
			if len(r.Transports) != 3 {
				t.Errorf("transports: %v", r.Transports)
			}
		}
		site.Check(t)
	})
}
