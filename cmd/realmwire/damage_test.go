package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
)

// TestDamagedStore starts a realm on a folder whose store lost a part: it says in one line what is wrong and what to do, ends, and touches
// nothing. The package of the store tries every file and every damage.
func TestDamagedStore(t *testing.T) {
	data := t.TempDir()
	p := harness.StartUp(t, harness.Binary(t), data)
	resp, err := http.Post(p.URL+"/v1/register", "application/json", strings.NewReader(`{"name":"Alice","password":"correct horse battery"}`)) //nolint:noctx // loopback
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode != http.StatusCreated {
		t.Fatalf("register: %s", resp.Status)
	}
	p.Stop()
	tables, err := filepath.Glob(filepath.Join(data, "store", "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("tables %v, %v", tables, err)
	}
	for _, file := range []string{filepath.Join(data, "store", "MANIFEST"), tables[0]} {
		t.Run(filepath.Base(file), func(t *testing.T) {
			whole, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(file, int64(len(whole)/2)); err != nil {
				t.Fatal(err)
			}
			said := fails(t, "up", "--http", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", data)
			line, more, _ := strings.Cut(strings.TrimSpace(said), "\n")
			if more != "" || !strings.Contains(line, filepath.Join(data, "store")) || !strings.Contains(line, "damaged") || !strings.Contains(line, "backup") {
				t.Errorf("want one line that names the folder and the mend:\n%s", said)
			}
			if _, err := os.Stat(tables[0]); err != nil {
				t.Error("the start removed a table")
			}
			if err := os.WriteFile(file, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
	harness.StartUp(t, harness.Binary(t), data).Stop()
}
