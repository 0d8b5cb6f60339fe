package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type tsOctets struct{ tsByCodec }

func init() { tsKinds[schema.Octets] = tsOctets{} }

func (tsOctets) typ(schema.Type) string { return "Uint8Array" }

func (tsOctets) codec(_ *tsEmitter, t schema.Type) string {
	return fmt.Sprintf("codec.octets(%d, %d)", t.Max, t.Bits)
}
