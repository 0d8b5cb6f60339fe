// Package snapshot is what a zone tells its clients each tick: entities delta-coded against baselines that each client
// has acknowledged, entity by entity.
//
// A [World] holds the entities in one [Table] per kind. A [View] is the server's picture of one client: what it was
// sent, what it acknowledged, what it is due. A [Replica] is the client's end. [Inputs] carry the client's answers.
// Nothing here has a goroutine, a clock or I/O. docs/wire.md#snapshots is normative.
package snapshot
