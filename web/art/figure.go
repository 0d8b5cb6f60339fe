package main

// Figures: the parts of which characters are composed. A frame is 24 wide and 32 high, feet on row 30. The stamps below
// count rows from the top of the frame plus headRoom, the space that hats need, and columns from side.
//
// Facings are down, left, right, up; right is left mirrored. Of each: stand, step with one foot, step with the other.

const (
	frameW, frameH = 24, 32
	headRoom       = 8
	side           = 4 // free columns left and right of the 16 that the stamps count
)

type facing int

const (
	down facing = iota
	left
	right
	up
)

// pose is one cell of a row of the sheet.
type pose struct {
	facing facing
	step   int // 0 stand, 1 and 2 the two steps
}

// lift is how far the upper body rises in a step.
func (p pose) lift() int {
	if p.step == 0 {
		return 0
	}
	return 1
}

var heads = map[facing]string{
	down: `
....tttsssss....
...ttsssssssr...
...tssssssssr...
...tssssssssr...
...tssssssssr...
...ssessssesr...
...ssessssesr...
...sbssssssbr...
....rsssssrr....
......qqqq......`,
	left: `
....tttsssss....
...ttsssssssr...
...tssssssssr...
...tssssssssr...
...tssssssssr...
...sesssrsssr...
..ssessssrrsr...
...ssbssssssr...
....ssssssrr....
......qqqq......`,
	up: `
....tttsssss....
...ttsssssssr...
...tssssssssr...
...tssssssssr...
...tssssssssr...
...tssssssssr...
...sssssssssr...
...ssssssssrr...
....rssssrrr....
......qqqq......`,
}

// outfit is what a class wears: torsos by facing, and the letters of sleeves, legs and boots from light to dark.
type outfit struct {
	torso  map[facing]string
	sleeve [3]rune
	cuff   rune
	leg    [3]rune
	boot   [3]rune
	robe   bool
}

var outfits = []outfit{knightOutfit, rogueOutfit, wizardOutfit}

var knightOutfit = outfit{
	sleeve: [3]rune{'C', 'B', 'A'}, cuff: 'M', leg: [3]rune{'C', 'B', 'A'}, boot: [3]rune{'B', 'A', 'A'},
	torso: map[facing]string{
		down: `
...DCCwwwwCCA...
..DCCBxwwwBCBA..
..CCBAxwwwABBA..
....BAxwwvAB....
....MLMYyMLM....
....vwxwwwvu....
....uwxwwvvu....`,
		left: `
.....CCCCCB.....
.....xDCCCBv....
.....xCCBBAv....
.....xwBBAvu....
.....MMMMMLL....
.....xwwwvvu....
.....wwwvvvu....`,
		up: `
...DCCwwwwCCA...
..DCCBwwwwBCBA..
..CCBAxwwvABBA..
....BAxwwvAA....
....LMMMMMML....
....vxwwwwvu....
....uwwwwvvu....`,
	},
}

var rogueOutfit = outfit{
	sleeve: [3]rune{'N', 'M', 'L'}, cuff: 'L', leg: [3]rune{'Q', 'Q', 'P'}, boot: [3]rune{'o', 'O', 'O'},
	torso: map[facing]string{
		down: `
....NNNnNNMM....
...NNNLnnLMMM...
...NNnLnNLMML...
....NnNLLMML....
....LOLYyOLL....
....MNNMMMML....
....LMMLLMLL....`,
		left: `
.....NNNMMM.....
.....nNNMMMv....
.....nNNMMMvv...
.....NNMMMLvv...
.....LLYOLLvu...
.....NMMMLLvu...
.....MMLLLLu....`,
		up: `
....xwwwwwwv....
...Nxwwwwwwvv...
...Nxwwwwwvvu...
....xwwwwwvv....
....xwwwwvvu....
....wxwwwvvu....
....wwvwwvvu....`,
	},
}

var wizardOutfit = outfit{
	sleeve: [3]rune{'x', 'w', 'v'}, cuff: 'Y', leg: [3]rune{'v', 'u', 'u'}, boot: [3]rune{'o', 'O', 'O'}, robe: true,
	torso: map[facing]string{
		down: `
....xwyYYyvv....
...xwwwYYwwvv...
...xwwwvvwwvv...
....xwwvvwwv....
....ZZZYyZZZ....
....xwwvvwvv....
...xxwwvvwvvv...
...xwwwvvwwvu...
...xwwwvvwwvu...
...YYYYYYYYYZ...`,
		left: `
.....xYYYwv.....
.....xwwwwv.....
.....xwwwwvv....
.....xwwwvvv....
.....ZZZZZZZ....
.....xwwwwvv....
....xxwwwwvvv...
....xwwwwwvvu...
....xwwwwwvvu...
....YYYYYYYYZ...`,
		up: `
....xwwwwwvv....
...xwwwwwwwvv...
...xwwwwwwwvv...
....xwwwwwvv....
....ZZZZZZZZ....
....xwwwwwvv....
...xxwwwwwvvv...
...xwwwwwwwvu...
...xwwwwwwwvu...
...YYYYYYYYYZ...`,
	},
}

