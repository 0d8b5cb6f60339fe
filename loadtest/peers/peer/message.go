package peer

import "encoding/binary"

// Kind is the first byte of every message of the workloads.
type Kind byte

// The kinds.
const (
	State Kind = 1 + iota // from the server, each tick
	Event                 // from the server, reliable; carries a number
	Input                 // from a client, each tick
	ack                   // of a state, where the adapter needs one
	hello                 // of a library without a handshake; adapters keep it to themselves
)

// HeaderSize is the least size of a message: kind, time, number.
const HeaderSize = 1 + 8 + 4

// Put writes the header of a message: its kind, the tick's time in Unix nanoseconds, and a number.
func Put(msg []byte, k Kind, at int64, number uint32) {
	msg[0] = byte(k)
	binary.LittleEndian.PutUint64(msg[1:], uint64(at))
	binary.LittleEndian.PutUint32(msg[9:], number)
}

// Parse reads the header; ok is false for one that is too short.
func Parse(msg []byte) (k Kind, at int64, number uint32, ok bool) {
	if len(msg) < HeaderSize {
		return 0, 0, 0, false
	}
	return Kind(msg[0]), int64(binary.LittleEndian.Uint64(msg[1:])), binary.LittleEndian.Uint32(msg[9:]), true
}

// helloMessage opens a session of a library that has no handshake of its own.
func helloMessage() []byte {
	msg := make([]byte, HeaderSize)
	Put(msg, hello, 0, 0)
	return msg
}

func isHello(msg []byte) bool { return len(msg) > 0 && Kind(msg[0]) == hello }
