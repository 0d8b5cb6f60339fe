package best

// entity is what is known of one entity that moves, or moved of late, while a snapshot is coded. Vectors are in 1/256
// units, as displacements up to the snapshot's tick.
type entity struct {
	place vec // at the baseline
	// coast[lag]: how far it goes on at the mean speed since that lag; fall[lag]: with gravity and drag as well.
	coast, free  [lags]vec
	bend1, bend2 vec // what its acceleration adds, by lags 1–2, 2–4, 3–6, 6–12
	bend3, bend6 vec
	gravity      vec
	extents      extents
	miss         vec // how wrong the coasting of the version before would have been about the baseline
	pose         quat
	spin         [lags]quat  // the pose at the snapshot by the turn since that lag
	turn         [lags]int64 // size of that turn
	spinMiss     [3]int64    // how wrong the turning of earlier versions would have been
	hang         int64       // height of the lowest corner above the floor
	reach        int64       // height of the center above the lowest corner
	corner       vec         // that corner, in the entity's own frame
	roll         vec         // the displacement of a body that rolls with its spin
	hung         [2]int64    // hang at lags 3 and 6
	rolling      quat        // the pose of a body that rolls with its speed
	tipping      quat        // the pose of a body that falls over its lowest corner or edge

	// As decoded.
	turned   bool
	turnMiss int64 // the greatest residual of the rotation
	turnGain int64 // how much more than expected it turned, in 1/4096
	now      vec   // the place now
	moved    vec   // now - place
	residual vec   // moved less what was expected

	// Of its neighbours that have been decoded.
	closest  int64 // distance to the closest, squared, in 1/64 bodies²
	closeNow int64 // likewise to where it is now
	near     *entity
	nearMiss vec   // mean residual
	nearMove vec   // mean displacement
	touch    int64 // 256 in touch, falling with distance
}

// extents are sizes that several models look at.
type extents struct{ coast1, coast6, bend2, miss int64 }

const (
	farAway  = 1 << 30
	maxPlace = 1 << 29 // in 1/256: what is further is not predicted
)

// place is where an entity was at a lag, or is now: -1.
func (p *pass) place(i, lag int) vec {
	g := &p.codec.layout.Groups[p.codec.motion]
	row := p.row(i)
	if lag >= 0 {
		row = p.old(i, lag)
	}
	var v vec
	for a := range g.Count {
		v[a] = bound(row[g.First+a], maxInteger) << 8
	}
	return v
}

// upAxis is the axis that gravity pulls along.
func (g *Group) upAxis() int { return g.Count - 1 }

// recall computes what history says of an entity.
func (p *pass) recall(e *entity, i int) {
	*e = entity{closest: farAway, closeNow: farAway}
	if m := p.codec.motion; m >= 0 {
		p.recallPlace(e, i, &p.codec.layout.Groups[m])
	}
	if p.codec.rotation >= 0 {
		p.recallPose(e, i)
	}
}

func (p *pass) recallPlace(e *entity, i int, g *Group) {
	e.place = p.place(i, 0)
	var gone [lags]vec
	ahead := int64(p.history.Ahead)
	for l := lag1; l < lags; l++ {
		stretch := p.stretch[l]
		brake := max(0, 4096-g.Drag*(ahead+p.lag[l])>>5)
		to, coast, free := &gone[l], &e.coast[l], &e.free[l]
		for a, x := range p.old(i, l)[g.First : g.First+g.Count] {
			d := bound(e.place[a]-bound(x, maxInteger)<<8, maxPlace)
			to[a] = d
			d = bound(d*stretch>>12, maxPlace)
			coast[a], free[a] = d, d*brake>>12
		}
		up := &free[g.upAxis()]
		*up = bound(*up+g.Fall*ahead*(ahead+p.lag[l])>>1, maxPlace)
	}
	e.gravity[g.upAxis()] = g.Fall * ahead * ahead >> 1
	e.bend1 = p.bend(&gone, lag1, lag2)
	e.bend2 = p.bend(&gone, lag2, lag4)
	e.bend3 = p.bend(&gone, lag3, lag6)
	e.bend6 = p.bend(&gone, lag6, lag12)
	// What would have been expected of the baseline from lag 6, by the speed over the tick before that.
	if dt := p.lag[lag7] - p.lag[lag6]; dt > 0 {
		e.miss = gone[lag6].sub(gone[lag7].sub(gone[lag6]).scale(p.lag[lag6] * 4096 / dt)).bound()
	}
	e.extents = extents{extent(e.coast[lag1]), extent(e.coast[lag6]), extent(e.bend2), extent(e.miss)}
}

