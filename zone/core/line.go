package core

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A line of text that one player shows to others must show something, on its own line. Scripts and emoji need some of the letters that
// draw nothing, but only where they join what is drawn; everywhere else such letters make blank lines, hide text from filters, or turn
// it round.

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
	emojiSelector      = '\ufe0f' // VARIATION SELECTOR-16
	keycap             = '\u20e3'
	blackFlag          = '\U0001f3f4'
	cancelTag          = '\U000e007f'
)

// Marks that may follow one letter: Greek takes three, Hebrew and Arabic with points four, scripts that stack letters five. A font draws
// more of them over the lines above and below, as it does long chains of consonants that a virama hangs onto each other.
const (
	maxMarks      = 3
	maxPoints     = 4
	maxStackMarks = 5
	maxChain      = 4
	maxSpaces     = 4
)

// joining are the scripts in which a joiner changes how letters are drawn.
var joining = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mandaic, unicode.Nko, unicode.Mongolian, unicode.Phags_Pa, unicode.Manichaean, unicode.Adlam,
	unicode.Hanifi_Rohingya, unicode.Sogdian, unicode.Psalter_Pahlavi, unicode.Chorasmian,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada,
	unicode.Malayalam, unicode.Sinhala, unicode.Tibetan, unicode.Myanmar, unicode.Khmer, unicode.Thai, unicode.Lao, unicode.Balinese,
	unicode.Javanese, unicode.Sundanese, unicode.Grantha, unicode.Newa, unicode.Tirhuta, unicode.Modi, unicode.Sharada, unicode.Brahmi,
	unicode.Kaithi, unicode.Chakma, unicode.Meetei_Mayek, unicode.Saurashtra, unicode.Limbu, unicode.Cham, unicode.Tai_Tham,
}

// firstPointed is the first letter of the scripts that these tables have.
const firstPointed = 0x590

// pointed are scripts with up to four marks on a letter, stacked those with up to five.
var (
	pointed = []*unicode.RangeTable{unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Samaritan}
	stacked = []*unicode.RangeTable{
		unicode.Tibetan, unicode.Myanmar, unicode.Khmer, unicode.Balinese, unicode.Javanese, unicode.Tai_Tham, unicode.Limbu, unicode.Lepcha,
	}
)

// viramas take the vowel off a consonant, and hang the next one onto it.
var viramas = []rune{
	0x94d, 0x9cd, 0xa4d, 0xacd, 0xb4d, 0xbcd, 0xc4d, 0xccd, 0xd4d, 0xdca, 0x1039, 0x17d2, 0x1a60, 0x1b44, 0x1baa, 0xa8c4, 0xa9c0, 0xabed,
	0x11046, 0x110b9, 0x11133, 0x111c0, 0x1134d, 0x11442, 0x114c2, 0x1163f,
}

func isVirama(r rune) bool { return r >= viramas[0] && slices.Contains(viramas, r) }

// pictographs are where emoji are, and the symbols that emojiSelector makes one of.
var pictographs = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0xa9, 0xa9, 1},
		{0xae, 0xae, 1},
		{0x203c, 0x203c, 1},
		{0x2049, 0x2049, 1},
		{0x2122, 0x2122, 1},
		{0x2139, 0x2139, 1},
		{0x2190, 0x21ff, 1},
		{0x2300, 0x23ff, 1},
		{0x24c2, 0x24c2, 1},
		{0x25a0, 0x27bf, 1},
		{0x2900, 0x297f, 1},
		{0x2b00, 0x2bff, 1},
		{0x3030, 0x3030, 1},
		{0x303d, 0x303d, 1},
		{0x3297, 0x3299, 2},
	},
	R32: []unicode.Range32{{0x1f000, 0x1fbff, 1}},
}

// clean makes a text fit to be shown to others: one line of at most maxChatBytes with no space around it, "" where nothing of it would be
// seen.
func clean(text string) string {
	text = cleanLine(text)
	if len(text) > maxChatBytes {
		// What the cut has torn apart, an emoji of several say, is cleaned up again.
		text = cleanLine(strings.ToValidUTF8(text[:maxChatBytes], ""))
	}
	return text
}

func cleanLine(text string) string {
	l := line{in: drawable(text)}
	for l.at < len(l.in) {
		l.next()
	}
	return strings.TrimSpace(string(l.out))
}

// drawable leaves what is drawn, or may have a meaning beside what is.
func drawable(text string) []rune {
	runes := make([]rune, 0, len(text))
	for _, r := range text {
		switch {
		case ' ' <= r && r <= '~':
			runes = append(runes, r)
		case blank(r):
			runes = append(runes, ' ')
		case !hidden(r):
			runes = append(runes, r)
		}
	}
	return runes
}

// blank tells whether a letter is drawn as space.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp) || r == '\u2800' // a braille cell without dots
}

