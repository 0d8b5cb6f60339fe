package best

// What the models see: sizes (logarithms and flags, in 1/256) and means (in 1/256 units).

// list collects features.
type list struct {
	to []int64
	n  int
}

func (l *list) add(xs ...int64) {
	l.n += copy(l.to[l.n:], xs)
}

func (l *list) done() []int64 { return l.to[:l.n] }

// steps adds a flag for each bound that x is below.
func (l *list) steps(x int64, bounds ...int64) {
	for _, b := range bounds {
		l.add(mark(x < b))
	}
}

// plane is what a body does to the ground if nothing stops it: how far it sinks in, and a soft measure of its height.
func (p *pass) plane(e *entity) (sink, low int64) {
	m := p.codec.motion
	if m < 0 {
		return 0, 0
	}
	g := &p.codec.layout.Groups[m]
	if g.Half == 0 {
		return 0, 0
	}
	up := g.upAxis()
	z := bound(e.place[up]-g.Floor<<8+e.free[lag6][up], maxPlace)
	body := g.Half << 8
	return max(0, body-z), bound((z-body*9/8)*2*logOne/body, 4*logOne)
}

func (p *pass) up() (axis int, half, floor int64) {
	if m := p.codec.motion; m >= 0 {
		g := &p.codec.layout.Groups[m]
		return g.upAxis(), g.Half, g.Floor << 8
	}
	return 2, 0, 0
}

// buckets collects which bucket each of some numbers falls in.
type buckets struct {
	to   []int
	n    int
	next int // the first index of the next number's
}

// add puts x in one of count buckets.
func (b *buckets) add(x int64, count int) {
	b.to[b.n] = b.next + int(clamp(x, 0, int64(count-1)))
	b.n++
	b.next += count
}

func (b *buckets) done() []int { return b.to[:b.n] }

// distanceBucket tells squared distances apart, in 1/64 bodies², by steps of a quarter of an octave of distance.
func distanceBucket(d int64) int64 { return (log2(uint64(d)+16) - 4*logOne) >> (logShift - 1) }

// restBucket tells rests apart, the longer the coarser.
func restBucket(rest uint8) int64 {
	if rest < 8 {
		return int64(rest)
	}
	return 2 + log2(uint64(rest))>>(logShift-1)
}

// movingSizes are what decides whether a moving entity moves on.
func (p *pass) movingSizes(e *entity, i int, other bool) ([]int64, []int) {
	l, b := list{to: p.shared[:]}, buckets{to: p.buckets[:]}
	l.add(logOne, e.extents.coast1, e.extents.coast6, e.extents.bend2, e.extents.miss, e.touch, p.streak, mark(other))
	l.add(e.turn[lag1], e.turn[lag6], e.spinMiss[0])
	b.add(int64(p.history.Rest[i]), 6)
	b.add(distanceBucket(e.closeNow), 24)
	b.add(e.extents.coast6>>6, 14)
	b.add(e.turn[lag6]>>6, 14)
	return l.done(), b.done()
}

// wakeSizes are what decides whether an entity at rest, with others moving near it, is moved.
func (p *pass) wakeSizes(i int) ([]int64, []int) {
	near, _ := p.nearest(p.place(i, 0))
	l, b := list{to: p.shared[:]}, buckets{to: p.buckets[:]}
	l.add(logOne)
	if n := near.entity; n != nil {
		touch := touching(near.closest)
		l.add(touch, extent(n.moved)*touch>>8, extent(n.residual)*touch>>8)
	} else {
		l.add(0, 0, 0)
	}
	b.add(near.crowd, 5)
	b.add(restBucket(p.history.Rest[i])-6, 11)
	b.add(distanceBucket(near.closeNow), 28)
	b.add(distanceBucket(near.closest), 28)
	return l.done(), b.done()
}

// motionSizes are what the axes of a moving entity's place have in common.
func (p *pass) motionSizes(e *entity, i int, c *contact) []int64 {
	l := list{to: p.shared[:]}
	up, half, floor := p.up()
	sink, low := p.plane(e)
	rest := int64(p.history.Rest[i])
	nearMiss := int64(0)
	if e.near != nil {
		nearMiss = extent(e.near.residual) * e.touch >> 8
	}
	l.add(logOne, extent(e.coast[lag2]), e.extents.bend2, e.extents.miss, e.touch, extent(e.nearMiss), e.extents.coast6, extent(e.bend1), nearMiss)
	l.add(extent(e.bend2.sub(e.gravity)), extent(e.bend3.sub(e.gravity)), extent(e.bend6.sub(e.gravity)))
	l.add(size(e.place[up]-floor-half<<8), low, mark(e.closeNow < 95), e.turn[lag2], extent(e.coast[lag12]), extent(e.coast[lag6].sub(e.coast[lag12])))
	l.add(mark(rest > 0), mark(rest > 1), mark(rest > 3), e.spinMiss[0], e.spinMiss[2])
	l.add(sink>>6, size(e.coast[lag6][up]), bound(e.coast[lag1][up]>>6, 6*logOne))
	l.add(bound(e.hang>>4, 4*logOne), size(e.hang), size(c.over), bound(c.over>>5, 4*logOne), size(e.turnMiss), extent(c.pivot.sub(e.coast[lag6])), extent(c.pivot.sub(c.oldPivot)))
	l.add(bound(e.turnGain>>4, 8*logOne), mark(e.turned), size(e.hung[0]), size(e.hung[1]))
	return l.done()
}