// bend is what the acceleration between two stretches of time adds up to the snapshot.
func (p *pass) bend(gone *[lags]vec, a, b int) vec {
	dt := p.lag[b] - p.lag[a]
	if dt == 0 || p.lag[a] == 0 {
		return vec{}
	}
	ahead := int64(p.history.Ahead)
	late := gone[a].scale(p.stretch[a])
	early := gone[b].sub(gone[a]).scale(ahead * 4096 / dt)
	return late.sub(early).bound().scale(ahead * 4096 / p.lag[b]).bound()
}

func (p *pass) poseAt(i, lag int) quat {
	g := &p.codec.layout.Groups[p.codec.rotation]
	return p.smallest(p.old(i, lag)[g.First:])
}

func (p *pass) recallPose(e *entity, i int) {
	e.pose = p.poseAt(i, 0)
	var was [lags]quat
	for _, l := range [...]int{lag1, lag2, lag3, lag6, lag7, lag9, lag12} {
		was[l] = p.poseAt(i, l)
		if l == lag7 || l == lag9 {
			continue
		}
		turned := e.pose.mul(was[l].conj())
		e.turn[l] = extent(turned.turn())
		e.spin[l] = turned.share(p.stretch[l]).mul(e.pose)
	}
	miss := func(from, by int) int64 {
		dt := p.lag[by] - p.lag[from]
		if dt == 0 {
			return 0
		}
		guess := was[from].mul(was[by].conj()).share(p.lag[from] * 4096 / dt).mul(was[from])
		return extent(e.pose.mul(guess.conj()).turn())
	}
	e.spinMiss = [3]int64{miss(lag6, lag9), miss(lag6, lag7), miss(lag3, lag6)}
	if m := p.codec.motion; m >= 0 {
		if g := &p.codec.layout.Groups[m]; g.Half > 0 && g.Count == 3 {
			e.reach, e.corner = lowest(e.pose, g.Half)
			e.hang = bound(e.place[2]-e.reach-g.Floor<<8, maxPlace)
			w := e.spin[lag3].mul(e.pose.conj()).near()
			r := 2 * g.Half << 8
			e.roll = vec{w.y * r >> quatShift, -w.x * r >> quatShift, 0}
			for j, l := range [...]int{lag3, lag6} {
				reach, _ := lowest(was[l], g.Half)
				e.hung[j] = p.place(i, l)[2] - reach - g.Floor<<8
			}
			e.rolling = rollBy(e.pose, e.coast[lag6], g.Half)
			e.tipping = e.tip(g.Half)
		}
	}
}

// rollBy is the pose of a box that rolls v over the ground.
func rollBy(pose quat, v vec, half int64) quat {
	return pose.nudge(-v[1]<<(quatShift-9)/half, v[0]<<(quatShift-9)/half)
}

// tip is the pose when gravity pulls the body over its lowest corner, edge or face; the same where it hangs free.
func (e *entity) tip(half int64) quat {
	if e.hang > half<<5 || e.hang+e.free[lag6][2] > 0 {
		return e.pose
	}
	up := e.pose.matrix()[2]
	var foot vec
	for a := range foot {
		foot[a] = -bound(up[a]*8, quatOne) * half >> (quatShift - 8)
	}
	foot = e.pose.rotate(foot)
	pull := bound(-e.gravity[2], 1<<18)
	return e.pose.nudge(pull*foot[1]*3/(4*half*half), -pull*foot[0]*3/(4*half*half))
}

