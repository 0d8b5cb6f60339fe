package gentest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/realmwire/realmwire/protocol/gen"
	"github.com/realmwire/realmwire/protocol/schema"
)

// Names of the files that Build leaves in its folder.
const (
	TypeScript = "random.ts"
	GDScript   = "random.gd"
	Cases      = "cases.json"
)

// place is where the generated package seems to lie, so that it may import what is internal. Nothing is written there.
const place = "protocol/gen/gentest/generated"

// Build writes into dir the codecs of the schema that a seed gives, in all languages, and cases (values.Case) of all its types,
// perType of each, that the Go codec passed. repo is the repository; sdk is how the TypeScript imports the SDK.
func Build(ctx context.Context, dir, repo, sdk string, seed uint64, perType int) error {
	repo, err := filepath.Abs(repo)
	if err != nil {
		return fmt.Errorf("find the repository: %w", err)
	}
	src := Source(rand.New(rand.NewPCG(seed, seed)))
	files := map[string]string{"random.go": src}
	if err := write(dir, files); err != nil {
		return err
	}
	s, err := gen.Run(gen.Config{Dir: dir, TypeScript: filepath.Join(dir, TypeScript), TypeScriptSDK: sdk, GDScript: filepath.Join(dir, GDScript)})
	if err != nil {
		return fmt.Errorf("generate: %w\n%s", err, src)
	}
	if err := write(dir, map[string]string{"main.txt": program(s)}); err != nil {
		return err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(repo, place, "random.go"):       filepath.Join(dir, "random.go"),
		filepath.Join(repo, place, "random_gen.go"):   filepath.Join(dir, "random_gen.go"),
		filepath.Join(repo, place, "main", "main.go"): filepath.Join(dir, "main.txt"),
	}})
	if err != nil {
		return fmt.Errorf("write the overlay: %w", err)
	}
	if err := write(dir, map[string]string{"overlay.json": string(overlay)}); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "run", "-overlay", filepath.Join(dir, "overlay.json"), "./"+place+"/main", fmt.Sprint(seed), fmt.Sprint(perType))
	cmd.Dir = repo
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("run the generated Go: %w\n%s", err, &complaint)
	}
	return write(dir, map[string]string{Cases: string(out)})
}

func write(dir string, files map[string]string) error {
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// program is the source of a main that prints the cases.
func program(s *schema.Schema) string {
	var b strings.Builder
	b.WriteString(`package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"

	"github.com/realmwire/realmwire/protocol/gen/gentest/generated"
	"github.com/realmwire/realmwire/protocol/internal/values"
)

var types = []values.Type{
`)
	for _, defs := range [][]*schema.Def{s.Structs, s.Entities} {
		for _, d := range defs {
			fmt.Fprintf(&b, "\t{Name: %q, New: func() any { return new(random.%s) }},\n", d.Name, d.Name)
		}
	}
	b.WriteString(`}

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	perType, _ := strconv.Atoi(os.Args[2])
	rng := rand.New(rand.NewPCG(seed, 1))
	all := []values.Case{}
	for _, t := range types {
		cases, err := values.Of(t, rng, perType)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for i := range cases {
			cases[i].Value = nil // their bytes say it
		}
		all = append(all, cases...)
	}
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`)
	return b.String()
}
