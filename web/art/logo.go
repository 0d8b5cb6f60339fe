package main

// The wordmark: seven-pixel capitals, lit from above, with a wire that runs through them and ends in a spark.

var capitals = map[rune]string{
	'R': "#####.\n##..##\n##..##\n#####.\n##.##.\n##..##\n##..##",
	'E': "######\n##....\n##....\n#####.\n##....\n##....\n######",
	'A': ".####.\n##..##\n##..##\n######\n##..##\n##..##\n##..##",
	'L': "##....\n##....\n##....\n##....\n##....\n##....\n######",
	'M': "##...##\n###.###\n#######\n##.#.##\n##...##\n##...##\n##...##",
	'W': "##...##\n##...##\n##...##\n##.#.##\n#######\n###.###\n##...##",
	'I': "####\n.##.\n.##.\n.##.\n.##.\n.##.\n####",
}

func drawLogo() canvas {
	const word = "REALMWIRE"
	width := 2
	for _, r := range word {
		width += letterWidth(r)*2 + 2
	}
	c := newCanvas(width+2, 22)
	x := 2
	for _, r := range word {
		x += drawCapital(c, x, 3, r) + 2
	}
	c.outline(ink)
	for i := range c.w { // depth below the letters
		if c.at(i, 18) == ink {
			c.set(i, 19, 0x3d2b52)
			c.set(i, 20, 0x3d2b52)
		}
	}
	return c
}

func letterWidth(r rune) int {
	for i, ch := range capitals[r] {
		if ch == '\n' {
			return i
		}
	}
	return 0
}

func drawCapital(c canvas, x, y int, r rune) int {
	i, j := 0, 0
	shade := []rgb{0xfff3c4, 0xffe38f, 0xf9cf63, 0xf2b84b, 0xe89d40, 0xd98139, 0xc46a38}
	for _, ch := range capitals[r] {
		if ch == '\n' {
			i, j = 0, j+1
			continue
		}
		if ch == '#' {
			c.rect(x+i*2, y+j*2, 2, 2, shade[j])
		}
		i++
	}
	return letterWidth(r) * 2
}

// drawIcon is the page's icon: the portal on a field of ink.
func drawIcon() canvas {
	c := newCanvas(32, 32)
	p := newCanvas(16, 16)
	portal(p, 0)
	for y := range 32 {
		for x := range 32 {
			c.set(x, y, p.at(x/2, y/2))
		}
	}
	return c
}
