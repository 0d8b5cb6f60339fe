package wirecheck

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math/bits"
	"strconv"
)

// The weights are part of the format: they are read from where the page says they are, as text.
var (
	models   = map[string]model{}
	switches = map[string][]int64{}
	priors   []uint16
)

type model struct{ mean, size [][]int64 }

func init() {
	f, err := parser.ParseFile(token.NewFileSet(), "../../best/weights.go", nil, 0)
	if err != nil {
		panic(err)
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		spec := g.Specs[0].(*ast.ValueSpec)
		lit := spec.Values[0].(*ast.CompositeLit)
		if spec.Names[0].Name == "priors" {
			for _, n := range literals(lit) {
				priors = append(priors, uint16(n))
			}
			continue
		}
		var m model
		name := ""
		for _, e := range lit.Elts {
			kv := e.(*ast.KeyValueExpr)
			switch kv.Key.(*ast.Ident).Name {
			case "name":
				name, _ = strconv.Unquote(kv.Value.(*ast.BasicLit).Value)
			case "mean":
				m.mean = tableOf(kv.Value)
			case "size":
				m.size = tableOf(kv.Value)
			case "weights":
				switches[name] = literals(kv.Value)
			}
		}
		if m.mean != nil {
			models[name] = m
		}
	}
}

func tableOf(e ast.Expr) (out [][]int64) {
	for _, row := range e.(*ast.CompositeLit).Elts {
		out = append(out, literals(row))
	}
	return out
}

func literals(e ast.Expr) (out []int64) {
	for _, x := range e.(*ast.CompositeLit).Elts {
		sign := int64(1)
		if u, ok := x.(*ast.UnaryExpr); ok {
			sign, x = -1, u.X
		}
		n, err := strconv.ParseInt(x.(*ast.BasicLit).Value, 0, 64)
		if err != nil {
			panic(err)
		}
		out = append(out, sign*n)
	}
	return out
}

// bucket is a number and how many buckets it has.
type bucket struct{ at, of int64 }

func byName(c *coder, name string, sizes []int64, buckets ...bucket) bool {
	w := switches[name]
	sum, at := int64(0), int64(len(sizes))
	for i, s := range sizes {
		sum += w[i] * s
	}
	for _, b := range buckets {
		sum += 256 * w[at+max(0, min(b.of-1, b.at))]
		at += b.of
	}
	if int(at) != len(w) {
		panic(name)
	}
	return c.decide(max(16, min(65520, sigma(sum>>14))))
}

// value reads a number of lo…hi−1 by a model.
func (m model) value(c *coder, means, shared, own []int64, lo, hi int64) int64 {
	var mean, scale, b, say [6]int64
	var shift [6]uint
	sizes := append(append([]int64(nil), shared...), own...)
	if len(sizes) != len(m.size) || len(means) != len(m.mean) {
		panic("a model of other numbers")
	}
	best, step := 0, int64(0)
	for k := range 6 {
		a := int64(0)
		for i, x := range means {
			mean[k] += m.mean[i][k] * x
		}
		for j, x := range sizes {
			a += m.size[j][k] * x
			b[k] += m.size[j][6+k] * x
		}
		mean[k] >>= 12
		spread := max(-768, min(5120, a>>12))
		scale[k], shift[k] = exp2(-(spread & 255)), uint((spread>>8)+4+13)
		if k == 0 || b[k] > b[best] {
			best, step = k, int64(1)<<min(20, max(0, a>>12)>>8)
		}
	}
	total := int64(0)
	for k := range 6 {
		say[k] = exp2(max(-3584, (b[k]-b[best])>>12)) >> 3
		total += say[k]
	}
	below := func(t int64) (sum int64) {
		for k := range 6 {
			sum += say[k] * sigma(limit(256*t-128-mean[k], 1<<30)*scale[k]>>shift[k])
		}
		return sum
	}
	under, over := int64(0), 65536*total
	ask := func(t int64) bool {
		at := below(t)
		yes := c.decide(odds(over-at, over-under))
		if yes {
			lo, under = t, at
		} else {
			hi, over = t, at
		}
		return yes
	}
	t := max(lo, min(hi-1, (mean[best]+128)>>8))
	up := t == lo || ask(t)
	for !c.failed {
		if t = lo + step; !up {
			t = hi - step
		}
		if t <= lo || t >= hi || ask(t) != up {
			break
		}
		step *= 2
	}
	for hi-lo > 1 && !c.failed {
		ask((lo + hi) >> 1)
	}
	return lo
}

func odds(part, whole int64) int64 {
	part, whole = part+64, whole+128
	if n := bits.Len64(uint64(whole)) - 40; n > 0 {
		part, whole = part>>n, whole>>n
	}
	return max(16, min(65520, part*65536/whole))
}

// coupling runs along the axes of a vector.
type coupling struct{ dot, square, most, sum, last, gain int64 }

func (c *coupling) take(residual, expected int64) {
	r, e := limit(residual>>4, 1<<22), limit(expected>>4, 1<<22)
	c.dot += r * e
	c.square += e * e
	c.most = max(c.most, abs(residual))
	c.sum, c.last = c.last+residual, residual
	c.gain = limit(c.dot/((c.square>>12)+1), 32768)
}
