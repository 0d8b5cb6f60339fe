package web_test

import (
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
)

// TestRosterInTheBrowser goes on with a character, renames one that another tab plays, and deletes one, in a real Chromium.
func TestRosterInTheBrowser(t *testing.T) {
	dir := needBrowser(t)
	server := harness.StartUp(t, harness.Binary(t), t.TempDir())
	t.Log(node(t, server, "web/e2e/roster.mjs", "--url", strings.TrimSuffix(server.URL, "/"), "--dir", dir))
	server.Stop()
}
