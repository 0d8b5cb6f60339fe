// Package wirecheck is a second reading of docs/wire.md and docs/wire-best.md: its tests decode the golden vectors with a decoder that was written from these pages, and
// shares no line with the codec. Nothing of this module is imported here (TestLaws of the root holds that), the schemas are written out by
// hand, and the code tables are read from the page itself; the weights of the best tier, from where docs/wire-best.md says they are, as text. So what the pages leave unsaid, or say wrongly, fails here.
package wirecheck
