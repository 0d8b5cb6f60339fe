package kcp

import (
	"encoding/binary"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/ticket"
)

// The wire, in the order of docs/wire.md. Integers are little-endian.
const (
	protocolVersion = 1

	// First bytes, of RFC 9443's 128–191: udp.Own.
	typeRequest   = 0x80
	typeChallenge = 0x81
	typeResponse  = 0x82
	typeSealed    = 0x90

	randomSize = 16
	cookieSize = 16
	proofSize  = 16

	// Handshake datagrams: 4 bytes of type, version and zeros; the client's random; then
	// request:   ticket, zeros up to requestSize
	// challenge: stamp, cookie, proof
	// response:  stamp, cookie, ticket, proof
	offsetRandom      = 4
	offsetAfterRandom = offsetRandom + randomSize
	offsetCookie      = offsetAfterRandom + 8
	offsetAfterCookie = offsetCookie + cookieSize

	requestSize   = transport.MaxDatagram // also shows that the path carries our largest datagram
	challengeSize = offsetAfterCookie + proofSize
	responseSize  = offsetAfterCookie + ticket.Size + proofSize

	// Sealed datagrams: type, connection id, low counterBytes of the counter; frames, sealed; tag.
	counterBytes     = 3
	sealedHeaderSize = 1 + 4 + counterBytes
)

// Frames inside a sealed datagram: a type byte and then
const (
	framePadding       = 0x00 // nothing
	framePing          = 0x01 // nothing; wants an acknowledgement at once
	frameAck           = 0x02 // u32 largest counter, u32 mask of those before it, u16 delay in units of ackDelayUnit
	frameClose         = 0x03 // u16 code, u8 length, text
	framePathChallenge = 0x04 // 8 bytes, to be sent back
	framePathResponse  = 0x05 // the 8 bytes
	frameLatest        = 0x10 // u16 length, a message
	frameReliable      = 0x11 // u16 length, KCP segments

	ackFrameSize   = 1 + 4 + 4 + 2
	pathTokenSize  = driver.TokenSize
	pathFrameSize  = 1 + pathTokenSize
	dataFrameSize  = 1 + 2 // before the payload
	closeFrameSize = 1 + 2 + 1
	maxTagSize     = 16
	// maxFrames is the room for frames in one datagram, whichever suite seals it.
	maxFrames = transport.MaxDatagram - sealedHeaderSize - maxTagSize
)

// The largest latest message, and as large a bunch of KCP segments, fit a datagram beside an acknowledgement, a path
// response and a ping: emit always makes progress.
var _ [maxFrames - ackFrameSize - pathFrameSize - 1 - dataFrameSize - transport.MaxLatestMessage]struct{}

// appendSealedHeader starts a sealed datagram.
func appendSealedHeader(b []byte, id uint32, counter uint64) []byte {
	b = append(b, typeSealed)
	b = binary.LittleEndian.AppendUint32(b, id)
	return append(b, byte(counter), byte(counter>>8), byte(counter>>16))
}

// header is what every datagram shows to anyone. It is read once, where the datagram comes in.
type header struct {
	typ byte
	id  uint32 // sealed: of the connection
	low uint32 // sealed: the counter's low bits
}

// readHeader reads it. It reports false for a datagram of no type, or whose size or fixed bytes are not that type's.
func readHeader(b []byte) (h header, ok bool) {
	if len(b) == 0 {
		return h, false
	}
	h.typ = b[0]
	switch h.typ {
	case typeSealed:
		if len(b) <= sealedHeaderSize || len(b) > transport.MaxDatagram {
			return h, false
		}
		h.id, h.low = binary.LittleEndian.Uint32(b[1:]), uint32(b[5])|uint32(b[6])<<8|uint32(b[7])<<16
		return h, true
	case typeRequest:
		return h, isHandshake(b, requestSize)
	case typeChallenge:
		return h, isHandshake(b, challengeSize)
	case typeResponse:
		return h, isHandshake(b, responseSize)
	}
	return h, false
}

// expandCounter finds the counter nearest to the highest one seen whose low bits are low (as RFC 9000, A.3).
func expandCounter(highest uint64, low uint32) uint64 {
	const window, half = 1 << (8 * counterBytes), 1 << (8*counterBytes - 1)
	expected := highest + 1
	candidate := expected&^(window-1) | uint64(low)
	switch {
	case candidate+half <= expected && candidate < 1<<62:
		return candidate + window
	case candidate > expected+half && candidate >= window:
		return candidate - window
	}
	return candidate
}

// frame is one parsed frame; which fields count depends on typ.
type frame struct {
	typ     byte
	payload []byte // latest, reliable, close text, path token
	largest uint32 // ack
	mask    uint32 // ack
	delay   uint16 // ack
	code    transport.CloseCode
}

// nextFrame parses the first frame of b, which is not empty, and returns the rest. ok is false when b is malformed. Nothing
// is allocated: payloads are slices of b.
func nextFrame(b []byte) (f frame, rest []byte, ok bool) {
	f.typ = b[0]
	b = b[1:]
	var size int
	switch f.typ {
	case framePadding, framePing:
		return f, b, true
	case frameAck:
		size = ackFrameSize - 1
		if len(b) < size {
			return f, nil, false
		}
		f.largest, f.mask = binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
		f.delay = binary.LittleEndian.Uint16(b[8:])
		return f, b[size:], true
	case frameClose:
		if len(b) < closeFrameSize-1 || int(b[2]) > transport.MaxCloseText {
			return f, nil, false
		}
		f.code, size = transport.CloseCode(binary.LittleEndian.Uint16(b)), int(b[2])
		b = b[3:]
	case framePathChallenge, framePathResponse:
		size = pathTokenSize
	case frameLatest, frameReliable:
		if len(b) < 2 {
			return f, nil, false
		}
		size = int(binary.LittleEndian.Uint16(b))
		b = b[2:]
		if size == 0 || size > transport.MaxLatestMessage {
			return f, nil, false
		}
	default:
		return f, nil, false
	}
	if len(b) < size {
		return f, nil, false
	}
	f.payload = b[:size:size]
	return f, b[size:], true
}

func appendAckFrame(b []byte, largest uint64, mask uint32, delay uint16) []byte {
	b = append(b, frameAck)
	b = binary.LittleEndian.AppendUint32(b, uint32(largest))
	b = binary.LittleEndian.AppendUint32(b, mask)
	return binary.LittleEndian.AppendUint16(b, delay)
}

func appendCloseFrame(b []byte, code transport.CloseCode, text string) []byte {
	b = append(b, frameClose)
	b = binary.LittleEndian.AppendUint16(b, uint16(code))
	b = append(b, byte(len(text)))
	return append(b, text...)
}

func appendDataFrame(b []byte, typ byte, payload []byte) []byte {
	b = append(b, typ)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(payload)))
	return append(b, payload...)
}
