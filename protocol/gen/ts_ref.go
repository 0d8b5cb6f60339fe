package gen

import (
	"github.com/realmwire/realmwire/protocol/schema"
)

type tsRef struct{ tsByCodec }

func init() { tsKinds[schema.Ref] = tsRef{} }

func (tsRef) typ(schema.Type) string { return "number" }

func (tsRef) codec(*tsEmitter, schema.Type) string { return "codec.ref" }
