package schema

import (
	"fmt"
	"slices"
)

// entities compares entity kinds, which correspond by their ids: the id is what is sent.
func (c *comparison) entities() {
	older, newer := idsOf(c.Old.Entities), idsOf(c.New.Entities)
	c.Kinds = c.byID("entity", older, newer, func(o, n LockID) {
		of, nf := c.Old.entity(o.ID).Fields, c.New.entity(n.ID).Fields
		c.rows(o)
		c.fields(n.Name, of, nf, toClient)
		for _, f := range align(of, nf).pairs {
			c.follow(&f.older.Type, &f.newer.Type, toClient)
		}
	}, "older clients are not shown it", "it is not sent any more")
}

// messages compares messages. Either end may send one, so either must understand the other.
func (c *comparison) messages() {
	c.Messages = c.byID("message", c.Old.Messages, c.New.Messages, func(o, n LockID) {
		c.meet(pair{o.Name, n.Name, false}, bothWays)
	}, "older clients are not sent it", "the server passes over it where an older client still sends it")
	for _, m := range c.Old.Messages {
		if !slices.ContainsFunc(c.New.Messages, func(n LockID) bool { return n.ID == m.ID }) {
			c.Retired = append(c.Retired, m.ID)
		}
	}
}

// byID compares what is known by an id, and returns the ids that both versions have.
func (c *comparison) byID(what string, older, newer []LockID, both func(o, n LockID), added, removed string) (kept []int) {
	for _, o := range older {
		i := slices.IndexFunc(newer, func(n LockID) bool { return n.ID == o.ID })
		moved := slices.IndexFunc(newer, func(n LockID) bool { return n.Name == o.Name && n.ID != o.ID })
		where := fmt.Sprintf("%s %s (id %d)", what, o.Name, o.ID)
		switch {
		case moved >= 0:
			c.note(Change{
				Where: where, What: fmt.Sprintf("has id %d now", newer[moved].ID), Breaking: true,
				Why:  "the id is what is sent: older clients look for it under the old one",
				Mend: fmt.Sprintf("leave id=%d with %s; give a new %s an id that was never used", o.ID, o.Name, what),
			})
		case i < 0:
			c.note(Change{Where: where, What: "is gone", Why: removed + "; do not give its id to another"})
		default:
			if what == "entity" { // a message's name is its body's
				c.renamed(where, o.Name, newer[i].Name)
			}
			both(o, newer[i])
		}
		if i >= 0 {
			kept = append(kept, o.ID)
		}
	}
	for _, n := range newer {
		known := slices.ContainsFunc(older, func(o LockID) bool { return o.ID == n.ID || o.Name == n.Name })
		if !known {
			c.note(Change{Where: fmt.Sprintf("%s %s (id %d)", what, n.Name, n.ID), What: "is new", Why: added})
		}
	}
	return kept
}

func (c *comparison) input() {
	switch o, n := c.Old.Input, c.New.Input; {
	case o == "" && n == "":
	case o == "" || n == "":
		c.note(Change{
			Where: "input " + o + n, What: map[bool]string{true: "is new", false: "is gone"}[o == ""], Breaking: true,
			Why:  "every packet of an older client is read as inputs of the newer kind",
			Mend: "a game has one input from its first version to its last",
		})
	default:
		c.meet(pair{o, n, false}, toServer)
	}
}

func idsOf(defs []LockDef) []LockID {
	out := make([]LockID, 0, len(defs))
	for _, d := range defs {
		out = append(out, LockID{d.Name, d.ID})
	}
	return out
}

func (l *Lock) entity(id int) *LockDef {
	for i := range l.Entities {
		if l.Entities[i].ID == id {
			return &l.Entities[i]
		}
	}
	return nil
}
