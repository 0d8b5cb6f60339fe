package snapshot

import "math"

// ViewUnit is how many parts of a tick a [ViewTick] counts.
const ViewUnit = 32

const (
	behindBits = 12
	maxBehind  = 1<<behindBits - 1 // as far before an input's tick as a header can say that a view was: a little less than 128 ticks
)

// ViewTick is a time in the world, as a client showed it to its player: Fraction/ViewUnit of the way from the state of Tick to
// that of the tick after. The zero value says that nothing was shown.
type ViewTick struct {
	Tick     uint32
	Fraction uint8 // 0 to ViewUnit-1
}

// ViewTickAt is the time that a client shows which draws the world at so many ticks and parts of one; less than 1, or not a
// number, is nothing.
func ViewTickAt(ticks float64) ViewTick {
	if !(ticks >= 1) {
		return ViewTick{}
	}
	return viewTickOf(int64(min(math.Round(ticks*ViewUnit), maxViewUnits)))
}

const maxViewUnits = math.MaxUint32*ViewUnit + ViewUnit - 1

// units counts it from tick 0, in 1/ViewUnit ticks.
func (v ViewTick) units() int64 { return int64(v.Tick)*ViewUnit + int64(v.Fraction) }

func viewTickOf(units int64) ViewTick {
	return ViewTick{uint32(units / ViewUnit), uint8(units % ViewUnit)}
}

// Clamp limits it to the times from one tick to another. Nothing shown counts as the latest.
func (v ViewTick) Clamp(earliest, latest uint32) ViewTick {
	switch {
	case v.Tick == 0 || v.Tick >= latest:
		return ViewTick{Tick: latest}
	case v.Tick < earliest:
		return ViewTick{Tick: earliest}
	}
	return v
}

// Before reports whether it is an earlier time than u.
func (v ViewTick) Before(u ViewTick) bool { return v.units() < u.units() }

// Later is the time so many ticks after; of nothing, nothing.
func (v ViewTick) Later(ticks uint32) ViewTick {
	if v.Tick == 0 {
		return v
	}
	v.Tick += min(ticks, math.MaxUint32-v.Tick)
	return v
}

// earlier is the time so many ticks before, at the earliest the first state that there was.
func (v ViewTick) earlier(ticks uint32) ViewTick {
	if v.Tick == 0 || v.Tick > ticks {
		v.Tick -= min(v.Tick, ticks)
		return v
	}
	return ViewTick{Tick: 1}
}

// behind is how long before a tick it is, as a header says it: in units, none below 0 or above maxBehind. False: there is nothing to say.
func (v ViewTick) behind(tick uint32) (uint16, bool) {
	if v.Tick == 0 {
		return 0, false
	}
	return uint16(min(max(int64(tick)*ViewUnit-v.units(), 0), maxBehind)), true
}

// viewBehind is the inverse; nothing where that would be before tick 1.
func viewBehind(tick uint32, behind uint16) ViewTick {
	units := int64(tick)*ViewUnit - int64(behind)
	if units < ViewUnit {
		return ViewTick{}
	}
	return viewTickOf(units)
}
