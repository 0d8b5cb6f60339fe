//go:build linux

package godot_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The demo exports for Linux, and what was exported runs: it asks the realm who it is.
func TestExportLinux(t *testing.T) {
	p := stage(t)
	if err := p.template("/usr/bin/godot-template-release", "linux_release.x86_64"); err != nil {
		t.Fatal(err)
	}
	out, err := p.run(context.Background(), nil, "--headless", "--export-release", "Linux", p.folder+"/game.x86_64")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	asked := make(chan struct{}, 16)
	realm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/realm" {
			asked <- struct{}{}
		}
		http.NotFound(w, r)
	}))
	defer realm.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "chroot", p.root, p.folder+"/game.x86_64", "--headless", "--quit-after", "300", "--", "--server="+realm.URL)
	cmd.Env = append(os.Environ(), "HOME="+p.folder, "XDG_DATA_HOME="+p.folder+"/export-data")
	ran, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(ran), "SCRIPT ERROR") {
		t.Fatalf("the exported game: %v\n%s", err, ran)
	}
	if len(asked) == 0 {
		t.Errorf("the exported game did not look for its realm\n%s", ran)
	}
}
