package demo_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/demo"
	"github.com/realmwire/realmwire/protocol/internal/values"
)

var update = flag.Bool("update", false, "write the golden file anew; a claim that the new bytes are right")

const path = "testdata/values.json"

// types are those with what hero, rock and offer have not; protocol/snapshot has these in its streams.
var types = []values.Type{
	{Name: "Craft", New: func() any { return new(demo.Craft) }},
	{Name: "Pose", New: func() any { return new(demo.Pose) }},
	{Name: "Gauges", New: func() any { return new(demo.Gauges) }},
	{Name: "Hold", New: func() any { return new(demo.Hold) }},
	{Name: "Steer", New: func() any { return new(demo.Steer) }},
	{Name: "Telegram", New: func() any { return new(demo.Telegram) }},
}

// Vectors of every type, at the ends of ranges, between steps and beyond, which TypeScript and GDScript read and write too.
func TestGolden(t *testing.T) {
	var got bytes.Buffer
	fmt.Fprintf(&got, "{\"note\": %q,\n\"schema\": \"%016x\",\n\"cases\": [", "Written by go test ./protocol/internal/demo -update. Every client reads these and writes them again.", demo.Schema.Hash)
	rng := rand.New(rand.NewPCG(4, 4))
	for i, typ := range types {
		cases, err := values.Of(typ, rng, 25)
		if err != nil {
			t.Fatal(err)
		}
		for j, c := range cases {
			line, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			if i+j > 0 {
				got.WriteString(",")
			}
			fmt.Fprintf(&got, "\n%s", line)
		}
	}
	got.WriteString("\n]}\n")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || !bytes.Equal(got.Bytes(), want) {
		t.Fatalf("the wire has moved (%v): if the new bytes are right, run with -update", err)
	}
}

func TestRandomValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, typ := range types {
		if _, err := values.Of(typ, rng, 1000); err != nil {
			t.Error(err)
		}
	}
}
