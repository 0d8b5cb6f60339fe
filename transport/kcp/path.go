package kcp

import (
	"crypto/subtle"
	"net/netip"
	"time"
)

// pathRetry is how long a new path's challenge may be under way before it is repeated.
const pathRetry = 200 * time.Millisecond

// pathState follows a peer that changes its network. Nothing but a challenge goes to a new address until it has answered,
// and no more bytes than came from it: otherwise a copied datagram with a forged sender would aim our traffic at anyone.
type pathState struct {
	remote netip.AddrPort // proven

	candidate netip.AddrPort // a newer address, not yet proven; invalid when there is none
	token     [pathTokenSize]byte
	budget    int       // bytes that came from candidate and were not spent
	sentAt    time.Time // of the last challenge; zero before the first
	challenge bool      // a challenge should leave

	answer    [pathTokenSize]byte // to the peer's challenge
	answering bool
}

// heard notes an authenticated datagram from an address. newest says that it carried the highest counter: only that may
// start a move, since older ones may come late over a path already left.
func (p *pathState) heard(now time.Time, from netip.AddrPort, size int, newest bool, token func() [pathTokenSize]byte) {
	if from == p.remote || !from.IsValid() {
		if newest {
			p.candidate, p.challenge = netip.AddrPort{}, false // it came back
		}
		return
	}
	if from != p.candidate {
		if !newest {
			return
		}
		p.candidate, p.token, p.budget, p.sentAt = from, token(), 0, time.Time{}
	}
	p.budget += size
	if p.sentAt.IsZero() || now.Sub(p.sentAt) >= pathRetry {
		p.challenge = true
	}
}

// answered takes a path response; it reports whether the peer has moved.
func (p *pathState) answered(from netip.AddrPort, token []byte) bool {
	if !p.candidate.IsValid() || from != p.candidate || p.sentAt.IsZero() || subtle.ConstantTimeCompare(token, p.token[:]) != 1 {
		return false
	}
	p.remote, p.candidate, p.challenge = from, netip.AddrPort{}, false
	return true
}

// spend reports whether a challenge of size bytes may leave now, and accounts for it.
func (p *pathState) spend(now time.Time, size int) bool {
	if !p.challenge || p.budget < size {
		return false
	}
	p.challenge, p.sentAt, p.budget = false, now, p.budget-size
	return true
}
