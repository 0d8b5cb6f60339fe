// Package wirecheck is a second reading of docs/wire.md: its tests decode the golden vectors with a decoder that was written from that page, and
// shares no line with the codec. Nothing of this module is imported here (imports_test.go of the root holds that), the schemas are written out by
// hand, and the code tables are read from the page itself. So what the page leaves unsaid, or says wrongly, fails here.
package wirecheck
