package best

// move codes the place of an entity that was moving.
func (p *pass) move(e *entity, i int) {
	set := &modelMotion
	if p.codec.rotation < 0 {
		set = &modelMotionAlone
	}
	c := p.contact(e, i)
	p.common(set, p.motionSizes(e, i, &c))
	var k coupling
	for a := range p.codec.layout.Groups[p.codec.motion].Count {
		means, own := p.motionOwn(e, &c, &k, a)
		p.axis(set, e, i, a, means, own)
		k.add(e.residual[a], e.coast[lag2][a])
	}
}

// startMove codes the place of an entity that was at rest.
func (p *pass) startMove(e *entity, i int) {
	set := &modelStart
	if p.codec.rotation < 0 {
		set = &modelStartAlone
	}
	c := p.contact(e, i)
	p.common(set, p.startSizes(e, i, &c))
	var k coupling
	for a := range p.codec.layout.Groups[p.codec.motion].Count {
		means, own := p.startOwn(e, &c, &k, a)
		p.axis(set, e, i, a, means, own)
		k.add(e.residual[a], 0)
	}
}

// axis codes one coordinate and notes its residual.
func (p *pass) axis(set *model, e *entity, i, a int, means, own []int64) {
	field := p.codec.layout.Groups[p.codec.motion].First + a
	f := &p.codec.layout.Fields[field]
	now, was := &p.row(i)[field], p.old(i, 0)[field]
	*now = p.predicted(set, *now, was, f.Min, f.Max+1, means, own)
	e.moved[a] = bound((*now-was)<<8, maxPlace)
	e.residual[a] = bound(e.moved[a]-e.expected()[a], maxPlace)
}
