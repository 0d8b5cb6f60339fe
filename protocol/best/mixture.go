package best

import (
	"math/bits"

	"github.com/realmwire/realmwire/protocol/best/internal/entropy"
)

// Shapes of the linear models.
const (
	experts     = 6
	outputs     = 2 * experts // of the sizes: each expert's spread and its say
	weightShift = 12
	maxMeans    = 24
	maxShared   = 64
	maxOwn      = 20
)

// model is one class of field. Each of its experts expects a weighted sum of the means, give or take a spread that is
// 2 to the weighted sum of the sizes, with a say of 2 to another weighted sum of them.
type model struct {
	name string
	// mean[i] is what each expert makes of mean i; size[i] what each one's spread, then each one's say, makes of size i,
	// those shared by a vector's axes first. In 1/4096.
	mean [][experts]int32
	size [][outputs]int32
}

// expert is one expert's opinion of one value: a logistic distribution.
type expert struct {
	mean  int64 // in 1/256
	scale int64 // 2^-(fraction of the spread's logarithm), in 1/32768
	shift uint
	say   int64
}

// Spreads and says are kept within these logarithms, in 1/256.
const (
	minSpread = -3 * logOne
	maxSpread = 20 * logOne
	maxSay    = 14 * logOne
)

// opinions holds the experts while one vector is coded.
type opinions struct {
	shared [outputs]int64
	common int // sizes that shared holds
	by     [experts]expert
	heard  int // of these: the others have no say
	total  int64
	center int64 // the strongest expert's mean
	step   uint  // log2 of the strongest expert's spread
}

func weigh(acc *[outputs]int64, size [][outputs]int32, f []int64) {
	size = size[:len(f)]
	// Sums in locals stay in registers; two halves, since there are not enough of those for twelve.
	a0, a1, a2, a3, a4, a5 := acc[0], acc[1], acc[2], acc[3], acc[4], acc[5]
	for i, x := range f {
		if x == 0 {
			continue
		}
		w := &size[i]
		a0 += int64(w[0]) * x
		a1 += int64(w[1]) * x
		a2 += int64(w[2]) * x
		a3 += int64(w[3]) * x
		a4 += int64(w[4]) * x
		a5 += int64(w[5]) * x
	}
	acc[0], acc[1], acc[2], acc[3], acc[4], acc[5] = a0, a1, a2, a3, a4, a5
	a0, a1, a2, a3, a4, a5 = acc[6], acc[7], acc[8], acc[9], acc[10], acc[11]
	for i, x := range f {
		if x == 0 {
			continue
		}
		w := &size[i]
		a0 += int64(w[6]) * x
		a1 += int64(w[7]) * x
		a2 += int64(w[8]) * x
		a3 += int64(w[9]) * x
		a4 += int64(w[10]) * x
		a5 += int64(w[11]) * x
	}
	acc[6], acc[7], acc[8], acc[9], acc[10], acc[11] = a0, a1, a2, a3, a4, a5
}

// common weighs what all axes of a vector have in common.
func (p *pass) common(m *model, f []int64) {
	o := &p.say
	o.common = len(f)
	o.shared = [outputs]int64{}
	if p.learn == nil {
		weigh(&o.shared, m.size, f)
	}
}

// predicted codes a value, lo ≤ x < hi, that a model covers; means are relative to base.
func (p *pass) predicted(m *model, x, base, lo, hi int64, means, own []int64) int64 {
	if p.learn != nil {
		p.learn(m.name, x-base, means, p.shared[:p.say.common], own)
		return x
	}
	p.say.form(m, means, own)
	return p.value(x, base, lo, hi)
}

// expect weighs the means.
func expect(rows [][experts]int32, means []int64) [experts]int64 {
	rows = rows[:len(means)]
	var a0, a1, a2, a3, a4, a5 int64
	for i, x := range means {
		if x == 0 {
			continue
		}
		w := &rows[i]
		a0 += int64(w[0]) * x
		a1 += int64(w[1]) * x
		a2 += int64(w[2]) * x
		a3 += int64(w[3]) * x
		a4 += int64(w[4]) * x
		a5 += int64(w[5]) * x
	}
	return [experts]int64{a0, a1, a2, a3, a4, a5}
}

