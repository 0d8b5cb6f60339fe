package web_test

import (
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
)

// TestBelowAPath plays the page and its SDK below a path of a site that has a blank in it: addresses are put together, not texts. The tests of
// cmd/realmwire do the same with the Go client.
func TestBelowAPath(t *testing.T) {
	dir := needBrowser(t)
	server := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--tier", "best", "--path", "/game") // which hurts no proxy that takes the path away
	site := harness.Below(t, "/a site/game", server.HTTP)
	t.Log(node(t, server, "web/e2e/play.mjs", "--url", strings.TrimSuffix(strings.ReplaceAll(site.URL, " ", "%20"), "/"), "--dir", dir, "--phase", "brief"))
	site.Check(t)
}
