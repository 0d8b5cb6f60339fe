package wirecheck

// contact is how the body as just decoded stands on the ground.
type contact struct {
	pivot, oldPivot vec3
	lift, over      int64
}

func (e *entry) contact() (c contact) {
	if !e.rolls() {
		return c
	}
	q := e.turnOf(e.now)
	reach, corner := lowest(q, e.half)
	c.pivot = rotate(e.pose, corner).less(rotate(q, corner))
	c.oldPivot = rotate(e.pose, e.corner).less(rotate(q, e.corner))
	c.lift = limit(reach+256*e.floor-e.place[0][2], 1<<29)
	c.over = e.free[6][2] - c.lift
	return c
}

func (e *entry) readPlace(name string, turned bool) {
	t := e.contact()
	start := name == "Start"
	shared := e.motionShared(t, turned)
	if start {
		shared = e.startShared(t, turned)
	}
	if e.rotation == nil {
		name += "Alone"
	}
	var c coupling
	for a := range e.motion.Count {
		means, own := e.motionOwn(t, a, &c)
		ahead := e.coast[2][a]
		if start {
			means, own = e.startOwn(t, a, &c)
			ahead = 0
		}
		i := e.motion.First + a
		old := e.old[i]
		x := models[name].value(e.coder, means, shared, own, e.fields[i][0]-old, e.fields[i][1]+1-old)
		e.now[i] = old + x
		e.moved[a] = limit(256*x, 1<<29)
		e.residual[a] = limit(e.moved[a]-e.expected[a], 1<<29)
		c.take(e.residual[a], ahead)
	}
}

func (e *entry) motionShared(t contact, turned bool) []int64 {
	sink, low := e.ground()
	return []int64{
		256, e.coast[2].extent(), e.bend2.extent(), e.miss.extent(), e.touch, e.nearMiss.extent(), e.coast[6].extent(), e.bend1.extent(), e.nm(),
		e.bend2.less(e.gravity).extent(), e.bend3.less(e.gravity).extent(), e.bend6.less(e.gravity).extent(),
		size(e.place[0][e.up] - 256*e.floor - 256*e.half), low, mark(e.closeNow < 95), e.turned[2], e.coast[12].extent(),
		e.coast[6].less(e.coast[12]).extent(), mark(e.rest > 0), mark(e.rest > 1), mark(e.rest > 3), e.spinMiss[0], e.spinMiss[2], sink >> 6,
		size(e.coast[6][e.up]), limit(e.coast[1][e.up]>>6, 1536), limit(e.hang>>4, 1024), size(e.hang), size(t.over), limit(t.over>>5, 1024),
		size(e.turnMiss), t.pivot.less(e.coast[6]).extent(), t.pivot.less(t.oldPivot).extent(), limit(e.turnGain>>4, 2048), mark(turned),
		size(e.hung[0]), size(e.hung[1]),
	}
}

func (e *entry) motionOwn(t contact, a int, c *coupling) (means, own []int64) {
	sink, _ := e.ground()
	only := func(x int64) int64 {
		if a != e.up {
			return 0
		}
		return x
	}
	free, coast := func(k int) int64 { return e.free[k][a] }, func(k int) int64 { return e.coast[k][a] }
	means = []int64{
		free(6), free(1) - free(6), free(2) - free(1), free(3) - free(2), e.bend6[a] - e.gravity[a], e.bend3[a] - e.bend6[a], e.bend1[a] - e.bend2[a],
		e.bend2[a] - e.bend3[a], c.gain * coast(2) >> 12, e.nearMiss[a], e.miss[a], e.gravity[a], coast(6), c.sum, e.nearMove[a], free(12) - free(6),
		e.roll[a], t.pivot[a] - coast(6), t.oldPivot[a] - t.pivot[a], only(t.lift - free(6)), only(e.hang), e.turnGain * coast(2) >> 12, only(sink),
	}
	own = []int64{
		mark(a == 1), mark(a == e.up), size(coast(1)), size(e.bend2[a]), size(e.miss[a]), size(c.most), size(c.last), limit(c.gain>>4, 2048),
		size(coast(6)), size(e.bend6[a]), size(t.pivot[a] - coast(6)), only(mark(e.hang < 768)), only(mark(e.hang < 1536)), only(mark(e.hang < 3072)),
		only(size(coast(1))), size(e.roll[a]), only(sink >> 6),
	}
	return means, own
}

func (e *entry) startShared(t contact, turned bool) []int64 {
	out := []int64{
		256, e.touch, e.nearMiss.extent(), e.nearMove.extent(), mark(e.rest < 12), mark(turned), size(e.hang), size(e.turnMiss), t.pivot.extent(),
	}
	return append(out, marks(e.closeNow, 49, 67, 95, 186)...)
}

func (e *entry) startOwn(t contact, a int, c *coupling) (means, own []int64) {
	only := func(x int64) int64 {
		if a != e.up {
			return 0
		}
		return x
	}
	var push int64
	if e.near != nil {
		push = limit((e.place[0][a]-e.near.now[a])>>2, 64*e.half)
	}
	means = []int64{
		e.nearMiss[a], e.nearMove[a], push, only(16 * e.half), c.sum, t.pivot[a], t.oldPivot[a] - t.pivot[a], only(t.lift), only(e.hang),
	}
	own = []int64{
		mark(a == 1), mark(a == e.up), size(c.most), size(c.last), size(t.pivot[a]), size(t.oldPivot[a] - t.pivot[a]),
		only(mark(e.hang < 768)),
	}
	return means, own
}
