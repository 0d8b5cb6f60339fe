package wirecheck

// quaternion has its parts x y z w in 1/262144.
type quaternion [4]int64

func fromFields(t []int64, top int64) quaternion {
	var q quaternion
	rest := int64(1) << 36
	at := 1
	for i := range q {
		if int64(i) == t[0] {
			continue
		}
		q[i] = ((2*t[at] - top) * (185364 << 14 / top)) >> 14
		rest -= q[i] * q[i]
		at++
	}
	q[t[0]] = root(rest)
	return q
}

func root(x int64) int64 {
	x = max(x, 1<<32)
	r := (x>>18)*5/8 + one*3/8
	r = (r + x/r) >> 1
	return (r + x/r) >> 1
}

func times(a, b quaternion) quaternion {
	up := func(v int64) int64 { return (v + 1<<17) >> 18 }
	return quaternion{
		up(a[3]*b[0] + a[0]*b[3] + a[1]*b[2] - a[2]*b[1]),
		up(a[3]*b[1] - a[0]*b[2] + a[1]*b[3] + a[2]*b[0]),
		up(a[3]*b[2] + a[0]*b[1] - a[1]*b[0] + a[2]*b[3]),
		up(a[3]*b[3] - a[0]*b[0] - a[1]*b[1] - a[2]*b[2]),
	}
}

func conjugate(q quaternion) quaternion { return quaternion{-q[0], -q[1], -q[2], q[3]} }

// share is n/4096 of a rotation.
func share(q quaternion, n int64) quaternion {
	if q[3] < 0 {
		q = quaternion{-q[0], -q[1], -q[2], -q[3]}
	}
	s2 := (q[0]*q[0] + q[1]*q[1] + q[2]*q[2]) >> 18
	s4 := s2 * s2 >> 18
	k := min(n, 131072) * (one + s2/6 + s4*3/40) >> 12
	j := k >> 3
	t2 := min((((s2*j)>>18)*j)>>12, 1<<19)
	t4 := t2 * t2 >> 18
	k = k * (one - t2/6 + t4/120) >> 18
	return quaternion{q[0] * k >> 18, q[1] * k >> 18, q[2] * k >> 18, one - t2/2 + t4/24 - ((t4*t2)>>18)/720}
}

// largest is the index of the greatest part, and its lead over the next.
func (q quaternion) largest() (at int, lead int64) {
	for i := range q {
		if abs(q[i]) > abs(q[at]) {
			at = i
		}
	}
	next := int64(0)
	for i := range q {
		if i != at {
			next = max(next, abs(q[i]))
		}
	}
	return at, abs(q[at]) - next
}

// chart is the three fields beside part l.
func (q quaternion) chart(l int, top int64) []int64 {
	var out []int64
	for i, p := range q {
		if i == l {
			continue
		}
		if q[l] < 0 {
			p = -p
		}
		out = append(out, max(0, min(top, (p*top/185364+top+1)>>1)))
	}
	return out
}

// foreseeTurn reads the part "rotation"; most is the greatest residual of the place.
func (b *scene) foreseeTurn(s *source, p scene, sp span, moving bool, most int64) []int64 {
	was := fromFields(b.turn, b.top)
	guess := was
	if moving && !alike(b.turn, p.turn) {
		guess = times(share(times(was, conjugate(fromFields(p.turn, b.top))), sp.ahead*4096/sp.lag), was)
	}
	left, lead := guess.largest()
	g := 2
	switch {
	case lead < 1<<13:
		g = 0
	case lead < 1<<15:
		g = 1
	}
	first, others, o := 394, 436, octave(most)
	if b.place == nil {
		first, others, o = 828, 870, 0
		if moving {
			var change int64
			from, to := was.chart(left, b.top), guess.chart(left, b.top)
			for i := range from {
				change = max(change, abs(to[i]-from[i]))
			}
			o = min(13, 1+octave(change))
		}
	}
	sym := symbol(s, first+14*g+o)
	if sym == escape {
		left = int(s.u(2))
		sym = symbol(s, first+14*g+o)
	}
	out := []int64{int64(left)}
	most = 0
	for i, c := range guess.chart(left, b.top) {
		if i > 0 {
			sym = symbol(s, others+14*o+196*(i-1)+octave(most))
		}
		r := residual(s, sym)
		most = max(most, abs(r))
		if c += r; c < 0 || c > b.top {
			s.refuse("a part outside its range")
		}
		out = append(out, c)
	}
	return out
}
