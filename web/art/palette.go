package main

// One palette for everything, so that tiles, characters and interface sit in the same light: warm highlights, shadows
// that lean to violet.
const (
	ink rgb = 0x2a1f33

	grassDeep  rgb = 0x3b8046
	grassDark  rgb = 0x55a04a
	grassBase  rgb = 0x6ab24e
	grassLight rgb = 0x82c456
	grassGlow  rgb = 0xacd968

	dirtDark  rgb = 0xa4774c
	dirtBase  rgb = 0xbb8d59
	dirtLight rgb = 0xcda26b

	pathDark  rgb = 0xc7a06a
	pathBase  rgb = 0xdbb97f
	pathLight rgb = 0xe9cd97

	sandDark  rgb = 0xdcc084
	sandBase  rgb = 0xecd69d
	sandLight rgb = 0xf7e8bd

	waterDark  rgb = 0x3f86c6
	waterBase  rgb = 0x4d9bd8
	waterLight rgb = 0x74bdea
	waterFoam  rgb = 0xdff5fb
	deepDark   rgb = 0x2d62a6
	deepBase   rgb = 0x3771b5
	deepLight  rgb = 0x4a88c8

	stoneDeep  rgb = 0x4f4c66
	stoneDark  rgb = 0x6d6c86
	stoneBase  rgb = 0x8f91a6
	stoneLight rgb = 0xb0b4c3
	stoneGlow  rgb = 0xd2d6dc

	woodDeep  rgb = 0x5a3530
	woodDark  rgb = 0x7d4c37
	woodBase  rgb = 0xa56d43
	woodLight rgb = 0xc9925a
	woodGlow  rgb = 0xe3b878

	roofDeep  rgb = 0x8a3341
	roofDark  rgb = 0xb04a45
	roofBase  rgb = 0xcf6550
	roofLight rgb = 0xe6895f

	wallDark  rgb = 0xc9b391
	wallBase  rgb = 0xe6d7b4
	wallLight rgb = 0xf6edd2

	cryptDeep  rgb = 0x221c2e
	cryptDark  rgb = 0x332b42
	cryptBase  rgb = 0x443a56
	cryptLight rgb = 0x57496b
	cryptGlow  rgb = 0x74648a

	leafDeep  rgb = 0x23554a
	leafDark  rgb = 0x2f7350
	leafBase  rgb = 0x439354
	leafLight rgb = 0x6bb359
	leafGlow  rgb = 0x9bd063

	pineDeep  rgb = 0x1d4651
	pineDark  rgb = 0x275f5c
	pineBase  rgb = 0x347a64
	pineLight rgb = 0x519a6b
	pineGlow  rgb = 0x7fbb74

	flameDeep  rgb = 0xd9503f
	flameBase  rgb = 0xf59542
	flameLight rgb = 0xffd866
	flameGlow  rgb = 0xfff6c2

	portalDeep  rgb = 0x47309b
	portalBase  rgb = 0x7a4be0
	portalLight rgb = 0xb07cff
	portalGlow  rgb = 0x7cecff
	portalCore  rgb = 0xf0fdff

	bone     rgb = 0xefe6cf
	boneDark rgb = 0xbfae94
)

// ramp is four shades of one material: deep shadow, shadow, base, light.
type ramp [4]rgb

// Ramps of the three tintable regions. The sheet is drawn in row 0 of each; a client replaces those exact colours by
// the row that the character's look names. Fixed length 8 because a look counts 0..7.
var (
	skinRamps = [8]ramp{
		{0xb5705c, 0xdd9a76, 0xf6c79b, 0xffe0bd},
		{0xa8606a, 0xe0948e, 0xffc9b5, 0xffe6d6},
		{0x8c5440, 0xbd7d55, 0xdca674, 0xefc595},
		{0x6b3b34, 0x955a42, 0xb97e56, 0xd39f72},
		{0x4d2a2c, 0x6f4236, 0x8f5d45, 0xac7a59},
		{0x331f28, 0x4f3032, 0x6d463d, 0x8a6050},
		{0x3f6b54, 0x5f9560, 0x8abd72, 0xb3da92},
		{0x4a5690, 0x6d80b8, 0x9bb1d8, 0xc6d7ee},
	}
	hairRamps = [8]ramp{
		{0x452632, 0x683a35, 0x8d563d, 0xb27a4e},
		{0x1e1a2b, 0x322d42, 0x4a4560, 0x6b6886},
		{0x9a5a2e, 0xcf8f3c, 0xf1c457, 0xfde58e},
		{0x7a2a31, 0xaf4335, 0xdc6a3e, 0xf29a58},
		{0x6d7186, 0x9ea5b4, 0xcfd5da, 0xf3f5f2},
		{0x2f3d84, 0x4262b5, 0x5d92dd, 0x93c3f2},
		{0x7a2f72, 0xb14691, 0xe06fac, 0xf5a5c8},
		{0x1f5c55, 0x2f8a68, 0x54b97c, 0x93de9c},
	}
	shirtRamps = [8]ramp{
		{0x6e2440, 0x9e3347, 0xcb4b4c, 0xe97a63},
		{0x26356f, 0x34539d, 0x4779c9, 0x76a9e6},
		{0x1f5148, 0x2f7653, 0x489c5b, 0x7cc474},
		{0x8a4d22, 0xbd7a2c, 0xe3a93d, 0xf7d36b},
		{0x43296f, 0x64409a, 0x8a61c4, 0xb592e3},
		{0x1d4f63, 0x27758a, 0x3aa3ad, 0x74d0cb},
		{0x33303f, 0x4b4859, 0x6a6879, 0x92919f},
		{0x8f5d7c, 0xc08aa0, 0xe5bcc4, 0xf9e3e2},
	}
)

// letters is the alphabet of the character stamps.
var letters = map[rune]rgb{
	'q': skinRamps[0][0], 'r': skinRamps[0][1], 's': skinRamps[0][2], 't': skinRamps[0][3],
	'g': hairRamps[0][0], 'h': hairRamps[0][1], 'i': hairRamps[0][2], 'j': hairRamps[0][3],
	'u': shirtRamps[0][0], 'v': shirtRamps[0][1], 'w': shirtRamps[0][2], 'x': shirtRamps[0][3],
	'k': ink, 'e': 0x33243d, 'W': 0xffffff, 'b': 0xea8a80, 'm': 0x9c4f52,
	'A': 0x545a75, 'B': 0x838ca6, 'C': 0xb4becd, 'D': 0xe8eff2, // steel
	'L': 0x4e3030, 'M': 0x77493a, 'N': 0x9f6a48, 'n': 0xc38f5f, // leather
	'Z': 0xb57b2f, 'Y': 0xf2c14e, 'y': 0xffe796, // gold
	'P': 0x3c3a55, 'Q': 0x54536f, 'O': 0x3d2a30, 'o': 0x5f4038, // trousers, boots
	'c': 0x46b8e0, 'd': 0xc5f6ff, 'p': 0x8f5fe8, // magic
}
