package message

import (
	"errors"

	"github.com/realmwire/realmwire/protocol/bits"
)

// ErrMalformed refuses bytes that are not the message that their first byte names.
var ErrMalformed = errors.New("message is malformed")

// FirstGameID is the first id of a game's messages, as schema.FirstGameID: a server needs it without the generator.
const FirstGameID = 64

// Body is the fields of a message; generated types implement it.
type Body interface {
	ID() uint8
	Write(w *bits.Writer)
	Read(r *bits.Reader)
}

// Append appends a whole message, its id first.
func Append(dst []byte, m Body) []byte {
	var w bits.Writer
	w.Reset(append(dst, m.ID()))
	m.Write(&w)
	return w.Bytes()
}

// Read sets m to a message, whose first byte must be m's id.
func Read(msg []byte, m Body) error {
	if len(msg) == 0 || msg[0] != m.ID() {
		return ErrMalformed
	}
	var r bits.Reader
	r.Reset(msg[1:])
	m.Read(&r)
	if !r.Close() {
		return ErrMalformed
	}
	return nil
}
