package snapshot

import "slices"

// Tier is how much work goes into a client's snapshots. Both tiers may be served from one world.
type Tier uint8

// The tiers.
const (
	// Fast packs bits; updates that clients share are encoded once.
	Fast Tier = iota
	// Best codes the entities of the kinds whose schema asks for it together, each kind by its [BestCodec]: about half the
	// bytes, at tens of times the work.
	Best
)

// Limits of what the best tier builds on.
const (
	BestMaxLag  = 15  // ticks from a version that a row is coded against to the baseline
	BestMaxRest = 127 // ticks of rest that are told apart
)

// BestState is a State of a kind whose schema asks for the best tier: generated code gives what everyone sees of its hinted
// components as a row of integers.
type BestState interface {
	State
	BestCodec() BestCodec // a new one
	BestRow(row []int64)
	SetBestRow(row []int64)
	Assign(from State)
}

// BestCodec codes the rows of one kind against versions of them that both ends have; package best has it. One goroutine at
// a time uses it.
type BestCodec interface {
	// Fields is how many integers a row has.
	Fields() int
	// Limit keeps a row within its fields' ranges: what a game writes beyond them is cut on the wire, as in records.
	Limit(row []int64)
	// Moved reports whether two versions of a row differ in place or rotation: what counts as no rest.
	Moved(a, b []int64) bool
	// Looks are those of the lags named whose rows the codec reads; bit 0 is always one. The others need no rows.
	Looks(lags uint16) uint16
	// Encode appends what rows, one behind the other, differ by from the baseline. An error means that the arguments are wrong.
	Encode(dst []byte, h *BestHistory, rows []int64) ([]byte, error)
	// Names reads which versions a stream builds on, and Decode sets rows to what it holds.
	Names(stream []byte) (BestNames, error)
	Decode(stream []byte, h *BestHistory, rows []int64) error
}

// BestNames are the versions that a stream of rows builds on.
type BestNames struct {
	Ahead  int    // ticks from the baseline to the snapshot
	Lags   uint16 // bit i: the version i ticks before the baseline is one of them; bit 0 is set
	Steady bool   // rests count through all of the last BestMaxRest ticks up to the baseline
}

// BestHistory is what both ends know of the rows: they must have the very same.
type BestHistory struct {
	BestNames
	Versions []BestVersion // those named, by rising Lag; the first is the baseline
	// Rest is, for each row, for how many ticks before the baseline it did not move; at most BestMaxRest.
	Rest []uint8
}

// BestVersion is the rows as they were at an acknowledged tick.
type BestVersion struct {
	Lag  int     // ticks before the baseline
	Rows []int64 // one behind the other
}

// Best reports whether the schema asks for the best tier, for any kind.
func (s *Schema) Best() bool {
	return slices.ContainsFunc(s.Kinds, func(k Kind) bool { _, ok := k.New().(BestState); return ok })
}

// bestCodec is the codec of a kind's rows; nil where its schema does not ask for the best tier.
func bestCodec(s State) BestCodec {
	if b, ok := s.(BestState); ok {
		return b.BestCodec()
	}
	return nil
}