// contact is what the rotation, decoded first, says of a body that rolls over the ground.
type contact struct {
	pivot    vec   // displacement about the corner that is lowest now
	oldPivot vec   // about the one that was
	lift     int64 // that puts the lowest corner on the floor
	over     int64 // height of the lowest corner above the floor, had nothing stopped it
}

func (p *pass) contact(e *entity, i int) contact {
	var c contact
	m := p.codec.motion
	g := &p.codec.layout.Groups[m]
	if p.codec.rotation < 0 || g.Half == 0 || g.Count != 3 {
		return c
	}
	rg := &p.codec.layout.Groups[p.codec.rotation]
	pose := p.smallest(p.row(i)[rg.First:])
	reach, corner := lowest(pose, g.Half)
	c.pivot = e.pose.rotate(corner).sub(pose.rotate(corner))
	c.oldPivot = e.pose.rotate(e.corner).sub(pose.rotate(e.corner))
	c.lift = bound(reach+g.Floor<<8-e.place[2], maxPlace)
	c.over = e.free[lag6][2] - c.lift
	return c
}

// coupling accumulates how the residuals of the axes so far go with what was expected of them.
type coupling struct {
	dot, square int64
	most        int64
	last, sum   int64
}

func (k *coupling) add(residual, expected int64) {
	k.dot += bound(residual>>4, 1<<22) * bound(expected>>4, 1<<22)
	k.square += bound(expected>>4, 1<<22) * bound(expected>>4, 1<<22)
	k.most = max(k.most, residual, -residual)
	k.sum = k.last + residual
	k.last = residual
}

// gain is the share by which the axes so far went further than expected, in 1/4096.
func (k *coupling) gain() int64 {
	return bound(k.dot/(k.square>>12+1), 8<<12)
}

// motionOwn are the sizes and means of one axis of a moving entity's place.
func (p *pass) motionOwn(e *entity, c *contact, k *coupling, a int) (means, own []int64) {
	m, s := list{to: p.means[:]}, list{to: p.own[:]}
	up, _, _ := p.up()
	sink, _ := p.plane(e)
	top := a == up
	only := func(x int64) int64 {
		if top {
			return x
		}
		return 0
	}
	gain := k.gain()
	f := &e.free
	m.add(f[lag6][a], f[lag1][a]-f[lag6][a], f[lag2][a]-f[lag1][a], f[lag3][a]-f[lag2][a])
	m.add(e.bend6[a]-e.gravity[a], e.bend3[a]-e.bend6[a], e.bend1[a]-e.bend2[a], e.bend2[a]-e.bend3[a])
	m.add(gain*e.coast[lag2][a]>>12, e.nearMiss[a], e.miss[a], e.gravity[a], e.coast[lag6][a], k.sum, e.nearMove[a], f[lag12][a]-f[lag6][a], e.roll[a])
	m.add(c.pivot[a]-e.coast[lag6][a], c.oldPivot[a]-c.pivot[a], only(c.lift-f[lag6][a]), only(e.hang), e.turnGain*e.coast[lag2][a]>>12, only(sink))
	s.add(mark(a == 1), mark(top), size(e.coast[lag1][a]), size(e.bend2[a]), size(e.miss[a]), size(k.most), size(k.last), bound(gain>>4, 8*logOne), size(e.coast[lag6][a]), size(e.bend6[a]))
	s.add(size(c.pivot[a]-e.coast[lag6][a]), only(mark(e.hang < 3<<8)), only(mark(e.hang < 6<<8)), only(mark(e.hang < 12<<8)), only(size(e.coast[lag1][a])), size(e.roll[a]), only(sink>>6))
	return m.done(), s.done()
}

// startSizes are what the axes of an entity that was at rest have in common.
func (p *pass) startSizes(e *entity, i int, c *contact) []int64 {
	l := list{to: p.shared[:]}
	l.add(logOne, e.touch, extent(e.nearMiss), extent(e.nearMove), mark(p.history.Rest[i] < 12), mark(e.turned), size(e.hang), size(e.turnMiss), extent(c.pivot))
	l.steps(e.closeNow, 49, 67, 95, 186)
	return l.done()
}

func (p *pass) startOwn(e *entity, c *contact, k *coupling, a int) (means, own []int64) {
	m, s := list{to: p.means[:]}, list{to: p.own[:]}
	up, half, _ := p.up()
	only := func(x int64) int64 {
		if a == up {
			return x
		}
		return 0
	}
	push := int64(0)
	if e.near != nil {
		push = bound((e.place[a]-e.near.now[a])>>2, 64*half)
	}
	m.add(e.nearMiss[a], e.nearMove[a], push, only(half<<4), k.sum, c.pivot[a], c.oldPivot[a]-c.pivot[a], only(c.lift), only(e.hang))
	s.add(mark(a == 1), mark(a == up), size(k.most), size(k.last), size(c.pivot[a]), size(c.oldPivot[a]-c.pivot[a]), only(mark(e.hang < 3<<8)))
	return m.done(), s.done()
}
