package snapshot

import "github.com/realmwire/realmwire/protocol/bits"

// First bytes of the messages on the latest lane.
const (
	TypeSnapshot = 1 // server to client
	TypeInputs   = 2 // client to server
)

// Limits of the format.
const (
	MaxEntities     = 1<<16 - 1 // alive in one world
	MaxInView       = 1024      // of one client, those still leaving included
	History         = 64        // versions of an entity that the server keeps to delta against
	ackWindow       = 33        // snapshots that one acknowledgement covers
	maxAge          = 127       // baseline ages are 7 bits; this one means "older, and unambiguous"
	kindBits        = 6
	slotGroup       = 2
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
}

func (s *Schema) kind(id uint8) *Kind {
	for i := range s.Kinds {
		if s.Kinds[i].ID == id {
			return &s.Kinds[i]
		}
	}
	return nil
}