// lowest is how far the lowest corner of a box with that pose is below its center, and the corner in the box's frame.
func lowest(q quat, half int64) (reach int64, corner vec) {
	up := q.matrix()[2]
	for a := range corner {
		corner[a] = -half << 8
		if up[a] < 0 {
			corner[a] = half << 8
			up[a] = -up[a]
		}
	}
	return (up[0] + up[1] + up[2]) * (half << 8) >> quatShift, corner
}

// stay notes that the entity kept its place.
func (e *entity) stay() {
	e.residual = vec{}.sub(e.expected())
}

// expected is the displacement that residuals count from: that of a free body, or of one that goes slowly on.
func (e *entity) expected() vec {
	if e.extents.coast6 < 3*logOne {
		return e.coast[lag6]
	}
	return e.free[lag6]
}

// meet looks at the neighbours that have been decoded already.
func (p *pass) meet(e *entity) {
	m := p.codec.motion
	if m < 0 || p.codec.layout.Groups[m].Half == 0 || !p.grid.hot(e.place[0]>>8, e.place[1]>>8) {
		return
	}
	near, around := p.nearest(e.place)
	e.closest, e.closeNow, e.near = near.closest, near.closeNow, near.entity
	e.touch = touching(e.closest)
	if e.near == nil {
		return
	}
	body2 := 4 * p.codec.layout.Groups[m].Half * p.codec.layout.Groups[m].Half
	sum := int64(256)
	var miss, move vec
	for _, met := range around {
		other := met.entity
		w := 4096 * body2 / (body2 + met.distance)
		w = w * w >> 12
		sum += w
		for a := range miss {
			miss[a] += other.residual[a] * w
			move[a] += other.moved[a] * w
		}
	}
	for a := range miss {
		e.nearMiss[a] = miss[a] / sum
		e.nearMove[a] = move[a] / sum
	}
}

// touching is 256 for bodies at the same place, falling with the square of the distance beyond two bodies' length.
func touching(closest int64) int64 { return 256 * 256 / (256 + closest) }

// neighbour is the nearest of those that moved. Distances are squared, in 1/64 bodies².
type neighbour struct {
	entity   *entity
	closest  int64 // where it was to here
	closeNow int64 // where any of them is now to here
	crowd    int64 // how many are within a body's length and a half now
}

// met is an entity near some place, and the squared distance from where it was to there.
type met struct {
	entity   *entity
	distance int64
}

// nearest also returns all that moved near there, good until the next call.
func (p *pass) nearest(at vec) (neighbour, []met) {
	half := p.codec.layout.Groups[p.codec.motion].Half
	body2 := 4 * half * half
	n := neighbour{closest: 1 << 50, closeNow: 1 << 50}
	g := &p.grid
	all := p.met[:0]
	x, y := at[0]>>8>>g.shift, at[1]>>8>>g.shift
	for dx := int64(-1); dx <= 1; dx++ {
		for dy := int64(-1); dy <= 1; dy++ {
			for next := g.head[g.cell(x+dx, y+dy)]; next > 0; {
				entry := &g.at[next-1]
				next = entry.next
				other := &p.entities[entry.entity]
				was := distance2(&other.place, &at)
				all = append(all, met{other, was})
				if was < n.closest {
					n.closest, n.entity = was, other
				}
				now := distance2(&other.now, &at)
				n.closeNow = min(n.closeNow, now)
				if now < 2*body2 {
					n.crowd++
				}
			}
		}
	}
	p.met = all
	n.closest = min(farAway, n.closest) * 64 / body2
	n.closeNow = min(farAway, n.closeNow) * 64 / body2
	return n, all
}

// distance2 is a squared distance in units².
func distance2(a, b *vec) int64 {
	s := int64(0)
	for i := range a {
		d := bound(a[i]-b[i], 1<<28) >> 8
		s += d * d
	}
	return s
}
