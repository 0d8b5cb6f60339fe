package main

import (
	"os"
	"testing"
)

// The committed maps are what this program writes, byte for byte.
func TestCommittedMapsAreGenerated(t *testing.T) {
	for name, want := range files() {
		have, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if string(have) != want {
			t.Errorf("%s is not what this program writes; run go run ./zone/games/rpg/maps/gen, or delete the program if the maps are drawn by hand now", name)
		}
	}
}