// form makes the experts' opinions of one value.
func (o *opinions) form(m *model, means, own []int64) {
	acc := o.shared
	weigh(&acc, m.size[o.common:], own)
	mean := expect(m.mean[:len(means)], means)
	top := acc[experts]
	best := 0
	for k := 1; k < experts; k++ {
		if acc[experts+k] > top {
			top, best = acc[experts+k], k
		}
	}
	o.total, o.heard = 0, 0
	for k := range mean {
		say := exp2(max(-maxSay, (acc[experts+k]-top)>>weightShift)) >> 3
		if say == 0 {
			continue
		}
		e := &o.by[o.heard]
		o.heard++
		e.mean = mean[k] >> weightShift
		spread := clamp(acc[k]>>weightShift, minSpread, maxSpread)
		// With u = (x-mean)/spread in 1/64: whole logs shift, fractions scale.
		whole := uint(spread>>logShift + 4) // minSpread is -3: above zero
		e.scale = exp2(-(spread & (logOne - 1)))
		e.shift = whole + 15 + 2 - 4
		e.say = say
		o.total += say
	}
	o.center = mean[best] >> weightShift
	o.step = uint(max(0, acc[best]>>weightShift)) >> logShift
	o.step = min(o.step, 20)
}

// below is the experts' common probability that the value is below t, in 1/65536 of o.total.
func (o *opinions) below(t int64) int64 {
	at := t<<8 - 128
	sum := int64(0)
	by := o.by[:o.heard]
	for k := range by {
		e := &by[k]
		u := bound(at-e.mean, 1<<30) * e.scale >> (e.shift & 63)
		// Below zero, the rest to One: by sign, without a branch that nobody could foresee.
		sign := u >> 63
		s := int64(sigmaTable[min((u^sign)-sign, int64(len(sigmaTable)-1))&1023])
		sum += e.say * ((s ^ sign) - sign + sign&entropy.One)
	}
	return sum
}

// odds is the probability of the part of a whole, for the coder.
func odds(part, whole int64) uint32 {
	// Far out the experts know nothing any more: what is left is even odds.
	part, whole = part+64, whole+128
	if over := bits.Len64(uint64(whole)) - 40; over > 0 {
		part >>= uint(over)
		whole >>= uint(over)
	}
	return uint32(clamp(part<<16/whole, 16, entropy.One-16))
}

// value codes x, lo ≤ x < hi, around base: first the side of the experts' center, then ever wider steps away from it, then
// halves.
func (p *pass) value(x, base, lo, hi int64) int64 {
	o := &p.say
	x -= base
	lo -= base
	hi -= base
	under, over := int64(0), o.total<<16
	t := clamp((o.center+128)>>8, lo, hi-1)
	step := int64(1) << o.step
	// Is it at or above the center?
	at, up := under, true
	if t > lo {
		at = o.below(t)
		up = p.bit(x >= t, odds(over-at, over))
	}
	if up {
		lo, under = t, at
	} else {
		hi, over = t, at
	}
	for {
		t = hi - step
		if up {
			t = lo + step
		}
		if t <= lo || t >= hi {
			break
		}
		at = o.below(t)
		if p.bit(x >= t, odds(over-at, over-under)) {
			lo, under = t, at
			if !up {
				break
			}
		} else {
			hi, over = t, at
			if up {
				break
			}
		}
		step *= 2
	}
	for hi-lo > 1 {
		t = (lo + hi) >> 1
		at = o.below(t)
		if p.bit(x >= t, odds(over-at, over-under)) {
			lo, under = t, at
		} else {
			hi, over = t, at
		}
	}
	return lo + base
}

// switchModel is a decision's model: the logarithm of its odds is a weighted sum of sizes, and of a weight for the bucket
// that each of some numbers falls in.
type switchModel struct {
	name    string
	weights []int32
}

// odds takes the sizes, then the buckets' indices among the weights that follow.
func (s *switchModel) odds(f []int64, buckets []int) uint32 {
	sum := int64(0)
	w := s.weights[:len(f)]
	for i, x := range f {
		sum += int64(w[i]) * x
	}
	for _, b := range buckets {
		sum += int64(s.weights[len(f)+b]) << logShift
	}
	// The sum is in 1/256 · 1/4096; the table in 1/64.
	u := sum >> (weightShift + 2)
	if u >= 0 {
		return uint32(min(entropy.One-16, int64(sigmaTable[min(u, int64(len(sigmaTable)-1))])))
	}
	return uint32(max(16, entropy.One-int64(sigmaTable[min(-u, int64(len(sigmaTable)-1))])))
}

var freshValue = entropy.NewSigned(4)
