package main

import (
	"image"
	"image/color"
	"strings"
)

// rgb is an opaque colour written as 0xRRGGBB; none is the transparent one.
type rgb int32

const none rgb = -1

func (c rgb) nrgba() color.NRGBA {
	if c == none {
		return color.NRGBA{}
	}
	return color.NRGBA{R: uint8(c >> 16), G: uint8(c >> 8), B: uint8(c), A: 255}
}

// canvas is a rectangle of a larger picture; every drawing call is relative to it and clipped by it, so a tile can
// never spill into its neighbour.
type canvas struct {
	img        *image.NRGBA
	x, y, w, h int
}

func newCanvas(w, h int) canvas {
	return canvas{img: image.NewNRGBA(image.Rect(0, 0, w, h)), w: w, h: h}
}

func (c canvas) sub(x, y, w, h int) canvas {
	return canvas{img: c.img, x: c.x + x, y: c.y + y, w: w, h: h}
}

func (c canvas) set(x, y int, col rgb) {
	c.setA(x, y, col, 255)
}

func (c canvas) setA(x, y int, col rgb, alpha uint8) {
	if x < 0 || y < 0 || x >= c.w || y >= c.h {
		return
	}
	n := col.nrgba()
	if col != none {
		n.A = alpha
	}
	c.img.SetNRGBA(c.x+x, c.y+y, n)
}

func (c canvas) at(x, y int) rgb {
	if x < 0 || y < 0 || x >= c.w || y >= c.h {
		return none
	}
	n := c.img.NRGBAAt(c.x+x, c.y+y)
	if n.A == 0 {
		return none
	}
	return rgb(n.R)<<16 | rgb(n.G)<<8 | rgb(n.B)
}

func (c canvas) fill(col rgb) { c.rect(0, 0, c.w, c.h, col) }

func (c canvas) rect(x, y, w, h int, col rgb) {
	for j := y; j < y+h; j++ {
		for i := x; i < x+w; i++ {
			c.set(i, j, col)
		}
	}
}

// stamp draws rows of letters at x, y; '.' and ' ' leave what is there.
func (c canvas) stamp(x, y int, pal map[rune]rgb, rows string) {
	for j, row := range strings.Split(strings.Trim(rows, "\n"), "\n") {
		for i, r := range []rune(row) {
			if r == '.' || r == ' ' {
				continue
			}
			col, ok := pal[r]
			if !ok {
				panic("art: a stamp uses the letter " + string(r) + ", which its palette lacks")
			}
			c.set(x+i, y+j, col)
		}
	}
}

// draw copies the opaque pixels of src to x, y.
func (c canvas) draw(src canvas, x, y int) {
	for j := range src.h {
		for i := range src.w {
			if n := src.img.NRGBAAt(src.x+i, src.y+j); n.A != 0 && x+i >= 0 && y+j >= 0 && x+i < c.w && y+j < c.h {
				c.img.SetNRGBA(c.x+x+i, c.y+y+j, n)
			}
		}
	}
}

// mirrored returns a copy with left and right exchanged.
func (c canvas) mirrored() canvas {
	out := newCanvas(c.w, c.h)
	for j := range c.h {
		for i := range c.w {
			out.img.SetNRGBA(c.w-1-i, j, c.img.NRGBAAt(c.x+i, c.y+j))
		}
	}
	return out
}

// outline paints col on every transparent pixel that touches an opaque one (the same rule that the clients use on
// composed characters).
func (c canvas) outline(col rgb) {
	var edge [][2]int
	for j := range c.h {
		for i := range c.w {
			if c.at(i, j) == none && (c.at(i-1, j) != none || c.at(i+1, j) != none || c.at(i, j-1) != none || c.at(i, j+1) != none) {
				edge = append(edge, [2]int{i, j})
			}
		}
	}
	for _, p := range edge {
		c.set(p[0], p[1], col)
	}
}

// hash is a small integer hash: the only source of variety, so that the pictures are the same on every machine.
func hash(x, y, seed int) uint32 {
	h := uint32(x)*0x9E3779B1 ^ uint32(y)*0x85EBCA77 ^ uint32(seed)*0xC2B2AE3D
	h ^= h >> 15
	h *= 0x2C1B3C6D
	h ^= h >> 12
	h *= 0x297A2D39
	h ^= h >> 15
	return h
}

// chance reports true for about percent of all positions.
func chance(x, y, seed, percent int) bool { return int(hash(x, y, seed)%100) < percent }

// noise is smooth value noise that wraps at period pixels (so that tiles join without a seam), 0..255.
func noise(x, y, cell, period, seed int) int {
	n := period / cell
	cx, cy := x/cell, y/cell
	fx, fy := (x%cell)*256/cell, (y%cell)*256/cell
	v := func(i, j int) int { return int(hash((cx+i)%n, (cy+j)%n, seed) & 255) }
	top := v(0, 0)*(256-fx) + v(1, 0)*fx
	bottom := v(0, 1)*(256-fx) + v(1, 1)*fx
	return (top*(256-fy) + bottom*fy) >> 16
}
