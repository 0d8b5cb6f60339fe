package driver

import (
	"crypto/subtle"
	"net/netip"
	"time"
)

// PathRetry is how long a new path's challenge may be under way before it is repeated.
const PathRetry = 200 * time.Millisecond

// TokenSize is the size of a challenge, in random bytes.
const TokenSize = 8

// Path follows a peer that changes its network. Nothing but a challenge goes to a new address until it has answered,
// and no more bytes than came from it: otherwise a copied datagram with a forged sender would aim our traffic at anyone.
type Path struct {
	Remote netip.AddrPort // proven

	Candidate netip.AddrPort // a newer address, not yet proven; invalid when there is none
	Token     [TokenSize]byte
	budget    int       // bytes that came from candidate and were not spent
	sentAt    time.Time // of the last challenge; zero before the first
	challenge bool      // a challenge should leave
}

// Heard notes an authenticated datagram from an address. newest says that it carried the highest counter: only that may
// start a move, since older ones may come late over a path already left.
func (p *Path) Heard(now time.Time, from netip.AddrPort, size int, newest bool, token func() [TokenSize]byte) {
	if from == p.Remote || !from.IsValid() {
		if newest {
			p.Candidate, p.challenge = netip.AddrPort{}, false // it came back
		}
		return
	}
	if from != p.Candidate {
		if !newest {
			return
		}
		p.Candidate, p.Token, p.budget, p.sentAt = from, token(), 0, time.Time{}
	}
	p.budget += size
	if p.sentAt.IsZero() || now.Sub(p.sentAt) >= PathRetry {
		p.challenge = true
	}
}

// Answered takes a path response; it reports whether the peer has moved.
func (p *Path) Answered(from netip.AddrPort, token []byte) bool {
	if !p.Candidate.IsValid() || from != p.Candidate || p.sentAt.IsZero() || subtle.ConstantTimeCompare(token, p.Token[:]) != 1 {
		return false
	}
	p.Remote, p.Candidate, p.challenge = from, netip.AddrPort{}, false
	return true
}

// Spend reports whether a challenge of size bytes may leave now, and accounts for it.
func (p *Path) Spend(now time.Time, size int) bool {
	if !p.challenge || p.budget < size {
		return false
	}
	p.challenge, p.sentAt, p.budget = false, now, p.budget-size
	return true
}

// Challenging reports whether a challenge should leave as soon as it is paid for.
func (p *Path) Challenging() bool { return p.challenge }
