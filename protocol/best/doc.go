// Package best codes the snapshots of the best tier: what changed in a set of entities, from what both ends know of their past.
// Generated code uses it where a schema asks; package snapshot knows it as snapshot.BestCodec.
//
// A snapshot is coded against history: versions of the entities that the receiver has acknowledged, the newest of which
// is the baseline. Each field is predicted as its schema's hints say (see [Layout]) by several experts at once; what
// the experts expect, and how much they are to be trusted, gives every decision of the coder in internal/entropy its
// probability. The only knowledge that comes with the code is in weights.go: one small linear model per class of
// field. All state is fresh for every packet. Integers only: every language computes the same.
// docs/wire-best.md is normative; docs/decisions/0004-snapshot-models.md says what was measured.
package best

//go:generate go run ./internal/train/typescript -out ../../web/src/sdk/best/weights.ts
