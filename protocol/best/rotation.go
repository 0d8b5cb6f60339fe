package best

// turn codes the rotation of an entity that was moving.
func (p *pass) turn(e *entity, i int) {
	p.rotation(&modelTurn, e, i, e.spin[lag3])
}

// startTurn codes the rotation of an entity that was at rest.
func (p *pass) startTurn(e *entity, i int) {
	p.rotation(&modelStartTurn, e, i, e.pose)
}

func (p *pass) rotation(set *model, e *entity, i int, guess quat) {
	g := &p.codec.layout.Groups[p.codec.rotation]
	now, was := p.row(i)[g.First:], p.old(i, 0)[g.First:]
	top := p.codec.layout.Fields[g.First+1].Max
	foreseen := p.largest(e, guess, now, int(was[0]))
	largest := int(now[0])

	here := e.pose.chart(largest, top)
	var to [lags]vec
	for _, l := range [...]int{lag1, lag2, lag3, lag6, lag12} {
		if e.spin[l] != (quat{}) {
			to[l] = e.spin[l].chart(largest, top).sub(here)
		}
	}
	var roll, tip vec
	if e.rolling != (quat{}) && set == &modelStartTurn {
		e.rolling = rollBy(e.pose, e.nearMove, p.codec.layout.Groups[p.codec.motion].Half)
	}
	if e.rolling != (quat{}) {
		roll, tip = e.rolling.chart(largest, top).sub(here), e.tipping.chart(largest, top).sub(here)
	}
	var sizes []int64
	if set == &modelTurn {
		sizes = p.turnSizes(e, i, &to, largest != int(was[0]), largest != foreseen)
		sizes = append(sizes, extent(roll.sub(to[lag3])), extent(tip))
	} else {
		sizes = p.startTurnSizes(e, i, largest != int(was[0]))
	}
	p.common(set, sizes)
	var k coupling
	for a := range 3 {
		means, own := p.turnOwn(&to, here, roll, tip, &k, a)
		now[1+a] = p.predicted(set, now[1+a], here[a]>>8, 0, top+1, means, own)
		k.add(now[1+a]<<8-here[a]-to[lag3][a], to[lag3][a])
	}
	e.turnMiss, e.turnGain = k.most, k.gain()
}

// largest codes which part of the quaternion is left out, the likeliest first, and returns that.
func (p *pass) largest(e *entity, guess quat, now []int64, was int) int {
	order := [4]int{0, 1, 2, 3}
	parts := guess.parts()
	for i := 1; i < 4; i++ {
		for j := i; j > 0 && abs(parts[order[j]]) > abs(parts[order[j-1]]); j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	for j := range 3 {
		gap := (abs(parts[order[j]]) - abs(parts[order[j+1]])) * stepsPerOne >> quatShift
		l := list{to: p.shared[:]}
		sure := size(gap) - e.turn[lag6]
		surer := size(gap) - max(e.turn[lag6], e.spinMiss[0])
		same := order[j] == was
		l.add(logOne, size(gap), e.turn[lag6], e.spinMiss[0], bound(sure, 4*logOne), bound(surer, 4*logOne), mark(same))
		if same {
			l.add(bound(surer, 4*logOne))
		} else {
			l.add(0)
		}
		l.add(mark(e.turn[lag6] == 0), mark(j > 0), mark(j > 1))
		f := l.done()
		hit := int(now[0]) == order[j]
		if p.decide(&switchLargest, hit, f, nil) {
			now[0] = int64(order[j])
			return order[0]
		}
	}
	now[0] = int64(order[3])
	return order[0]
}

func abs(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

func (p *pass) turnSizes(e *entity, i int, to *[lags]vec, moved, odd bool) []int64 {
	l := list{to: p.shared[:]}
	up, half, floor := p.up()
	sink, low := p.plane(e)
	rest := int64(p.history.Rest[i])
	nearMiss := int64(0)
	if e.near != nil {
		nearMiss = extent(e.near.residual) * e.touch >> 8
	}
	over := e.hang + e.free[lag6][up]
	l.add(logOne, e.turn[lag6], extent(to[lag3]), extent(to[lag3].sub(to[lag6])), extent(to[lag1].sub(to[lag3])), extent(to[lag12].sub(to[lag6])))
	l.add(e.extents.coast6, e.extents.bend2, extent(e.bend3.sub(e.gravity)), e.extents.miss, e.touch, mark(e.closeNow < 95), nearMiss, extent(e.nearMiss))
	l.add(size(e.place[up]-floor-half<<8), sink>>6, low, bound(e.hang>>4, 4*logOne), size(e.hang), bound(over>>5, 4*logOne), size(over), mark(e.hang < 6<<8))
	l.add(mark(moved), mark(odd), e.spinMiss[0], e.spinMiss[1], e.spinMiss[2], mark(rest > 0), mark(rest > 1), mark(rest > 3), mark(rest < 12), size(e.hung[0]), size(e.hung[1]))
	return l.done()
}

func (p *pass) turnOwn(to *[lags]vec, here, roll, tip vec, k *coupling, a int) (means, own []int64) {
	m, s := list{to: p.means[:]}, list{to: p.own[:]}
	gain := k.gain()
	m.add(here[a]&255, to[lag6][a], to[lag3][a]-to[lag6][a], to[lag2][a]-to[lag3][a], to[lag1][a]-to[lag2][a], gain*to[lag3][a]>>12, to[lag12][a]-to[lag6][a], roll[a]-to[lag3][a], tip[a])
	s.add(mark(a == 1), mark(a == 2), size(to[lag1][a]), size(to[lag3][a]), size(k.most), size(k.last), bound(gain>>4, 8*logOne), size(roll[a]-to[lag3][a]), size(tip[a]))
	return m.done(), s.done()
}

func (p *pass) startTurnSizes(e *entity, i int, moved bool) []int64 {
	l := list{to: p.shared[:]}
	l.add(logOne, e.touch, extent(e.nearMiss), extent(e.nearMove), mark(p.history.Rest[i] < 12), size(e.hang), mark(moved))
	l.steps(e.closeNow, 34, 49, 67, 95, 186)
	l.steps(e.closest, 67, 95, 186)
	if e.near != nil {
		l.add(extent(e.near.residual)*e.touch>>8, extent(e.near.moved)*e.touch>>8, e.near.turnMiss*e.touch>>8)
	} else {
		l.add(0, 0, 0)
	}
	return l.done()
}
