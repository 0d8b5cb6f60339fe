package main

// Hair: four cuts, each used by two of the eight hair numbers (a look's hair picks cut hair/2 and colour ramp hair).
// Row 0 of a stamp is row headRoom of the frame.

var cuts = []map[facing]string{shortHair, spikyHair, longHair, tiedHair}

var shortHair = map[facing]string{
	down: `
................
................
.....jjiiii.....
...ijjjiiiiih...
..ijjiiiiiiihh..
..ijiiiiiiiihh..
..iiiihiiihihh..
..ihhi.hhi.hhh..
..ih........hh..
..h..........h..`,
	left: `
................
................
.....jjiiii.....
...ijjjiiiiih...
..ijjjiiiiiihh..
..ijjiiiiiiihh..
..iiihiiiiiihh..
..ih..hiiiiihh..
.......hihiihh..
.......h..hihh..
...........hhh..
...........gh...`,
	up: `
................
................
.....jjiiii.....
...ijjjiiiiih...
..ijjiiiiiiihh..
..ijiiiiiiiihh..
..iiiiiiiiiihh..
..iiiiiiiiiihh..
..ihiiihiiiihh..
..hhiiihhiihhh..
...hhihhhihhg...
....ghgghhg.....`,
}

var spikyHair = map[facing]string{
	down: `
.....j....i.....
..j..jj..ii..i..
..jj.jjjiiii.ih.
...jjjjjiiiiih..
..ijjjjiiiiiihh.
.iijjiiiiiiihhh.
..ijiiiiiiiihh..
.iiiijhiiiihihh.
..ihj.hih.hihhh.
..ih...h...hhh..
..h..........h..`,
	left: `
......j...i.....
...j..jj.ii..i..
...jj.jjjiii.ih.
..ijjjjjiiiiih..
..jjjjiiiiiiihh.
..ijjiiiiiiihhh.
.iiiihiiiiiihh..
..ihi.hiiiiihhh.
..h....hihiihh..
.......h..hihhh.
...........hhh..
...........gh...`,
	up: `
.....j....i.....
..j..jj..ii..i..
..jj.jjjiiii.ih.
...jjjjjiiiiih..
..ijjjjiiiiiihh.
.iijjiiiiiiihhh.
..ijiiiiiiiihh..
.iiiiiiiiiihhhh.
..iiiihiiihihh..
..ihiihhiihhhhh.
...hhihhhihhhh..
...hh.hhh.hhg...
....g..gg..g....`,
}

var longHair = map[facing]string{
	down: `
................
................
.....jjiiii.....
...ijjjiiiiih...
..ijjjiijiiihh..
..ijjiihiiiihh..
..ijiihhiiiihh..
..iiih...hiihh..
..iih......ihh..
..iih......ihh..
..iih......ihh..
..iih......ihh..
..iii......ihh..
..ihi......ihh..
..ihh......hhh..
...h........h...`,
	left: `
................
................
.....jjiiii.....
...ijjjiiiiih...
..ijjjiiiiiihh..
..ijjiiiiiiihh..
..iiihiiiiiihh..
..ih..iiiiiihh..
..h...hiiiiihh..
.......iiiiihh..
.......hiiiihh..
........iiiihh..
........iiihhh..
........hiihhh..
.........hihh...
..........hg....`,
	up: `
................
................
.....jjiiii.....
...ijjjiiiiih...
..ijjjiiiiiihh..
..ijjiiiiiiihh..
..ijiiiiiiiihh..
..iiiiiiiiiihh..
..iiiiiiiiiihh..
..iiiiiiiiiihh..
..iiiihiiiiihh..
..iiiihiiihihh..
..ihiihiiihihh..
..ihiihhiihhhh..
..hhiihhihhhhg..
...hhghhhghhg...
....g..gg.g.....`,
}

var tiedHair = map[facing]string{
	down: `
.......jji......
......jjiih.....
.....jjiiih.....
...ijjjiiiiih...
..ijjiiiiiiihh..
..ijiihiiiiihh..
..iiih.hiihihh..
..iih...hi.hhh..
..ih........hh..
..ih........hh..
..i..........h..`,
	left: `
.........jjii...
........jiiihh..
.....jjiihhhhh..
...ijjjiiiiigii.
..ijjjiiiiiihih.
..ijjiiiiiiihihh
..iiihiiiiihh.ih
..ih..hiiihh..ih
..h...hiihhh..hh
.......h..hh..g.
...........h....`,
	up: `
.......jji......
......jjiih.....
.....jjiiih.....
...ijjgggggih...
..ijjiijiiiihh..
..ijiijiiiihhh..
..iiiijiiihihh..
..ihiijiiihihh..
...hhijiiihhh...
...ghhiiihhhg...
....ghiiihgg....
......iihh......
......hihg......
.......hg.......`,
}

// paintHair draws a cut in a pose, clipped to what the hat of the class leaves free.
func paintHair(cut, class int, p pose) canvas {
	if p.facing == right {
		return paintHair(cut, class, pose{left, p.step}).mirrored()
	}
	frame := newCanvas(frameW, frameH)
	c := frame.sub(side, 0, 16, frameH)
	y := headRoom - p.lift()
	c.stamp(0, y, letters, cuts[cut][p.facing])
	for j := range frameH {
		for i := range frameW {
			if !hairShows(class, p.facing, i, j-y) {
				c.set(i, j, none)
			}
		}
	}
	return frame
}

func hairShows(class int, f facing, x, y int) bool {
	switch class {
	case 1: // under a hood
		if f == up {
			return false
		}
		if f == left {
			return y >= 5 && y <= 9 && x >= 2 && x <= 8
		}
		return y >= 5 && y <= 9 && x >= 4 && x <= 11
	case 2: // under a hat
		return y >= 6
	}
	return true
}
