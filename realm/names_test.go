package realm

import (
	"fmt"
	"strings"
	"testing"
)

// A name has no letter that is drawn as nothing, like another, or over others; its key is the same in any case.
func TestNamesAreWhatTheyLookLike(t *testing.T) {
	for _, letter := range []string{
		"\u3164", "\u115f", "\u1160", "\u2800", "\uffa0", "\u034f", "\ufe0f", "\U000e0100", "\U000e0061", // blank
		"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u2066", "\u061c", // joiners and directions
		"\u0301", "\u20dd", "\u00a0", "\u2003", "\u3000", "\t", "\n", "\x00", "\x7f", // marks, spaces, controls
		"а", "ο", "Ι", "ı", "ｅ", "𝐚", "é", "ß", "’", "‐", "\xff", // letters that look like others
	} {
		for _, name := range []string{"Ann" + letter, letter + "Ann", "An" + letter + "n", strings.Repeat(letter, 3)} {
			if CodeOf(checkAccountName(name)) != CodeInvalidName {
				t.Errorf("an account may be called %+q", name)
			}
			if CodeOf(checkCharacterName(name)) != CodeInvalidName {
				t.Errorf("a character may be called %+q", name)
			}
		}
	}
	for _, name := range []string{"   ", "---", "'''", "- -", "Ann ", " Ann", "A  B", "1Ann"} {
		if CodeOf(checkCharacterName(name)) != CodeInvalidName {
			t.Errorf("a character may be called %q", name)
		}
	}
	for _, name := range []string{"Ann", "Ann O'Hara", "Jean-Luc", "R2"} {
		if err := checkCharacterName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for c := range 0x80 {
		name := fmt.Sprintf("A%cb", c)
		if checkCharacterName(name) == nil && characterNameKey(name) != characterNameKey(strings.ToUpper(name)) {
			t.Errorf("%q has another key in capitals", name)
		}
	}
}
