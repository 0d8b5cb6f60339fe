package kcp

import "time"

// maxRefusals bounds the handshakes that are remembered as refused; beyond them newcomers hear nothing.
const maxRefusals = 4096

// refusals are the handshakes to which we said, under their keys, that the server is full. A newcomer may come again with the
// same ticket, by a new handshake; but the old response, sent again while its cookie is fresh, must never make a session: it
// would number its datagrams from 1 again under the same keys. The socket's reading goroutine owns it.
type refusals struct {
	told  map[[cookieSize]byte]struct{}
	order []refusal // the oldest first
	past  uint64    // the newest stamp that was forgotten: nothing so old is believed again, though the clock be set back
}

type refusal struct {
	cookie [cookieSize]byte
	stamp  uint64
}

// has reports whether the handshake was refused.
func (r *refusals) has(t transcript) bool {
	_, ok := r.told[t.cookie]
	return ok || t.stamp <= r.past
}

// room forgets what a cookie's age forbids anyway, and reports whether one more can be remembered.
func (r *refusals) room(now time.Time) bool {
	old := now.Add(-cookieLife).UnixMilli()
	n := 0
	for n < len(r.order) && int64(r.order[n].stamp) < old {
		delete(r.told, r.order[n].cookie)
		r.past = max(r.past, r.order[n].stamp)
		n++
	}
	r.order = append(r.order[:0], r.order[n:]...)
	return len(r.order) < maxRefusals
}

// add remembers a handshake, for which there is room.
func (r *refusals) add(t transcript) {
	if r.told == nil {
		r.told = make(map[[cookieSize]byte]struct{})
	}
	r.told[t.cookie] = struct{}{}
	r.order = append(r.order, refusal{t.cookie, t.stamp})
}
