package main

// Creatures and townsfolk: complete figures with their outline baked in; they carry no tintable colours.

var slimePalette = map[rune]rgb{'k': 0x1d4a52, 'd': 0x2f8a6a, 'b': 0x4cc285, 'l': 0x86e6a0, 'g': 0xd6ffd9, 'e': ink, 'w': 0xffffff, 'm': 0x23665c, 'p': 0xf39aa5}

// slimes are the three frames of a hop, feet on the last row.
var slimes = []string{`
.....llllll.....
...llgglbbbbb...
..llgglbbbbbbb..
..lglbbbbbbbbd..
.llbbebbbbebbdd.
.lbbbebbbbebbdd.
.lbpbbbmmbbpbdd.
.lbbbbbbbbbbddd.
.bbbbbbbbbbdddd.
..bdddddddddddd.`, `
......llll......
....llgglbbb....
...llgglbbbbb...
...lglbbbbbbd...
..llbebbbbebdd..
..lbbebbbbebdd..
..lbbbbmmbbbdd..
..lbpbbbbbbpdd..
..lbbbbbbbbddd..
..lbbbbbbbbddd..
..bbbbbbbbdddd..
...bbdddddddd...`, `
....llllllll....
..llggllbbbbbb..
.llgllbbbbbbbbd.
llbbebbbbbbebbdd
lbbbebbbbbbebbdd
lbpbbbbmmbbbpbdd
bbbbbbbbbbbbdddd
.bdddddddddddddd`}

func paintSlime(p pose) canvas {
	c := newCanvas(frameW, frameH)
	rows := slimes[p.step]
	n := 0
	for _, r := range rows[1:] {
		if r == '\n' {
			n++
		}
	}
	t := newCanvas(frameW, frameH)
	hop := []int{0, 3, 0}[p.step]
	t.stamp(side, frameH-3-n-hop, slimePalette, rows)
	if p.facing == up { // no face from behind
		for y := range frameH {
			for x := range frameW {
				if k := t.at(x, y); k == slimePalette['e'] || k == slimePalette['m'] || k == slimePalette['p'] {
					t.set(x, y, slimePalette['b'])
				}
			}
		}
	}
	c.draw(t, []int{0, -1, 1, 0}[p.facing]*boolInt(p.step == 2), 0)
	c.outline(slimePalette['k'])
	return c
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

var ratPalette = map[rune]rgb{'d': 0x5d5266, 'b': 0x82768a, 'l': 0xa99db0, 'g': 0xcfc4cf, 'e': 0xe33d4b, 'p': 0xef9fa0, 'P': 0xc26f7d, 'k': ink, 'w': 0xffffff}

var rats = map[facing][]string{
	left: {`
.....ll.........
....lpbl..lll...
...llbblllllbb..
..lelbblbbbbbbb.
.plllbbbbbbbbbdp
..wgllbbbbbbddd.P
....pd..dpd.pd..`, `
.....ll.........
....lpbl..lll...
...llbblllllbb..
..lelbblbbbbbbb.
.plllbbbbbbbbbd.
..wgllbbbbbbddppP
...pd..d..dp..d.`, `
.....ll.........
....lpbl.lll....
...llbbllllbbb..
..lelbblbbbbbbbp
.plllbbbbbbbbbdP
..wgllbbbbbbddd.
....dp.dp..d.pd.`},
	down: {`
....ll....bb....
...lppl..bppb...
...llplllbpbb...
....llllbbbb....
....lellbbeb....
....llllbbbb....
....lgglbbbd....
.....wgppgd.....
....llwwbbbd....
....lbbbbbbd....
.....pd..pd.....`},
	up: {`
....ll....bb....
...lllb..bbbd...
...lllbbbbbbd...
....lllbbbbd....
....lllbbbdd....
...lllbbbbbdd...
...llbbbbbbdd...
...lbbbbbbbdd...
....bbbPbbdd....
.....d.Pp.d.....
.......pP.......
........P.......`},
}

func paintRat(p pose) canvas {
	if p.facing == right {
		return paintRat(pose{left, p.step}).mirrored()
	}
	c := newCanvas(frameW, frameH)
	rows := rats[p.facing][p.step%len(rats[p.facing])]
	n := 0
	for _, r := range rows[1:] {
		if r == '\n' {
			n++
		}
	}
	dx, dy := 0, 0
	if p.facing != left {
		dx = []int{0, -1, 1}[p.step]
		dy = boolInt(p.step != 0)
	}
	c.stamp(side+dx, frameH-3-n-dy, ratPalette, rows)
	c.outline(ink)
	return c
}

// villagerOutfit is a tunic and apron in earth colours.
var villagerOutfit = outfit{
	sleeve: [3]rune{'C', 'D', 'B'}, cuff: 'n', leg: [3]rune{'M', 'M', 'L'}, boot: [3]rune{'o', 'O', 'O'},
	torso: map[facing]string{
		down: `
....DDDssDDC....
...wnDDDDDCnv...
...wnnDDDDnnv...
....nnnnnnnM....
....nnNnnNnM....
....nnnnnnnM....
....xnnnnnNv....`,
		left: `
.....DDDDCC.....
.....nDDDCCB....
.....nnDDCCB....
.....nnwwvvu....
.....nnwwvvu....
.....nNwwvvu....
.....nnwvvvu....`,
		up: `
....DDDDDDCC....
...wDnDDDnDCv...
...wwDnDnDCvv...
....wwwnwwvv....
....wwnwnwvv....
....wwwwwwvv....
....wwwwwvvu....`,
	},
}

// villager is one of the townsfolk: a cut of hair, and which ramps skin, hair and cloth take.
type villager struct {
	name                   string
	cut, skin, hair, shirt int
}

var villagers = []villager{
	{"villager", 3, 0, 3, 2},
	{"villager-2", 0, 3, 1, 3},
	{"villager-3", 2, 1, 2, 1},
	{"villager-4", 1, 4, 0, 5},
	{"villager-old", 0, 2, 4, 4},
}

// paintVillager dresses the common body.
func paintVillager(v villager, p pose) canvas {
	c := paintBase(villagerOutfit, p)
	c.draw(paintHair(v.cut, 0, p), 0, 0)
	recolour(c, skinRamps[0], skinRamps[v.skin])
	recolour(c, hairRamps[0], hairRamps[v.hair])
	recolour(c, shirtRamps[0], shirtRamps[v.shirt])
	c.outline(ink)
	return c
}

func recolour(c canvas, from, to ramp) {
	for y := range c.h {
		for x := range c.w {
			for k := range from {
				if c.at(x, y) == from[k] {
					c.set(x, y, to[k])
					break
				}
			}
		}
	}
}
