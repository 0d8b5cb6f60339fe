package schema

import (
	"fmt"
	"slices"
)

// Change is one thing in which two versions of a schema differ, and what it does to clients built from the older one.
// docs/evolution.md has the rules.
type Change struct {
	Where    string
	What     string
	Breaking bool
	Why      string
	Mend     string // how to get there without breaking; empty where nothing breaks
}

// Report is what sets a newer version of a schema apart from an older one.
type Report struct {
	Old, New *Lock
	Changes  []Change

	// For the server: what of the older version it must keep in mind to serve its clients.
	Kinds    []int // entity kinds that both have
	Messages []int // messages that both have
	Retired  []int // messages that only the older has: its clients may still send them
	Fast     bool  // its clients are given the fast tier: the best one has other rows
}

// Compatible reports whether clients of the older version play on with a server of the newer.
func (r *Report) Compatible() bool {
	return !slices.ContainsFunc(r.Changes, func(c Change) bool { return c.Breaking })
}

// path says who reads what who wrote. A struct that travels several ways must hold on all of them.
type path uint8

const (
	toClient path = 1 << iota // the older end reads what the newer wrote
	toServer                  // the newer end reads what the older wrote
	bothWays = toClient | toServer
)

// Compare finds what changed from an older version of a schema to a newer one.
func Compare(older, newer *Lock) *Report {
	c := &comparison{Report: Report{Old: older, New: newer}, paths: map[pair]path{}}
	switch {
	case older.Wire != newer.Wire:
		c.note(Change{
			Where: "the wire", What: fmt.Sprintf("version %d became %d", older.Wire, newer.Wire), Breaking: true,
			Why: "the same schema means other bytes", Mend: "none: build the clients with the newer realmwire",
		})
		return &c.Report
	case older.Hash == newer.Hash:
		c.allKept()
		return &c.Report
	}
	c.entities()
	c.messages()
	c.input()
	c.spread()
	for _, p := range c.order {
		c.pair(p, c.paths[p])
	}
	if len(c.Changes) == 0 {
		c.note(Change{Where: "declarations", What: "their order, or what nothing uses, changed", Why: "the bytes are the same"})
	}
	return &c.Report
}

// comparison is a Report in the making.
type comparison struct {
	Report
	paths map[pair]path // which way the structs and enums of both versions that correspond travel
	order []pair        // their keys, as they were met
}

// pair is a struct, or an enum, of both versions.
type pair struct {
	older, newer string
	enum         bool
}

func (c *comparison) note(ch Change) {
	if !slices.Contains(c.Changes, ch) {
		c.Changes = append(c.Changes, ch)
	}
}

func (c *comparison) allKept() {
	for _, e := range c.New.Entities {
		c.Kinds = append(c.Kinds, e.ID)
	}
	for _, m := range c.New.Messages {
		c.Messages = append(c.Messages, m.ID)
	}
}

// meet notes that two structs, or enums, correspond, and the way they travel.
func (c *comparison) meet(p pair, way path) {
	if _, known := c.paths[p]; !known {
		c.order = append(c.order, p)
	}
	c.paths[p] |= way
}

// spread follows the structs to those that they hold. Those that it adds to order are looked at in turn; a pair that
// gains a way is looked at again.
func (c *comparison) spread() {
	for again := true; again; {
		again = false
		for i := range len(c.order) {
			p := c.order[i]
			if p.enum {
				continue
			}
			for _, f := range align(c.Old.structDef(p.older).Fields, c.New.structDef(p.newer).Fields).pairs {
				before, n := c.sum(), len(c.order)
				c.follow(&f.older.Type, &f.newer.Type, c.paths[p])
				again = again || c.sum() != before || len(c.order) != n
			}
		}
	}
}

func (c *comparison) sum() int {
	n := 0
	for _, w := range c.paths {
		n += int(w)
	}
	return n
}

func (c *comparison) follow(older, newer *LockType, way path) {
	for ; older != nil && newer != nil; older, newer = older.Elem, newer.Elem {
		if older.Struct != "" && newer.Struct != "" {
			c.meet(pair{older.Struct, newer.Struct, false}, way)
		}
		if older.Enum != "" && newer.Enum != "" {
			c.meet(pair{older.Enum, newer.Enum, true}, way)
		}
	}
}

func (c *comparison) pair(p pair, way path) {
	if p.enum {
		c.enum(c.Old.enum(p.older), c.New.enum(p.newer), way)
		return
	}
	c.renamed("struct "+p.older, p.older, p.newer)
	c.fields(p.newer, c.Old.structDef(p.older).Fields, c.New.structDef(p.newer).Fields, way)
}

func (c *comparison) renamed(where, older, newer string) {
	if older != newer {
		c.note(Change{Where: where, What: "is called " + newer + " now", Why: sameBytes})
	}
}

// sameBytes is why renaming breaks nothing. Only its author knows whether a new name means a new thing.
const sameBytes = "names are not sent, the bytes are the same; be sure that it still means the same"
