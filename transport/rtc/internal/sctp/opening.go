package sctp

import (
	"encoding/binary"
	"fmt"
	"time"
)

const (
	// openEvery is how long our INIT or COOKIE ECHO waits for its answer before it leaves again, doubling, openTimes in all. The
	// peer's own INIT is under way as well, so that nothing depends on ours.
	openEvery = 200 * time.Millisecond
	openTimes = 4
)

// opening is our side's own way to the association. Both ends of a data channel's begin at the same time (RFC 8841 section 9.3,
// RFC 9260 section 5.2.1): whichever is quicker, its tags and numbers are the same. Ours is, by half a round trip, since the last
// datagram of the DTLS handshake is the server's, and ours follows it.
type opening struct {
	sent   bool      // INIT left once at least
	due    bool      // INIT or COOKIE ECHO is to leave
	times  int       // that it has
	at     time.Time // when it first left
	again  time.Time // when it leaves next, zero for never
	cookie []byte    // the peer's, to be echoed
}

// Open makes our INIT leave with the next Emit, from one port to the other.
func (a *Association) Open(local, remote uint16) {
	if a.state == waiting {
		a.local, a.remote = local, remote
		a.opening = opening{due: true}
	}
}

// advance repeats what has found no answer.
func (o *opening) advance(now time.Time) {
	if !o.again.IsZero() && !now.Before(o.again) {
		o.due, o.again = true, time.Time{}
	}
}

// left notes that INIT or COOKIE ECHO leaves.
func (o *opening) left(now time.Time) {
	if o.times == 0 {
		o.at = now
	}
	o.due, o.again = false, time.Time{}
	if o.times++; o.times < openTimes {
		o.again = now.Add(openEvery << (o.times - 1))
	}
}

// appendOpening appends the packet with our INIT or COOKIE ECHO. Either stands alone.
func (a *Association) appendOpening(now time.Time, b []byte) []byte {
	a.opening.left(now)
	if a.state == echoed {
		return appendChunk(appendHeader(b, header{a.local, a.remote, a.peerTag}), chunkCookieEcho, 0, a.opening.cookie)
	}
	a.opening.sent = true
	b = appendHeader(b, header{a.local, a.remote, 0})
	at := len(b)
	b = a.appendInitBody(append(b, chunkInit, 0, 0, 0), nil)
	binary.BigEndian.PutUint16(b[at+2:], uint16(len(b)-at))
	return b
}

// initAck takes the answer to our INIT. Where the peer's own INIT was quicker, it names the same tag and number.
func (a *Association) initAck(now time.Time, h header, body []byte) error {
	if !a.opening.sent || a.state > answered {
		return nil
	}
	if len(body) < initSize {
		return fmt.Errorf("%w: an INIT ACK of %d bytes", ErrProtocol, len(body))
	}
	tag, tsn := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[12:])
	if a.state == answered && (tag != a.peerTag || tsn != a.shake.peerTSN) {
		return nil // of another of its lives
	}
	p, err := a.initParams(body[initSize:])
	if err != nil {
		return err
	}
	switch {
	case tag == 0 || binary.BigEndian.Uint16(body[8:]) == 0 || binary.BigEndian.Uint16(body[10:]) == 0:
		return fmt.Errorf("%w: an INIT ACK without a tag or streams", ErrProtocol)
	case !p.forward:
		return errNoForward
	case len(p.cookie) == 0 || len(p.cookie) > a.cfg.MTU-headerSize-chunkHeader:
		return fmt.Errorf("%w: an INIT ACK with a cookie of %d bytes", ErrProtocol, len(p.cookie))
	}
	if a.opening.times == 1 {
		a.out.rtt.sample(now.Sub(a.opening.at))
	}
	a.adopt(h, tag, tsn, binary.BigEndian.Uint32(body[4:]))
	a.shake.reports = nil // of its parameters: it has what it needs
	a.opening = opening{sent: true, due: true, cookie: append([]byte(nil), p.cookie...)}
	a.state = echoed
	return nil
}

// establish begins the time of messages.
func (a *Association) establish() {
	a.state = established
	a.shake.reports = nil
	a.opening = opening{}
}
