package snapshot

import (
	"github.com/realmwire/realmwire/protocol/bits"
	"github.com/realmwire/realmwire/protocol/motion"
)

// First bytes of the messages on the latest lane.
const (
	TypeSnapshot = 1 // server to client
	TypeInputs   = 2 // client to server
	TypeBest     = 0 // server to client: a snapshot with a section of the best tier; no message on the reliable lane begins so
)

// Limits of the format.
const (
	MaxEntities     = 1<<16 - 1 // alive in one world
	MaxInView       = 1024      // of one client, those still leaving included
	History         = 64        // versions of an entity that the server keeps to delta against
	ackWindow       = 33        // snapshots that one acknowledgement covers
	maxAge          = 127       // baseline ages are 7 bits; this one means "older, and unambiguous"
	ageBits         = 7
	lagBits         = 3
	countGroup      = 2
	gapBits         = 4 // of the parameter of the gaps' code
	maxGapShift     = 10
	kindBits        = 6
	slotGroup       = 2 // of the lists of slots in a section
	idGroup         = 8
	sentRing        = 64 // snapshots whose contents the server remembers, waiting for their acknowledgement
	defaultResend   = 8  // ticks before an unacknowledged state that did not change is sent again
	maxResend       = 40
	eagerSends      = 2 // times that a state is sent at once, so that one loss does not wait for the resend
	recordOverhead  = 24
	spawnOverhead   = 48
	headerBudget    = 160
	checksumBitsLen = 32
)

// ID names an entity within its zone: a slot in the low 16 bits and the slot's generation above. Zero names none.
type ID uint32

// State is one entity as a client holds it; generated types implement it.
type State interface {
	Kind() uint8
	Position() (x, y int32)
	Write(w *bits.Writer, owner bool)
	Read(r *bits.Reader, owner bool)
	ReadAgainst(r *bits.Reader, base State, owner bool)
}

// Predicted is a State of a kind with predicted components. prior is base where no version from before it is known.
type Predicted interface {
	State
	ReadPredicted(r *bits.Reader, base, prior State, span motion.Span, owner bool)
}

// Kind is one entity kind of a schema.
type Kind struct {
	ID   uint8
	Name string
	New  func() State
}

// Schema is what generated code says of its package.
type Schema struct {
	Hash  uint64
	Kinds []Kind
	Older []Older // versions whose clients the server serves too
}

// Older is an earlier version of a schema whose clients read and write the same bytes, as far as they know them.
// See docs/evolution.md.
type Older struct {
	Hash     uint64
	Kinds    []uint8 // entity kinds that its clients know
	Messages []uint8 // messages that its clients know
	Retired  []uint8 // messages that its clients may send and that mean nothing any more
	Fast     bool    // its clients are given the fast tier: the best tier has other rows now
}

// Admits reports whether clients built for the schema with this hash are served, and from which older version they are;
// nil: from this one.
func (s *Schema) Admits(hash uint64) (older *Older, ok bool) {
	if hash == s.Hash {
		return nil, true
	}
	for i := range s.Older {
		if s.Older[i].Hash == hash {
			return &s.Older[i], true
		}
	}
	return nil, false
}

func (s *Schema) kind(id uint8) *Kind {
	for i := range s.Kinds {
		if s.Kinds[i].ID == id {
			return &s.Kinds[i]
		}
	}
	return nil
}
