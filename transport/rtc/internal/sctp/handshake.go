package sctp

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Parameters of INIT and INIT ACK.
const (
	paramCookie       = 7
	paramUnrecognized = 8
	paramExtensions   = 0x8008
	paramForward      = 0xC000

	// The two high bits of an unknown parameter or chunk type say what to do (RFC 9260 sections 3.2 and 3.2.1).
	unknownSkip   = 2
	unknownReport = 1
)

const (
	initSize   = 16 // tag, window, streams out, streams in, TSN
	cookieSize = 8
	// maxReport bounds the unknown parameters and chunks that are sent back.
	maxReport = 128
)

// errNoForward refuses a peer to which nothing could be sent unreliably.
var errNoForward = fmt.Errorf("%w: it does not know FORWARD-TSN", ErrProtocol)

// handshake is what only the beginning needs.
type handshake struct {
	peerTSN uint32
	reports []byte // of unknown parameters, ready to be sent
	answer  bool   // INIT ACK is to leave
	sent    time.Time
	times   int
}

// cookie is what the peer echoes. There is one association in each DTLS session, so it proves nothing that the session
// does not; it says that the peer read our INIT ACK.
func (a *Association) cookie() (c [cookieSize]byte) {
	binary.BigEndian.PutUint32(c[:], a.cfg.Tag)
	binary.BigEndian.PutUint32(c[4:], a.cfg.TSN)
	return c
}

// init takes an INIT. One that is repeated is answered again; another one after the beginning is not.
func (a *Association) init(h header, body []byte) error {
	if len(body) < initSize {
		return fmt.Errorf("%w: an INIT of %d bytes", ErrProtocol, len(body))
	}
	tag, tsn := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[12:])
	if tag == 0 || binary.BigEndian.Uint16(body[8:]) == 0 || binary.BigEndian.Uint16(body[10:]) == 0 {
		return fmt.Errorf("%w: an INIT without a tag or streams", ErrProtocol)
	}
	if a.state > answered {
		if a.state <= established && tag == a.peerTag && tsn == a.shake.peerTSN {
			a.shake.answer = true
		}
		return nil
	}
	p, err := a.initParams(body[initSize:])
	if err != nil {
		return err
	}
	if !p.forward {
		return errNoForward
	}
	a.adopt(h, tag, tsn, binary.BigEndian.Uint32(body[4:]))
	a.shake.answer = true
	a.state = answered
	return nil
}

// adopt takes over what the peer says of itself.
func (a *Association) adopt(h header, tag, tsn, window uint32) {
	a.local, a.remote = h.destination, h.source
	a.peerTag = tag
	a.shake.peerTSN = tsn
	a.resets.next = tsn
	a.in.cum = tsn - 1
	a.out.next, a.out.cum, a.out.forward = a.cfg.TSN, a.cfg.TSN-1, a.cfg.TSN-1
	a.out.peerWindow = int(min(window, maxCwnd))
}

// initParams are the parameters of an INIT or INIT ACK that matter.
type initParams struct {
	forward bool // the peer knows FORWARD-TSN, which it may say in two ways
	cookie  []byte
}

// initParams reads them.
func (a *Association) initParams(b []byte) (p initParams, err error) {
	a.shake.reports = a.shake.reports[:0]
	for len(b) > 0 {
		kind, value, rest, ok := nextParam(b)
		if !ok {
			return p, fmt.Errorf("%w: an INIT with a broken parameter", ErrProtocol)
		}
		switch kind {
		case paramForward:
			p.forward = true
		case paramExtensions:
			for _, k := range value {
				p.forward = p.forward || k == chunkForward
			}
		case paramCookie:
			p.cookie = value
		case 5, 6, paramUnrecognized, 9, 11, 12, 0x8000, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005, 0xC006: // known, and of no use over DTLS
		default:
			if kind>>14&unknownReport != 0 && len(a.shake.reports)+len(value) <= maxReport {
				a.shake.reports = appendParam(a.shake.reports, paramUnrecognized, b[:chunkHeader+len(value)])
			}
			if kind>>14&unknownSkip == 0 {
				return p, nil
			}
		}
		b = rest
	}
	return p, nil
}

// appendInitAck appends the packet that answers an INIT. It stands alone.
func (a *Association) appendInitAck(now time.Time, b []byte) []byte {
	a.shake.answer, a.shake.sent = false, now
	a.shake.times++
	at := len(b)
	c := a.cookie()
	b = a.appendInitBody(append(b, chunkInitAck, 0, 0, 0), c[:])
	b = append(b, a.shake.reports...)
	binary.BigEndian.PutUint16(b[at+2:], uint16(len(b)-at))
	return b
}

// appendInitBody appends what INIT and INIT ACK say of us, and the cookie of the latter. Its last parameter needs no padding,
// which would not belong to the chunk.
func (a *Association) appendInitBody(b, cookie []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, a.cfg.Tag)
	b = binary.BigEndian.AppendUint32(b, uint32(a.cfg.ReceiveWindow))
	b = append(b, 0xFF, 0xFF, 0xFF, 0xFF) // streams out and in: what WebRTC asks for (RFC 8831 section 6.2)
	b = binary.BigEndian.AppendUint32(b, a.cfg.TSN)
	if cookie != nil {
		b = appendParam(b, paramCookie, cookie)
	}
	b = appendParam(b, paramExtensions, []byte{chunkForward, chunkReconfig})
	return appendParam(b, paramForward, nil)
}

// cookieEcho takes the peer's COOKIE ECHO.
func (a *Association) cookieEcho(now time.Time, body []byte) {
	if c := a.cookie(); string(body) != string(c[:]) {
		return
	}
	switch a.state {
	case answered, echoed:
		a.establish()
		if a.shake.times == 1 {
			a.out.rtt.sample(now.Sub(a.shake.sent))
		}
	case established:
	default:
		return
	}
	a.answer(chunkCookieAck, 0, nil)
}
