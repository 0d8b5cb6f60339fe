package main

// Furniture of the open air: fences, crates, barrels, signs, torches.

var woods = map[rune]rgb{'D': woodDeep, 'd': woodDark, 'b': woodBase, 'L': woodLight, 'g': woodGlow, 'k': ink, 'A': stoneDark, 'B': stoneBase, 'C': stoneLight, '~': grassDeep}

func fenceH(c canvas) {
	c.stamp(0, 3, woods, `
...DD......DD...
..DLbD....DLbD..
..DLbD....DLbD..
DDDLbDDDDDDLbDDD
LLLLbbLLLLLLbbLL
ddddbddddddddbdd
DDDLbDDDDDDLbDDD
..DLbD....DLbD..
DDDLbDDDDDDLbDDD
LLLLbbLLLLLLbbLL
ddddbddddddddbdd
DDDLbDDDDDDLbDDD
.~DDDD~..~DDDD~.`)
}

func fenceV(c canvas) {
	c.stamp(5, 0, woods, `
.DbdD.
.DbdD.
DLLbdD
DLLbdD
DLbbdD
DDbdDD
.DbdD.
.DbdD.
.DbdD.
.DbdD.
DLLbdD
DLLbdD
DLbbdD
DDbdDD
.DbdD.
.DbdD.`)
}

func crate(c canvas) {
	c.stamp(1, 1, woods, `
.kkkkkkkkkkkk.
kgLLLLLLLLLLLk
kLDbbbbbbbbDdk
kLbDbbbbbbDbdk
kLbbDbbbbDbbdk
kLbbbDbbDbbbdk
kLLLLLLLLLLLdk
kddddddddddddk
kLbbbdbbdbbbDk
kLbbbdbbdbbbDk
kLbbbdbbdbbbDk
kLbbbdbbdbbbDk
kDDDDDDDDDDDDk
.kkkkkkkkkkkk.`)
}

func barrel(c canvas) {
	c.stamp(2, 1, woods, `
...kkkkkk...
.kkLLLLLLkk.
kLgbbbbbbbLk
kbdddddddddk
kDLbbdbbdbDk
kCCBBBBBBAAk
kgLbbdbbdddk
kgLbbdbbdddk
kgLbbdbbdddk
kLLbbdbbddDk
kCCBBBBBBAAk
kDLbbdbbdDDk
.kDbbdbbdDk.
..kkkkkkkk..`)
}

func sign(c canvas) {
	c.stamp(1, 1, woods, `
.kkkkkkkkkkkk.
kgLLLLLLLLLLdk
kLkkkbkkbkkLdk
kLbbbbbbbbbbdk
kLkkbkkkbkbLdk
kbbbbbbbbbbbdk
.kkkkkbdkkkkk.
....kbLdk.....
....kbLdk.....
....kbLdk.....
....kbLdk.....
...~kbddk~....
..~~~DDD~~~...`)
}

func torch(c canvas, frame int) {
	c.stamp(5, 7, woods, `
kkkkkk
kCBBAk
.kLdk.
.kbdk.
.kbdk.
.kbdk.
.kdDk.
..kk..`)
	pal := map[rune]rgb{'r': flameDeep, 'o': flameBase, 'y': flameLight, 'w': flameGlow}
	flames := []string{`
...r..
..ro..
..oor.
.royo.
.oyyor
royywo
.oywo.`, `
..r...
..or..
.roo..
.oyor.
royyo.
oywyor
.owyo.`, `
....r.
.r.or.
..rooo
.oyyo.
.oyyor
roywyo
.oywo.`, `
..r...
.ro.r.
.oor..
royoo.
.oyyor
oyywyo
.owyo.`}
	c.stamp(5, 1, pal, flames[frame%4])
}
