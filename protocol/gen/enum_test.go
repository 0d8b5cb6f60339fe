package gen_test

import (
	"os"
	"strings"
	"testing"
)

const ranks = `package game

// Way is below zero.
type Way int8

const (
	Left Way = iota - 1
	Straight
	Right
)

// Rank has no zero.
type Rank uint8

const (
	Sergeant Rank = 10 * (iota + 1)
	Major
)

type Keys uint8

const (
	Jump Keys = 1 << iota
	Fire
	All = Jump | Fire
)

type Rights uint64

const (
	Own Rights = 1 << (63 - iota)
	Lend
)

// PlayerID is a number: its tag gives a range.
type PlayerID uint32

const (
	NoPlayer PlayerID = 0
	Server   PlayerID = 1
)

//realmwire:component
type C struct {
	Way    Way
	Rank   Rank
	Keys   Keys
	Rights Rights
	Few    Rights ` + "`rw:\"bits=63\"`" + `
	Owner  PlayerID ` + "`rw:\"max=1000\"`" + `
}
`

// Enums that do not count, flags, and numbers with a few names, as the clients are given them.
func TestEnumsOfClients(t *testing.T) {
	_, c, err := declare(t, strings.Replace(ranks, "\tFew    Rights `rw:\"bits=63\"`\n", "", 1))
	if err != nil {
		t.Fatal(err)
	}
	for path, parts := range map[string][]string{
		c.GDScript: {
			"enum Way {\n\tLEFT = -1,\n\tSTRAIGHT = 0,\n\tRIGHT = 1,\n}", "enum Rank {\n\tSERGEANT = 10,\n\tMAJOR = 20,\n}", "enum Keys {\n\tJUMP = 1,\n\tFIRE = 2,\n\tALL = 3,\n}",
			"enum Rights {\n\tLEND = 4611686018427387904,\n\tOWN = 1 << 63,\n}",
			"\tvar way: Way = Way.STRAIGHT\n\tvar rank: Rank = 0 as Rank\n\t## A set of flags, joined by |.\n\tvar keys: int = 0\n", "\tvar owner_: int = 0\n",
			"\t\tway = r.ranged(-1, 1, 2) as Way\n\t\trank = r.ranged(0, 20, 5) as Rank\n\t\tkeys = r.ranged(0, 255, 8)\n\t\trights = r.uint(64)\n\t\towner_ = r.ranged(0, 1000, 10)\n",
		},
		c.TypeScript: {
			"export const Way = {\n  Left: -1,\n  Straight: 0,\n  Right: 1,\n} as const;\nexport type Way = (typeof Way)[keyof typeof Way];\n", "export type Rank = (typeof Rank)[keyof typeof Rank] | 0;\n",
			"export const Keys = {\n  Jump: 1,\n  Fire: 2,\n  All: 3,\n} as const;\n/** Any number of them, joined by |. */\nexport type Keys = number;\n",
			"export const Rights = {\n  Lend: 4611686018427387904n,\n  Own: 9223372036854775808n,\n} as const;", "export type Rights = bigint;\n",
			"  way: Way;\n  rank: Rank;\n  keys: Keys;\n  rights: Rights;\n  owner: number;\n",
		},
	} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range parts {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: missing\n%s", path, want)
			}
		}
		if t.Failed() {
			t.Logf("%s", text)
		}
	}
	if _, _, err := declare(t, ranks); err == nil || !strings.Contains(err.Error(), "bits=63 has no room for the flags of Rights, which take 64") {
		t.Errorf("too few bits: %v", err)
	}
}
