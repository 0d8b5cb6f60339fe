package sctp

import "time"

const (
	rtoInitial = time.Second
	rtoFloor   = 100 * time.Millisecond
	rtoCeiling = time.Second
	// ackDelay is how long peers hold an acknowledgement that they were not asked to send at once (RFC 9260 section 6.2).
	ackDelay = 200 * time.Millisecond
)

// rtt estimates the round trip (RFC 9260 section 6.3.1).
type rtt struct {
	smooth, vary time.Duration
	backoff      int // timeouts since the last news, each of which doubles the wait
}

func (r *rtt) sample(d time.Duration) {
	d = max(d, time.Microsecond)
	if r.smooth == 0 {
		r.smooth, r.vary = d, d/2
		return
	}
	diff := r.smooth - d
	if diff < 0 {
		diff = -diff
	}
	r.vary += (diff - r.vary) / 4
	r.smooth += (d - r.smooth) / 8
}

// rto is how long to wait for an acknowledgement.
func (r *rtt) rto() time.Duration {
	wait := rtoInitial
	if r.smooth > 0 {
		wait = max(r.smooth+4*r.vary, rtoFloor)
	}
	return min(wait<<r.backoff, rtoCeiling)
}

// expired takes note of a timeout.
func (r *rtt) expired() { r.backoff = min(r.backoff+1, 4) }
