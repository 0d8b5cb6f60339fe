package schema

import "slices"

// Names of the methods that generated code gives a struct, by what it is.
var (
	structMethods = []string{"Write", "Read"}
	deltaMethods  = []string{"WriteDelta", "ReadDelta", "Equal", "Copy"}
	entityMethods = []string{"Kind", "Priority", "Position", "ReadAgainst", "Changed"}
	bestMethods   = []string{"BestCodec", "BestRow", "SetBestRow", "Assign", "OthersChanged"}
)

// names refuses fields that are called as something in generated code is.
func (s *scanner) names() {
	for _, d := range slices.Concat(s.out.Structs, s.out.Entities) {
		taken := slices.Concat(structMethods, deltaMethods)
		if slices.Contains(s.out.Entities, d) {
			taken = append(taken, entityMethods...)
			if d.Best {
				taken = append(taken, bestMethods...)
			}
		}
		if slices.Contains(s.out.Messages, d) {
			taken = append(taken, "ID")
		}
		for _, f := range d.Fields {
			if slices.Contains(taken, f.Name) {
				s.failAt(f.Pos, "%s.%s: the generated code has a method of that name; rename the field", d.Name, f.Name)
			}
		}
	}
}
