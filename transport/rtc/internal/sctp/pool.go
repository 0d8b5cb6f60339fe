package sctp

const (
	poolKept = 8   // buffers that an association keeps for later
	poolSize = 256 // the size of each; larger ones are not kept: bulk is rare, sessions are many
)

// pool recycles small buffers.
type pool struct{ free [][]byte }

// copy returns a copy of b in a buffer of the pool, or a new one.
func (p *pool) copy(b []byte) []byte {
	if len(b) > poolSize {
		return append(make([]byte, 0, len(b)), b...)
	}
	if n := len(p.free); n > 0 {
		buf := p.free[n-1]
		p.free = p.free[:n-1]
		return append(buf, b...)
	}
	return append(make([]byte, 0, poolSize), b...)
}

func (p *pool) put(b []byte) {
	if cap(b) == poolSize && len(p.free) < poolKept {
		p.free = append(p.free, b[:0])
	}
}
