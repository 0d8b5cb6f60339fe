package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type goQuat struct{ goWhole }

func init() { goKinds[schema.Quat] = goQuat{} }

// packQuat is the expression for a rotation's smallest three.
func packQuat(val string, t schema.Type) string {
	return fmt.Sprintf("bits.PackQuat(%[1]s.X, %[1]s.Y, %[1]s.Z, %[1]s.W, %d)", val, t.Bits)
}

func (goQuat) write(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("w.Quat(%s, %d)", packQuat(val, t), t.Bits)
}

func (goQuat) read(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("%[1]s.X, %[1]s.Y, %[1]s.Z, %[1]s.W = r.Quat(%[2]d).Floats(%[2]d)", val, t.Bits)
}

func (goQuat) writeChanged(g *goEmitter, v, b string, t schema.Type, _ int) {
	g.line("w.QuatDelta(%s, %s, %d, %d, %d)", packQuat(v, t), packQuat(b, t), t.Bits, t.Small, t.Medium)
}

func (goQuat) readChanged(g *goEmitter, v, b string, t schema.Type, _ int) {
	g.line("%[1]s.X, %[1]s.Y, %[1]s.Z, %[1]s.W = r.QuatDelta(%[2]s, %[3]d, %[4]d, %[5]d).Floats(%[3]d)", v, packQuat(b, t), t.Bits, t.Small, t.Medium)
}

func (goQuat) equal(a, b string, t schema.Type, _ string) string {
	return fmt.Sprintf("(%s == %s || %s == %s)", a, b, packQuat(a, t), packQuat(b, t)) // the first is usual, and cheap
}

func (goQuat) values(g *goEmitter, val string, t schema.Type, at int) {
	g.line("{\nq := %s\ndst[%d], dst[%d], dst[%d], dst[%d] = int64(q.Largest), int64(q.Parts[0]), int64(q.Parts[1]), int64(q.Parts[2])\n}",
		packQuat(val, t), at, at+1, at+2, at+3)
}

func (goQuat) setValues(g *goEmitter, val string, t schema.Type, at int) {
	g.line("%[1]s.X, %[1]s.Y, %[1]s.Z, %[1]s.W = bits.Quat{Largest: uint8(src[%[2]d]), Parts: [3]int32{int32(src[%[3]d]), int32(src[%[4]d]), int32(src[%[5]d])}}.Floats(%[6]d)",
		val, at, at+1, at+2, at+3, t.Bits)
}
