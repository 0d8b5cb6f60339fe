package best_test

import (
	"os/exec"
	"path"
	"strings"
	"testing"
)

// TestLinkedOnRequest holds that a program whose schema does not ask for the best tier links nothing of it.
func TestLinkedOnRequest(t *testing.T) {
	const module = "github.com/realmwire/realmwire"
	links := func(pkg string) bool {
		out, err := exec.Command("go", "list", "-deps", path.Join(module, pkg)).Output()
		if err != nil {
			t.Fatalf("list what %s needs: %v", pkg, err)
		}
		return strings.Contains(string(out), module+"/protocol/best")
	}
	// A game needs these, and besides them only its own folder.
	for _, pkg := range []string{".", "internal/server", "zone/core", "zone/rules", "client", "protocol/snapshot", "protocol/gen/realmwire-gen"} {
		if links(pkg) {
			t.Errorf("%s links protocol/best", pkg)
		}
	}
	if !links("zone/games/rpg") { // its schema asks: so the test looks at the right thing
		t.Error("the RPG, whose schema asks for the best tier, does not link it")
	}
}
