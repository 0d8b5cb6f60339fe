package sctp

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// Chunk types (RFC 9260 section 3.2, RFC 3758, RFC 6525).
const (
	chunkData             = 0
	chunkInit             = 1
	chunkInitAck          = 2
	chunkSack             = 3
	chunkHeartbeat        = 4
	chunkHeartbeatAck     = 5
	chunkAbort            = 6
	chunkShutdown         = 7
	chunkShutdownAck      = 8
	chunkError            = 9
	chunkCookieEcho       = 10
	chunkCookieAck        = 11
	chunkECNE             = 12
	chunkCWR              = 13
	chunkShutdownComplete = 14
	chunkReconfig         = 130
	chunkForward          = 192
)

// Sizes in bytes.
const (
	headerSize     = 12 // ports, verification tag, checksum
	chunkHeader    = 4  // type, flags, length
	dataHeader     = 16 // chunk header, TSN, stream, SSN, PPID
	sackHeader     = 16 // chunk header, cumulative TSN, window, number of gaps, number of duplicates
	forwardSize    = 8  // chunk header, new cumulative TSN
	checksumOffset = 8
)

// ErrProtocol says that the peer broke the protocol: the owner ends the session.
var ErrProtocol = errors.New("sctp: the peer broke the protocol")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is the common header of a packet.
type header struct {
	source, destination uint16
	tag                 uint32
}

// chunk is one chunk of a packet. Body is what follows its header, without padding.
type chunk struct {
	kind, flags byte
	body        []byte
	raw         []byte // with its header
}

// open takes a packet apart. It reports false where length or checksum are wrong: such packets are dropped without a word.
func open(packet []byte) (h header, chunks []byte, ok bool) {
	if len(packet) < headerSize+chunkHeader {
		return h, nil, false
	}
	if binary.LittleEndian.Uint32(packet[checksumOffset:]) != checksum(packet) {
		return h, nil, false
	}
	h.source = binary.BigEndian.Uint16(packet)
	h.destination = binary.BigEndian.Uint16(packet[2:])
	h.tag = binary.BigEndian.Uint32(packet[4:])
	return h, packet[headerSize:], true
}

var noChecksum [4]byte

// checksum is the CRC32c of a packet with its checksum field taken as zero.
func checksum(packet []byte) uint32 {
	sum := crc32.Update(0, castagnoli, packet[:checksumOffset])
	sum = crc32.Update(sum, castagnoli, noChecksum[:])
	return crc32.Update(sum, castagnoli, packet[headerSize:])
}

// seal writes the checksum of a finished packet.
func seal(packet []byte) {
	binary.LittleEndian.PutUint32(packet[checksumOffset:], checksum(packet))
}

func appendHeader(b []byte, h header) []byte {
	b = binary.BigEndian.AppendUint16(b, h.source)
	b = binary.BigEndian.AppendUint16(b, h.destination)
	b = binary.BigEndian.AppendUint32(b, h.tag)
	return append(b, 0, 0, 0, 0)
}

// nextChunk takes the first chunk off b, which is not empty. The padding of a packet's last chunk may be missing.
func nextChunk(b []byte) (c chunk, rest []byte, ok bool) {
	if len(b) < chunkHeader {
		return c, nil, false
	}
	size := int(binary.BigEndian.Uint16(b[2:]))
	if size < chunkHeader || size > len(b) {
		return c, nil, false
	}
	c = chunk{kind: b[0], flags: b[1], body: b[chunkHeader:size], raw: b[:size]}
	return c, b[min(padded(size), len(b)):], true
}

// nextParam takes the first parameter off b, which is not empty.
func nextParam(b []byte) (kind uint16, value, rest []byte, ok bool) {
	if len(b) < chunkHeader {
		return 0, nil, nil, false
	}
	size := int(binary.BigEndian.Uint16(b[2:]))
	if size < chunkHeader || size > len(b) {
		return 0, nil, nil, false
	}
	return binary.BigEndian.Uint16(b), b[chunkHeader:size], b[min(padded(size), len(b)):], true
}

// padded is the room that size bytes take: chunks and parameters start at multiples of four.
func padded(size int) int { return (size + 3) &^ 3 }

// appendChunk appends a whole chunk with its padding.
func appendChunk(b []byte, kind, flags byte, body []byte) []byte {
	b = append(b, kind, flags)
	b = binary.BigEndian.AppendUint16(b, uint16(chunkHeader+len(body)))
	return appendPadding(append(b, body...), len(body))
}

// appendParam appends a whole parameter, or an error cause, which has the same shape.
func appendParam(b []byte, kind uint16, value []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, kind)
	b = binary.BigEndian.AppendUint16(b, uint16(chunkHeader+len(value)))
	return appendPadding(append(b, value...), len(value))
}

func appendPadding(b []byte, size int) []byte {
	for range padded(size) - size {
		b = append(b, 0)
	}
	return b
}

// before compares two TSNs in serial arithmetic (RFC 1982).
func before(a, b uint32) bool { return int32(a-b) < 0 }

// before16 compares two stream sequence numbers.
func before16(a, b uint16) bool { return int16(a-b) < 0 }
