package gentest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/protocol/gen/gentest"
	"github.com/realmwire/realmwire/protocol/internal/values"
)

const repo = "../../.."

// Values of random schemas, and their differences, come back from bytes as they were, and TypeScript (which the strict compiler
// takes) writes the same bytes. GDScript is held to them in godot/random_test.go.
func TestRandomSchemas(t *testing.T) {
	seed := gentest.Seed(t)
	dir := t.TempDir()
	web, err := filepath.Abs(filepath.Join(repo, "web"))
	if err != nil {
		t.Fatal(err)
	}
	if err := gentest.Build(t.Context(), dir, repo, filepath.Join(web, "src/sdk"), seed, 20); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, gentest.Cases))
	if err != nil {
		t.Fatal(err)
	}
	var cases []values.Case
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) < 500 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	t.Logf("%d cases", len(cases))
	t.Run("TypeScript", func(t *testing.T) { typeScript(t, dir, web) })
}

func typeScript(t *testing.T, dir, web string) {
	tools := filepath.Join(web, "node_modules/.bin")
	_, noNode := exec.LookPath("node")
	_, noModules := os.Stat(filepath.Join(tools, "esbuild"))
	harness.Need(t, "Node and the modules of web/ (npm ci)", noNode == nil && noModules == nil)
	main := fmt.Sprintf("import { readFileSync } from 'node:fs';\nimport { checkCases } from '%s/test/values';\nimport * as random from './random';\n\n"+
		"checkCases(random, JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));\n", web)
	config := fmt.Sprintf(`{"extends": "%[1]s/test/tsconfig.json", "compilerOptions": {"noEmit": true, "typeRoots": ["%[1]s/node_modules/@types"]}, "include": ["*.ts"]}`, web)
	for name, text := range map[string]string{"main.ts": main, "tsconfig.json": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(name string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	run(filepath.Join(tools, "tsc"), "-p", ".")
	run(filepath.Join(tools, "esbuild"), "main.ts", "--bundle", "--format=esm", "--platform=node", "--outfile=main.mjs", "--log-level=error")
	run("node", "main.mjs", gentest.Cases)
}
