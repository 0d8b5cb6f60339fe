package kcp

import (
	"encoding/binary"

	kcpcore "github.com/xtaci/kcp-go/v5"
)

const (
	// maxRepeated bounds the segments of a datagram that say what the core knows: pushes that it holds already, acknowledgements of
	// what is acknowledged. Each costs as much as one with news: the core reorders all that it holds, or looks through all that is
	// under way. Those dropped come again like any that were lost.
	maxRepeated = 8

	// What a segment counts for, and one that the core sends because of it: see package budget.
	workSegment = 3
	workSent    = 40
)

// window remembers numbers of segments, of which kcpWindow in a row are open at any time.
type window [kcpWindow / 64]uint64

func (w *window) bit(sn uint32) (word *uint64, mask uint64) {
	i := sn % kcpWindow
	return &w[i/64], 1 << (i % 64)
}

func (w *window) has(sn uint32) bool {
	word, mask := w.bit(sn)
	return *word&mask != 0
}

func (w *window) set(sn uint32) {
	word, mask := w.bit(sn)
	*word |= mask
}

func (w *window) clear(sn uint32) {
	word, mask := w.bit(sn)
	*word &^= mask
}

// sift takes out of segments, which are well-formed, what repeats too much. It works in place, and returns what is left with the
// units of work that it will make.
func (r *reliable) sift(b []byte) (left []byte, work int) {
	left = b[:0]
	repeated := 0
	for len(b) > 0 {
		size := kcpcore.IKCP_OVERHEAD + int(binary.LittleEndian.Uint32(b[segLen:]))
		news := true
		switch sn := binary.LittleEndian.Uint32(b[segSN:]); b[segCmd] {
		case kcpcore.IKCP_CMD_PUSH:
			news = r.comes(sn)
		case kcpcore.IKCP_CMD_ACK:
			news = r.arrives(sn)
		}
		if !news {
			repeated++
		}
		work++
		if news || repeated <= maxRepeated {
			left = append(left, b[:size]...)
			work += workSegment
		}
		b = b[size:]
	}
	return left, work
}

// comes notes that the segment sn of the peer has come. It reports false for one that waits already for those before it.
func (r *reliable) comes(sn uint32) bool {
	if sn-r.expected >= kcpWindow {
		return true // long since handed on, or too early: the core is quick with either
	}
	if r.early.has(sn) {
		return false
	}
	r.early.set(sn)
	for r.early.has(r.expected) {
		r.early.clear(r.expected)
		r.expected++
	}
	return true
}

// arrives notes that the peer acknowledges our segment sn. It reports false where that says nothing new.
func (r *reliable) arrives(sn uint32) bool {
	if r.number-1-sn >= uint32(r.inFlight) || r.acked.has(sn) {
		return false
	}
	r.acked.set(sn)
	return true
}
