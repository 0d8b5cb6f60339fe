package snapshot

import (
	"errors"
	"math"

	"github.com/realmwire/realmwire/protocol/bits"
)

// Limits of input packets.
const (
	MaxInputs  = 16 // in one packet: the newest and its redundancy
	InputAhead = 64 // ticks ahead of the server that an input may be for
)

// ErrInputs refuses a malformed input packet.
var ErrInputs = errors.New("input packet is malformed")

// Input is what generated code gives a pointer to a game's input struct.
type Input[T any] interface {
	*T
	Write(w *bits.Writer)
	Read(r *bits.Reader)
	WriteDelta(w *bits.Writer, base *T)
	ReadDelta(r *bits.Reader, base *T)
}

// InputHeader opens an input packet.
type InputHeader struct {
	AckTick    uint32 // newest snapshot applied; 0: none
	AckOlder   uint32 // bit i: snapshot AckTick-1-i was applied
	ClientTime uint16 // milliseconds of the client's clock, echoed by the next snapshot
	Newest     uint32 // tick that the first input is for; each following is for the tick before
	// View is what the player saw when giving the first input; each following input was given a tick earlier, on a view of a tick
	// earlier.
	View ViewTick
}

// aheadBits is the width of the usual distance from the acknowledged tick to that of the newest input.
const aheadBits = 7

func (h *InputHeader) write(w *bits.Writer) {
	w.Uint(TypeInputs, 8)
	w.Uint(uint64(h.AckTick), 32)
	w.Uint(uint64(h.AckOlder), 32)
	w.Uint(uint64(h.ClientTime), 16)
	if near := h.Newest >= h.AckTick && h.Newest-h.AckTick < 1<<aheadBits; near {
		w.Bool(true)
		w.Uint(uint64(h.Newest-h.AckTick), aheadBits)
	} else {
		w.Bool(false)
		w.Uint(uint64(h.Newest), 32)
	}
	behind, known := h.View.behind(h.Newest)
	w.Bool(known)
	if known {
		w.Uint(uint64(behind), behindBits)
	}
}

func (h *InputHeader) read(r *bits.Reader) {
	if r.Uint(8) != TypeInputs {
		r.Fail()
	}
	h.AckTick, h.AckOlder = uint32(r.Uint(32)), uint32(r.Uint(32))
	h.ClientTime = uint16(r.Uint(16))
	if r.Bool() {
		newest := uint64(h.AckTick) + r.Uint(aheadBits)
		if newest > math.MaxUint32 {
			r.Fail()
		}
		h.Newest = uint32(newest)
	} else {
		h.Newest = uint32(r.Uint(32))
	}
	if r.Bool() {
		h.View = viewBehind(h.Newest, uint16(r.Uint(behindBits)))
		if h.View.Tick == 0 {
			r.Fail()
		}
	}
}

// WriteInputs appends an input packet: 1 to MaxInputs inputs, the newest first, one a tick.
func WriteInputs[T any, P Input[T]](dst []byte, h InputHeader, inputs []T) []byte {
	inputs = inputs[:min(len(inputs), MaxInputs)]
	var w bits.Writer
	w.Reset(dst)
	h.write(&w)
	w.Uint(uint64(len(inputs)-1), 4)
	P(&inputs[0]).Write(&w)
	for i := 1; i < len(inputs); i++ {
		P(&inputs[i]).WriteDelta(&w, &inputs[i-1])
	}
	return w.Bytes()
}

// InputBuffer is [Inputs] without its type.
type InputBuffer interface {
	// Read takes a packet. next is the tick that the server simulates next; fresh is the number of inputs that were new.
	Read(msg []byte, next uint32) (h InputHeader, fresh int, err error)
}

// Inputs is the server's buffer of one client's inputs, by tick. Its zone owns it.
type Inputs[T any, P Input[T]] struct {
	ring  [InputAhead]T
	ticks [InputAhead]uint32
	views [InputAhead]ViewTick
	read  [MaxInputs]T
	bits  bits.Reader
	Late  uint64 // inputs that came after their tick without having come before
	Early uint64 // inputs for a tick too far ahead
}

// Read implements [InputBuffer].
func (q *Inputs[T, P]) Read(msg []byte, next uint32) (h InputHeader, fresh int, err error) {
	r := &q.bits
	r.Reset(msg)
	h.read(r)
	n := int(r.Uint(4)) + 1
	P(&q.read[0]).Read(r)
	for i := 1; i < n && !r.Failed(); i++ {
		P(&q.read[i]).ReadDelta(r, &q.read[i-1])
	}
	if !r.Close() || h.Newest < uint32(n) {
		return h, 0, ErrInputs
	}
	for i := range n {
		tick := h.Newest - uint32(i)
		switch slot := tick % InputAhead; {
		case tick < next:
			if i == 0 {
				q.Late++
			}
		case tick-next >= InputAhead:
			q.Early++
		case q.ticks[slot] != tick:
			q.ring[slot], q.ticks[slot], q.views[slot] = q.read[i], tick, h.View.earlier(uint32(i))
			fresh++
		}
	}
	return h, fresh, nil
}

// Reset forgets the inputs that were not taken yet.
func (q *Inputs[T, P]) Reset() { clear(q.ticks[:]) }

// Take returns the input for a tick and what its player saw, as far as the client says; false: none came.
func (q *Inputs[T, P]) Take(tick uint32) (T, ViewTick, bool) {
	slot := tick % InputAhead
	if q.ticks[slot] != tick || tick == 0 {
		var none T
		return none, ViewTick{}, false
	}
	return q.ring[slot], q.views[slot], true
}
