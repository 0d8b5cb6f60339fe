package wirecheck

import "slices"

// entry is a row that is being read, and what is recalled of its entity (docs/wire-best.md#what-is-recalled-of-an-entity). The arrays go by k.
type entry struct {
	*packetRows
	now, old []int64
	rest     int64

	half, floor int64 // of the motion; 0 without one
	up          int
	place       [13]vec3
	gone        [13]vec3
	coast       [13]vec3
	free        [13]vec3
	gravity     vec3
	bend1       vec3
	bend2       vec3
	bend3       vec3
	bend6       vec3
	miss        vec3
	expected    vec3

	pose, rolling, tipping quaternion
	poses, spin            [13]quaternion
	turned                 [13]int64
	spinMiss               [3]int64
	reach, hang            int64
	corner, roll           vec3
	hung                   [2]int64

	touch, closest, closeNow int64
	near                     *mover
	nearMiss, nearMove       vec3

	turnMiss, turnGain int64
	moved, residual    vec3
}

var ks = []int64{1, 2, 3, 4, 6, 7, 9, 12}

func (p *packetRows) recall(i int) *entry {
	e := &entry{packetRows: p, old: p.rows[0][i], rest: p.past.rest[i], up: 2}
	e.now = slices.Clone(e.old)
	if g := p.motion; g != nil {
		e.half, e.floor, e.up = g.Half, g.Floor, g.Count-1
		e.recallMotion(i)
	}
	if p.rotation != nil {
		e.recallRotation(i)
	}
	if e.rolls() {
		e.recallRolling()
	}
	return e
}

// rolls says whether there is a motion of 3 axes that has half, and a rotation.
func (e *entry) rolls() bool { return e.rotation != nil && e.up == 2 && e.half > 0 }

func (e *entry) placeOf(row []int64) vec3 {
	var out vec3
	for a := range e.motion.Count {
		out[a] = limit(row[e.motion.First+a], 1<<40) * 256
	}
	return out
}

func (e *entry) recallMotion(i int) {
	e.place[0] = e.placeOf(e.old)
	e.gravity[e.up] = e.motion.Fall * e.ahead * e.ahead >> 1
	for _, k := range ks {
		lag, at := e.lag(k)
		e.place[k] = e.placeOf(e.rows[at][i])
		e.gone[k] = e.place[0].less(e.place[k]).bound()
		e.coast[k] = e.gone[k].scale(e.stretch(k)).bound()
		e.free[k] = e.coast[k].scale(max(0, 4096-(e.motion.Drag*(e.ahead+lag)>>5)))
		e.free[k][e.up] = limit(e.free[k][e.up]+(e.motion.Fall*e.ahead*(e.ahead+lag))>>1, 1<<29)
	}
	e.bend1, e.bend2, e.bend3, e.bend6 = e.bend(1, 2), e.bend(2, 4), e.bend(3, 6), e.bend(6, 12)
	l6, _ := e.lag(6)
	l7, _ := e.lag(7)
	if l7 > l6 {
		e.miss = e.gone[6].less(e.gone[7].less(e.gone[6]).scale(l6 * 4096 / (l7 - l6))).bound()
	}
	e.expected = e.free[6]
	if e.coast[6].extent() < 768 {
		e.expected = e.coast[6]
	}
}

func (e *entry) bend(a, b int64) vec3 {
	la, _ := e.lag(a)
	lb, _ := e.lag(b)
	if lb == la || la == 0 {
		return vec3{}
	}
	late, early := e.gone[a].scale(e.stretch(a)), e.gone[b].less(e.gone[a]).scale(e.ahead*4096/(lb-la))
	return late.less(early).bound().scale(e.ahead * 4096 / lb).bound()
}

func (e *entry) turnOf(row []int64) quaternion {
	return poseOf(row[e.rotation.First:e.rotation.First+4], e.top)
}

func (e *entry) recallRotation(i int) {
	e.pose = e.turnOf(e.old)
	for _, k := range ks {
		_, at := e.lag(k)
		e.poses[k] = e.turnOf(e.rows[at][i])
		t := times(e.pose, conjugate(e.poses[k]))
		e.turned[k] = t.turned().extent()
		e.spin[k] = times(shareOf(t, e.stretch(k)), e.pose)
	}
	for n, pair := range [][2]int64{{6, 9}, {6, 7}, {3, 6}} {
		a, b := pair[0], pair[1]
		la, _ := e.lag(a)
		lb, _ := e.lag(b)
		if la == lb {
			continue
		}
		t := shareOf(times(e.poses[a], conjugate(e.poses[b])), la*4096/(lb-la))
		e.spinMiss[n] = times(e.pose, conjugate(times(t, e.poses[a]))).turned().extent()
	}
}

func (e *entry) recallRolling() {
	e.reach, e.corner = lowest(e.pose, e.half)
	e.hang = limit(e.place[0][2]-e.reach-256*e.floor, 1<<29)
	w := times(e.spin[3], conjugate(e.pose)).near()
	e.roll = vec3{w[1] * 512 * e.half >> 18, -w[0] * 512 * e.half >> 18, 0}
	for n, k := range []int{3, 6} {
		reach, _ := lowest(e.poses[k], e.half)
		e.hung[n] = e.place[k][2] - reach - 256*e.floor
	}
	e.rolling = e.rollBy(e.pose, e.coast[6])
	e.tipping = e.pose
	if e.hang > 32*e.half || e.hang+e.free[6][2] > 0 {
		return
	}
	u := e.pose.matrix()[2]
	foot := rotate(e.pose, u.each(func(x int64) int64 { return -limit(8*x, 1<<18) * e.half >> 10 }))
	pull := limit(-e.gravity[2], 1<<18)
	e.tipping = nudge(e.pose, pull*foot[1]*3/(4*e.half*e.half), -pull*foot[0]*3/(4*e.half*e.half))
}

