package server_test

import (
	"context"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/server"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// What a shell sees: status, and which words go where.
func TestMainsStatus(t *testing.T) {
	games := []rules.Game{rpg.Game}
	for name, c := range map[string]struct {
		args           []string
		games          []rules.Game
		status         int
		stdout, stderr string
	}{
		"works":           {[]string{"version"}, games, 0, "realmwire ", ""},
		"help":            {[]string{"--help"}, games, 0, "Usage: realmwire", ""},
		"help of one":     {[]string{"up", "--help"}, games, 0, "--udp", ""},
		"fails":           {[]string{"compat", "nowhere.json", "."}, games, 1, "", "nowhere.json"},
		"unknown flag":    {[]string{"up", "--htpp", ":1"}, games, 2, "", "unknown flag --htpp"},
		"unknown command": {[]string{"upp"}, games, 2, "up", "unexpected argument upp"},
		"unknown game":    {[]string{"version", "--game", "chess"}, games, 2, "", "--game chess"},
		"no game":         {[]string{"version"}, nil, 2, "", "realmwire.Main(mygame.Game)"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			status := server.Main(context.Background(), c.args, &stdout, &stderr, c.games)
			if status != c.status || !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
				t.Errorf("status %d, want %d\nstdout: %s\nstderr: %s", status, c.status, &stdout, &stderr)
			}
		})
	}
}
