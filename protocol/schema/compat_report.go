package schema

import (
	"fmt"
	"strings"
)

// String is the report for people: what breaks first, then what does not.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "schema %s (%s) → %s (%s)\n", r.Old.Hash, r.Old.Package, r.New.Hash, r.New.Package)
	broken := 0
	for _, breaking := range []bool{true, false} {
		for _, c := range r.Changes {
			if c.Breaking != breaking {
				continue
			}
			word := "ok      "
			if breaking {
				word = "BREAKING"
				broken++
			}
			fmt.Fprintf(&b, "%s  %s: %s\n            why: %s\n", word, c.Where, c.What, c.Why)
			if c.Mend != "" {
				fmt.Fprintf(&b, "            fix: %s\n", c.Mend)
			}
		}
	}
	switch {
	case r.Old.Hash == r.New.Hash:
		b.WriteString("The same wire: old clients play with the new server, and new clients with the old.\n")
	case broken > 0:
		fmt.Fprintf(&b, "INCOMPATIBLE: %d of %d changes break clients built for %s. The new server must refuse them, and does.\n",
			broken, len(r.Changes), r.Old.Hash)
	default:
		fmt.Fprintf(&b, "COMPATIBLE: a new server that accepts %s serves its clients. An old server refuses new clients: update servers first.\n", r.Old.Hash)
	}
	return b.String()
}
