package settings

import (
	"slices"
	"strings"
)

// plain takes away what the same name is written with elsewhere: case, dashes, underscores, dots and blanks.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_. ", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// nearest is the name that is most like a word; "" where there are no names.
func nearest(word string, names []string) string {
	word = plain(word)
	return slices.MinFunc(names, func(a, b string) int {
		if d := unlike(word, plain(a)) - unlike(word, plain(b)); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}

// unlike grows with the difference of two words. A word that begins as the other does is more like it than its letters tell.
func unlike(a, b string) int {
	d := 3 * edits(a, b)
	if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
		d = min(d, 4+edits(a, b))
	}
	return d
}

// edits is the number of letters to put in, take out, replace or swap with their neighbours, to make one word of the other.
func edits(a, b string) int {
	s, t := []rune(a), []rune(b)
	var before []int // the row above the row above
	above := make([]int, len(t)+1)
	for j := range above {
		above[j] = j
	}
	for i := range s {
		row := make([]int, len(t)+1)
		row[0] = i + 1
		for j := range t {
			replaced := above[j]
			if s[i] != t[j] {
				replaced++
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, replaced)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above = above, row
	}
	return above[len(t)]
}
