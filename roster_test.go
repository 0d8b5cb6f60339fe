package realmwire_test

import (
	"strings"
	"testing"
)

// TestRosterInTheBrowser goes on with a character, renames one that another tab plays, and deletes one, in a real Chromium.
func TestRosterInTheBrowser(t *testing.T) {
	dir := needBrowser(t)
	server := startUp(t, t.TempDir())
	t.Log(node(t, server, "web/e2e/roster.mjs", "--url", strings.TrimSuffix(server.ready.URL, "/"), "--dir", dir))
	server.stop()
}