func (e *entry) rollBy(q quaternion, v vec3) quaternion {
	return nudge(q, (-v[1]<<9)/e.half, (v[0]<<9)/e.half)
}

func (e *entry) stay() { e.residual = vec3{}.less(e.expected) }

func (e *entry) enter() {
	if e.half > 0 {
		e.grid.enter(&mover{e.place[0], e.placeOf(e.now), e.moved, e.residual, e.turnMiss})
	}
}

// nm is the residual of who is near, by how near that is.
func (e *entry) nm() int64 {
	if e.near == nil {
		return 0
	}
	return e.near.residual.extent() * e.touch >> 8
}

// ground is sink and low.
func (e *entry) ground() (sink, low int64) {
	if e.half == 0 {
		return 0, 0
	}
	z, body := limit(e.place[0][e.up]-256*e.floor+e.free[6][e.up], 1<<29), 256*e.half
	return max(0, body-z), limit((z-body*9/8)*512/body, 1024)
}

func marks(below int64, limits ...int64) (out []int64) {
	for _, l := range limits {
		out = append(out, mark(below < l))
	}
	return out
}

func (e *entry) largest(guess quaternion, old int) (largest, foreseen int) {
	order := []int{0, 1, 2, 3}
	slices.SortStableFunc(order, func(a, b int) int { return int(abs(guess[b]) - abs(guess[a])) })
	for i := range 3 {
		gap := (abs(guess[order[i]]) - abs(guess[order[i+1]])) * 92500 >> 18
		sure := size(gap) - e.turned[6]
		surer := size(gap) - max(e.turned[6], e.spinMiss[0])
		same := order[i] == old
		also := int64(0)
		if same {
			also = limit(surer, 1024)
		}
		sizes := []int64{
			256, size(gap), e.turned[6], e.spinMiss[0], limit(sure, 1024), limit(surer, 1024), mark(same), also,
			mark(e.turned[6] == 0), mark(i >= 1), mark(i == 2),
		}
		if byName(e.coder, "Largest", sizes) {
			return order[i], order[0]
		}
	}
	return order[3], order[0]
}

func (e *entry) readTurn(name string, guess quaternion) {
	first := e.rotation.First
	old := int(e.old[first])
	largest, foreseen := e.largest(guess, old)
	e.now[first] = int64(largest)
	here := e.pose.fine(largest, e.top)
	var to [13]vec3
	for _, k := range []int{1, 2, 3, 6, 12} {
		to[k] = e.spin[k].fine(largest, e.top).less(here)
	}
	var roll, tip vec3
	if e.rolls() {
		roll, tip = e.rolling.fine(largest, e.top).less(here), e.tipping.fine(largest, e.top).less(here)
	}
	shared := e.turnShared(name, to, roll, tip, largest != old, largest != foreseen)
	var c coupling
	for a := range 3 {
		means := []int64{
			here[a] & 255, to[6][a], to[3][a] - to[6][a], to[2][a] - to[3][a], to[1][a] - to[2][a], c.gain * to[3][a] >> 12, to[12][a] - to[6][a],
			roll[a] - to[3][a], tip[a],
		}
		own := []int64{
			mark(a == 1), mark(a == 2), size(to[1][a]), size(to[3][a]), size(c.most), size(c.last), limit(c.gain>>4, 2048),
			size(roll[a] - to[3][a]), size(tip[a]),
		}
		base := here[a] >> 8
		part := base + models[name].value(e.coder, means, shared, own, -base, e.top+1-base)
		e.now[first+1+a] = part
		c.take(256*part-here[a]-to[3][a], to[3][a])
	}
	e.turnMiss, e.turnGain = c.most, c.gain
}

func (e *entry) turnShared(name string, to [13]vec3, roll, tip vec3, other, unforeseen bool) []int64 {
	if name == "StartTurn" {
		out := []int64{256, e.touch, e.nearMiss.extent(), e.nearMove.extent(), mark(e.rest < 12), size(e.hang), mark(other)}
		out = append(out, marks(e.closeNow, 34, 49, 67, 95, 186)...)
		out = append(out, marks(e.closest, 67, 95, 186)...)
		if e.near == nil {
			return append(out, 0, 0, 0)
		}
		return append(out, e.nm(), e.near.moved.extent()*e.touch>>8, e.near.turnMiss*e.touch>>8)
	}
	sink, low := e.ground()
	over := e.hang + e.free[6][e.up]
	return []int64{
		256, e.turned[6], to[3].extent(), to[3].less(to[6]).extent(), to[1].less(to[3]).extent(), to[12].less(to[6]).extent(), e.coast[6].extent(),
		e.bend2.extent(), e.bend3.less(e.gravity).extent(), e.miss.extent(), e.touch, mark(e.closeNow < 95), e.nm(), e.nearMiss.extent(),
		size(e.place[0][e.up] - 256*e.floor - 256*e.half), sink >> 6, low, limit(e.hang>>4, 1024), size(e.hang), limit(over>>5, 1024), size(over),
		mark(e.hang < 1536), mark(other), mark(unforeseen), e.spinMiss[0], e.spinMiss[1], e.spinMiss[2],
		mark(e.rest > 0), mark(e.rest > 1), mark(e.rest > 3), mark(e.rest < 12), size(e.hung[0]), size(e.hung[1]), roll.less(to[3]).extent(), tip.extent(),
	}
}
