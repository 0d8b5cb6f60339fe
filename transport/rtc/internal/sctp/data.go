package sctp

import "encoding/binary"

// Flags of a DATA chunk.
const (
	flagEnd       = 1 << 0
	flagBegin     = 1 << 1
	flagUnordered = 1 << 2
	flagImmediate = 1 << 3 // the receiver should acknowledge at once (RFC 7053)

	flagWhole = flagBegin | flagEnd
)

// data is a parsed DATA chunk.
type data struct {
	tsn         uint32
	ppid        uint32
	stream, ssn uint16
	flags       byte
	payload     []byte
}

func (d *data) whole() bool     { return d.flags&flagWhole == flagWhole }
func (d *data) unordered() bool { return d.flags&flagUnordered != 0 }

// parseData reads a DATA chunk. One without a byte of data breaks the protocol.
func parseData(c chunk) (data, bool) {
	if len(c.body) <= dataHeader-chunkHeader {
		return data{}, false
	}
	return data{
		tsn:     binary.BigEndian.Uint32(c.body),
		stream:  binary.BigEndian.Uint16(c.body[4:]),
		ssn:     binary.BigEndian.Uint16(c.body[6:]),
		ppid:    binary.BigEndian.Uint32(c.body[8:]),
		flags:   c.flags,
		payload: c.body[dataHeader-chunkHeader:],
	}, true
}

func appendData(b []byte, d *data) []byte {
	b = append(b, chunkData, d.flags)
	b = binary.BigEndian.AppendUint16(b, uint16(dataHeader+len(d.payload)))
	b = binary.BigEndian.AppendUint32(b, d.tsn)
	b = binary.BigEndian.AppendUint16(b, d.stream)
	b = binary.BigEndian.AppendUint16(b, d.ssn)
	b = binary.BigEndian.AppendUint32(b, d.ppid)
	return appendPadding(append(b, d.payload...), len(d.payload))
}

// sack is a parsed SACK chunk. The gaps are pairs of 16-bit offsets from cum.
type sack struct {
	cum    uint32
	window uint32
	gaps   []byte
}

// end is the last TSN that a gap names, cum if there is none.
func (s *sack) end() uint32 {
	var last uint16
	for g := s.gaps; len(g) > 0; g = g[4:] {
		last = max(last, binary.BigEndian.Uint16(g[2:]))
	}
	return s.cum + uint32(last)
}

func parseSack(c chunk) (sack, bool) {
	if len(c.body) < sackHeader-chunkHeader {
		return sack{}, false
	}
	gaps := 4 * int(binary.BigEndian.Uint16(c.body[8:]))
	duplicates := 4 * int(binary.BigEndian.Uint16(c.body[10:]))
	rest := c.body[sackHeader-chunkHeader:]
	if gaps+duplicates > len(rest) {
		return sack{}, false
	}
	return sack{cum: binary.BigEndian.Uint32(c.body), window: binary.BigEndian.Uint32(c.body[4:]), gaps: rest[:gaps]}, true
}
