package gen

import (
	"github.com/realmwire/realmwire/protocol/schema"
)

func init() {
	goKinds[schema.Int] = goInt{}
	goKinds[schema.Word] = goWord{}
}

type goInt struct{ goWhole }

func (goInt) write(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("w.Int(int64(%s), %d, %d, %d)", val, t.Min, t.Max, t.Bits)
}

func (goInt) read(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("%s = %s(r.Int(%d, %d, %d))", val, t.Go, t.Min, t.Max, t.Bits)
}

func (goInt) writeChanged(g *goEmitter, v, b string, t schema.Type, _ int) {
	if t.Monotonic {
		g.line("w.CounterDelta(int64(%s), int64(%s), %d, %d)", v, b, t.Min, t.Max)
		return
	}
	g.line("w.IntDelta(int64(%s), int64(%s), %d, %d, %d, %d, %d)", v, b, t.Min, t.Max, t.Bits, t.Small, t.Medium)
}

func (goInt) readChanged(g *goEmitter, v, b string, t schema.Type, _ int) {
	if t.Monotonic {
		g.line("%s = %s(r.CounterDelta(int64(%s), %d, %d))", v, t.Go, b, t.Min, t.Max)
		return
	}
	g.line("%s = %s(r.IntDelta(int64(%s), %d, %d, %d, %d, %d))", v, t.Go, b, t.Min, t.Max, t.Bits, t.Small, t.Medium)
}

type goWord struct{ goWhole }

func (goWord) write(g *goEmitter, val string, _ schema.Type, _ int) {
	g.line("w.Uint(uint64(%s), 64)", val)
}

func (goWord) read(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("%s = %s(r.Uint(64))", val, t.Go)
}
