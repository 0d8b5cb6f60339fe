package snapshot

import "math/bits"

// slotSet is a set of slots.
type slotSet [MaxInView / 64]uint64

func (s *slotSet) has(n int) bool { return s[n>>6]>>(n&63)&1 != 0 }
func (s *slotSet) add(n int)      { s[n>>6] |= 1 << (n & 63) }
func (s *slotSet) remove(n int)   { s[n>>6] &^= 1 << (n & 63) }

func (s *slotSet) addAll(o *slotSet) {
	for i := range s {
		s[i] |= o[i]
	}
}

func (s *slotSet) removeAll(o *slotSet) {
	for i := range s {
		s[i] &^= o[i]
	}
}

// next is the first member from n on, or -1.
func (s *slotSet) next(n int) int {
	for i := n >> 6; i < len(s); i++ {
		w := s[i]
		if i == n>>6 {
			w &= ^uint64(0) << (n & 63)
		}
		if w != 0 {
			return i<<6 + bits.TrailingZeros64(w)
		}
	}
	return -1
}