// hidden tells whether a letter is drawn as nothing wherever it stands, or says how to draw others, or means nothing to others. What
// line.next judges by its neighbours is not.
func hidden(r rune) bool {
	switch {
	case r == zeroWidthNonJoiner, r == zeroWidthJoiner, r == emojiSelector, tag(r), mongolianSelector(r), unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false
	case r == utf8.RuneError, r == '\ufffc', r == '\U0001d159', r == '\U00016fe4':
		return true // no letter at all; an object's place; a head of no note; a filler
	case r&0xfffe == 0xfffe, 0xfdd0 <= r && r <= 0xfdef:
		return true // noncharacters
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func tag(r rune) bool { return 0xe0020 <= r && r <= cancelTag }

// mongolianSelector tells whether a letter chooses between forms of the Mongolian letter before it.
func mongolianSelector(r rune) bool { return 0x180b <= r && r <= 0x180f }

func pictograph(r rune) bool { return unicode.Is(pictographs, r) }

// line goes through a text letter by letter.
type line struct {
	in     []rune
	at     int
	out    []rune
	marks  int // since the last letter that is no mark
	chain  int // of consonants that viramas have hung onto each other
	spaces int // in a row
}

// next takes one letter, or a few that belong together, and keeps what has a meaning where it stands.
func (l *line) next() {
	r := l.in[l.at]
	l.at++
	switch {
	case ' ' < r && r <= '~':
		l.letter(r)
	case r == zeroWidthNonJoiner:
		l.keep(r, !l.joiner() && joins(l.base()) && joins(l.peek()))
	case r == zeroWidthJoiner:
		emoji := l.emoji() && pictograph(l.peek())
		l.keep(r, !l.joiner() && (emoji || joins(l.base()))) // an Arabic letter may be shown joined to nothing
	case r == emojiSelector:
		l.keep(r, pictograph(l.last()) || keycapBase(l.last()) && l.peek() == keycap)
	case tag(r): // those of a flag are taken with it
	case mongolianSelector(r):
		l.keep(r, unicode.Is(unicode.Mongolian, l.last()) && !mongolianSelector(l.last()))
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		l.keep(r, unicode.In(l.peek(), unicode.L, unicode.N))
	case unicode.Is(unicode.M, r):
		l.mark(r)
	case r == ' ' && l.spaces >= maxSpaces: // a long run looks like the end of the line
	default:
		l.letter(r)
	}
}

func (l *line) letter(r rune) {
	if isVirama(l.virama()) {
		l.chain++
	} else {
		l.chain = 0
	}
	if r == ' ' {
		l.spaces++
	} else {
		l.spaces = 0
	}
	l.marks = 0
	l.out = append(l.out, r)
	if r == blackFlag {
		l.flag()
	}
}

// virama is the mark that hangs the next letter onto the last, if it is one: a joiner may stand between.
func (l *line) virama() rune {
	n := len(l.out)
	if l.joiner() {
		n--
	}
	if n == 0 {
		return 0
	}
	return l.out[n-1]
}

func (l *line) keep(r rune, kept bool) {
	if kept {
		l.out = append(l.out, r)
	}
}

// last is the letter that was kept last, 0 at the beginning.
func (l *line) last() rune {
	if len(l.out) == 0 {
		return 0
	}
	return l.out[len(l.out)-1]
}

// peek is the letter that comes, 0 at the end.
func (l *line) peek() rune {
	if l.at == len(l.in) {
		return 0
	}
	return l.in[l.at]
}

// base is the last letter that was kept and is no mark, 0 if there is none.
func (l *line) base() rune {
	for _, r := range slices.Backward(l.out) {
		if !unicode.Is(unicode.M, r) {
			return r
		}
	}
	return 0
}

func (l *line) joiner() bool { return l.last() == zeroWidthNonJoiner || l.last() == zeroWidthJoiner }

// joins tells whether joiners have a meaning beside a letter.
func joins(r rune) bool {
	return r >= firstPointed && unicode.In(r, unicode.L, unicode.M) && unicode.In(r, joining...)
}

// emoji tells whether what was kept ends in an emoji that can be joined with another: a pictograph, which a selector or a tone of skin may
// follow (those are pictographs, too).
func (l *line) emoji() bool {
	last := l.last()
	if last == emojiSelector && len(l.out) > 1 {
		last = l.out[len(l.out)-2]
	}
	return pictograph(last)
}

func keycapBase(r rune) bool { return '0' <= r && r <= '9' || r == '#' || r == '*' }

// mark keeps a mark on the letter before it, as long as there is one and it has not too many.
func (l *line) mark(r rune) {
	base := l.base()
	switch {
	case base == 0 || base == ' ': // on nothing
	case r == keycap && keycapBase(base) && l.marks == 0:
		l.out = append(l.out, r)
		l.marks = maxStackMarks // nothing goes on top of it
	case r == l.last(), l.marks >= mostMarks(base), pictograph(base):
	case l.chain >= maxChain && isVirama(r):
	default:
		l.out = append(l.out, r)
		if unicode.In(r, unicode.Mn, unicode.Me) { // others stand beside the letter
			l.marks++
		}
	}
}

func mostMarks(base rune) int {
	switch {
	case base < firstPointed:
		return maxMarks
	case unicode.In(base, stacked...):
		return maxStackMarks
	case unicode.In(base, pointed...):
		return maxPoints
	}
	return maxMarks
}

// flag keeps the tags of a region's flag: its name in three to six letters or digits, and the end. Others are dropped by next.
func (l *line) flag() {
	n := 0
	for l.at+n < len(l.in) && tagName(l.in[l.at+n]) {
		n++
	}
	if n >= 3 && n <= 6 && l.at+n < len(l.in) && l.in[l.at+n] == cancelTag {
		l.out = append(l.out, l.in[l.at:l.at+n+1]...)
		l.at += n + 1
	}
}

func tagName(r rune) bool { return 0xe0030 <= r && r <= 0xe0039 || 0xe0061 <= r && r <= 0xe007a }