// column paints a limb: three letters from left to right would be too broad, so two.
func column(c canvas, x, y, h int, l, d rune) {
	for j := range h {
		c.set(x, y+j, letters[l])
		c.set(x+1, y+j, letters[d])
	}
}

// paintBase draws body and clothes of one class in one pose.
func paintBase(o outfit, p pose) canvas {
	if p.facing == right {
		return paintBase(o, pose{left, p.step}).mirrored()
	}
	frame := newCanvas(frameW, frameH)
	c := frame.sub(side, 0, 16, frameH)
	legs(c, o, p)
	y := headRoom - p.lift()
	if p.facing != left {
		arms(c, o, p, y)
	}
	c.stamp(0, y+12, letters, o.torso[p.facing])
	c.stamp(0, y+3, letters, heads[p.facing])
	if p.facing == left {
		sideArm(c, o, p, y)
	}
	return frame
}

func legs(c canvas, o outfit, p pose) {
	y := headRoom
	if o.robe {
		robeFeet(c, o, p)
		return
	}
	if p.facing != left {
		lenL, lenR := 3, 3
		if p.step == 1 {
			lenR = 1
		} else if p.step == 2 {
			lenL = 1
		}
		leg := func(x, n int, l, d rune) {
			column(c, x, y+18, n+1, l, d)
			c.rect(x+2, y+18, 1, n+1, letters[o.leg[2]])
			c.rect(x, y+19+n, 1, 2, letters[o.boot[0]])
			c.rect(x+1, y+19+n, 2, 2, letters[o.boot[1]])
		}
		leg(4, lenL-1, o.leg[0], o.leg[1])
		leg(9, lenR-1, o.leg[1], o.leg[1])
		return
	}
	near, far := [2]rune{o.leg[0], o.leg[1]}, [2]rune{o.leg[2], o.leg[2]}
	if p.step == 0 {
		column(c, 8, y+18, 4, far[0], far[1])
		column(c, 6, y+18, 4, near[0], near[1])
		c.rect(5, y+21, 4, 1, letters[o.boot[0]])
		c.rect(5, y+22, 5, 1, letters[o.boot[1]])
		return
	}
	front, back := near, far
	if p.step == 2 {
		front, back = far, near
	}
	for k := range 4 { // the legs of a stride, slanting
		c.rect(6-k*2/3, y+17+k, 3, 1, letters[front[0]])
		c.rect(8+k*2/3, y+17+k, 3, 1, letters[back[1]])
	}
	c.rect(3, y+21, 4, 1, letters[o.boot[0]])
	c.rect(3, y+22, 3, 1, letters[o.boot[1]])
	c.rect(10, y+20, 3, 2, letters[o.boot[1]])
	c.rect(12, y+19, 1, 2, letters[o.boot[1]])
}

func robeFeet(c canvas, o outfit, p pose) {
	y := headRoom + 20
	a, b := 0, 0
	if p.step == 1 {
		b = 1
	} else if p.step == 2 {
		a = 1
	}
	if p.facing == left {
		a, b = a*2, b*2
		c.rect(4+b, y, 4, 3, letters[o.boot[0]])
		c.rect(8-a, y, 4, 3-p.lift(), letters[o.boot[1]])
		return
	}
	c.rect(4, y, 3, 3-a, letters[o.boot[0]])
	c.rect(9, y, 3, 3-b, letters[o.boot[1]])
}

func arms(c canvas, o outfit, p pose, y int) {
	a, b := 0, 0
	if p.step == 1 {
		a, b = -1, 1
	} else if p.step == 2 {
		a, b = 1, -1
	}
	arm := func(x, dy int, l, d rune) {
		column(c, x, y+13, 4+dy, l, d)
		column(c, x, y+17+dy, 1, o.cuff, o.cuff)
		column(c, x, y+18+dy, 1, 's', 'r')
	}
	arm(2, a, o.sleeve[0], o.sleeve[1])
	arm(12, b, o.sleeve[1], o.sleeve[2])
}

func sideArm(c canvas, o outfit, p pose, y int) {
	swing := []int{0, 2, -2}[p.step]
	for k := range 4 {
		x := 7 + swing*k/4
		c.set(x, y+13+k, letters[o.sleeve[0]])
		c.set(x+1, y+13+k, letters[o.sleeve[1]])
		c.set(x+2, y+13+k, letters[o.sleeve[2]])
	}
	x := 7 + swing
	column(c, x, y+17, 1, o.cuff, o.cuff)
	column(c, x, y+18, 1, 's', 'r')
}
