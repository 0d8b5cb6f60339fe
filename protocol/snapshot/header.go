package snapshot

import "github.com/realmwire/realmwire/protocol/bits"

// Header opens a snapshot. Its second half steers the client's clock.
type Header struct {
	Tick   uint32 // the tick whose state follows
	Verify bool   // a checksum over the snapshot's entities ends it

	HasEcho bool   // an input packet came since the last snapshot
	Echo    uint16 // its ClientTime
	HoldMs  uint8  // milliseconds that the echo waited here
	Lead    int16  // how long before its tick the packet's newest input came, in 1/16 ticks; negative: too late (-2048..2047)

	Starved bool // this tick was simulated without an input of the client's

	// TickHz is how many ticks a second come after this one, 1 to MaxTickHz; 0: as many as the client knows of already. A [View] leaves out
	// what its client has acknowledged.
	TickHz uint8

	section bool // a section of the best tier follows the records
}

const (
	minLead  = -2048
	maxLead  = 2047
	leadBits = 12
)

// MaxTickHz is the highest tick rate that a header can say.
const MaxTickHz = 128

const tickHzBits = 7

func (h *Header) write(w *bits.Writer) {
	if h.section {
		w.Uint(TypeBest, 8)
	} else {
		w.Uint(TypeSnapshot, 8)
	}
	w.Uint(uint64(h.Tick), 32)
	w.Bool(h.Verify)
	w.Bool(h.HasEcho)
	if h.HasEcho {
		w.Uint(uint64(h.Echo), 16)
		w.Uint(uint64(h.HoldMs), 8)
		w.Int(int64(h.Lead), minLead, maxLead, leadBits)
	}
	w.Bool(h.Starved)
	w.Bool(h.TickHz != 0)
	if h.TickHz != 0 {
		w.Int(int64(h.TickHz), 1, MaxTickHz, tickHzBits)
	}
}

func (h *Header) read(r *bits.Reader) {
	*h = Header{}
	switch r.Uint(8) {
	case TypeSnapshot:
	case TypeBest:
		h.section = true
	default:
		r.Fail()
	}
	h.Tick = uint32(r.Uint(32))
	h.Verify = r.Bool()
	if h.HasEcho = r.Bool(); h.HasEcho {
		h.Echo = uint16(r.Uint(16))
		h.HoldMs = uint8(r.Uint(8))
		h.Lead = int16(r.Int(minLead, maxLead, leadBits))
	}
	h.Starved = r.Bool()
	if r.Bool() {
		h.TickHz = uint8(r.Int(1, MaxTickHz, tickHzBits))
	}
}
