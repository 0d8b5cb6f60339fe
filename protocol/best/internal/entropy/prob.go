package entropy

// Prob is an adaptive probability that a decision is 1: the mean of one that learns fast and one that learns slowly.
type Prob struct{ fast, slow uint16 }

const (
	fastRate = 4
	slowRate = 6
	minProb  = 24 // of One; keeps a certainty that fails affordable
)

// At is a Prob that starts at p/One.
func At(p uint32) Prob { return Prob{fast: uint16(p), slow: uint16(p)} }

// P is the probability, in 1/One.
func (p *Prob) P() uint32 {
	return max(minProb, min(One-minProb, (uint32(p.fast)+uint32(p.slow))>>1))
}

// Learn moves the probability towards what came.
func (p *Prob) Learn(bit int) {
	if bit != 0 {
		p.fast += (One - 1 - p.fast) >> fastRate
		p.slow += (One - 1 - p.slow) >> slowRate
	} else {
		p.fast -= p.fast >> fastRate
		p.slow -= p.slow >> slowRate
	}
}

// Adaptive writes a decision and learns from it.
func (e *Encoder) Adaptive(bit int, p *Prob) {
	e.Bit(bit, p.P())
	p.Learn(bit)
}

// Adaptive reads a decision and learns from it.
func (d *Decoder) Adaptive(p *Prob) int {
	bit := d.Bit(p.P())
	p.Learn(bit)
	return bit
}
