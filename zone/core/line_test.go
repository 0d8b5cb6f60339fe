package core

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestWhatNobodySeesIsNoLine(t *testing.T) {
	invisible := []string{
		"", " ", "\t\r\n\v\f\u0085", "\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000", // space
		"\u3164", "\u115f\u1160", "\uffa0", "\u2800\u2800", "\u034f", "\u00ad", "\u17b4\u17b5", // fillers
		"\U0001d159", "\U00016fe4", "\ufffc", // a note without a head, a Khitan filler, an object's place
		"\u200b", "\u200c", "\u200d", "\u200c\u200d\u200c", "\u2060\u2061\u2062\u2063\u2064", "\ufeff", "\u180e", // joiners of nothing
		"\u200e\u200f\u061c", "\u202a\u202b\u202c\u202d\u202e", "\u2066\u2067\u2068\u2069", "\u206a\u206f", // direction
		"\ufe00", "\ufe0e", "\ufe0f", "\U000e0100", "\U000e01ef", "\u180b\u180c\u180d\u180f", // variation selectors
		"\U000e0001", "\U000e0020\U000e0041\U000e007f", "\U000e0067\U000e0062\U000e007f", // tags of nothing
		"\U0001d173\U0001d17a", "\U0001bca0", "\ufff9\ufffa\ufffb", "\u2065\ufff0\U000e0fff", // formats, and what is reserved for them
		"\u0301", " \u0301\u0302", "\u20e3", "\u0489", "\u0600", "\u06dd", "\u070f", // marks on nothing
		"\x00\x1b[2J"[:1], "\ue000\U000f0000", "\ufffe\uffff\ufdd0", "\xff\xfe", // controls, private use, noncharacters, no letters
	}
	for _, text := range invisible {
		if got := clean(text); got != "" {
			t.Errorf("%+q became %+q", text, got)
		}
	}
	if got := clean(strings.Join(invisible, "")); got != "" {
		t.Errorf("all of them together became %+q", got)
	}
	for _, text := range invisible { // inside a word they are as little worth
		if got := strings.ReplaceAll(clean("x"+text+"y"), " ", ""); text != "" && got != "xy" && !strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.M, unicode.Prepended_Concatenation_Mark) }) {
			t.Errorf("%+q in a word became %+q", text, got)
		}
	}
}

func TestWhatScriptsAndEmojiNeedStays(t *testing.T) {
	for what, text := range map[string]string{
		"plain":                         "Hello, world! 3 > 2",
		"Persian":                       "می\u200cخواهم کتاب\u200cها را ببینم",
		"Persian with a vowel":          "مِ\u200cخواهم",
		"an Arabic letter by itself":    "ه\u200d",
		"Hindi":                         "क्\u200dष और क्\u200cष",
		"Sinhala":                       "ශ්\u200dරී ලංකා",
		"Malayalam":                     "ന്\u200d",
		"Bengali":                       "র\u200d্যাম",
		"Mongolian":                     "ᠮᠣᠩᠭᠣᠯ\u180b",
		"a family":                      "👨\u200d👩\u200d👧\u200d👦",
		"a healer with a tone":          "🧑🏽\u200d⚕\ufe0f",
		"a rainbow flag":                "🏳\ufe0f\u200d🌈",
		"a heart on fire":               "❤\ufe0f\u200d🔥",
		"a heart":                       "I ❤\ufe0f you",
		"keycaps":                       "1\ufe0f\u20e3 #\ufe0f\u20e3 *\u20e3",
		"flags":                         "🇩🇪 🇮🇷",
		"a flag by tags":                "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f!",
		"a tone":                        "👍🏿",
		"signs":                         "© ® ™ ↔\ufe0f",
		"Vietnamese, decomposed":        "Tie\u0302\u0301ng Vie\u0323\u0302t",
		"Greek, decomposed":             "α\u0314\u0301\u0345",
		"Hebrew with points":            "שׁ\u05b8\u05bc לוֹם",
		"Arabic with points":            "مُحَمَّدٌ",
		"Thai":                          "ที่นี่น้ำ",
		"Tibetan":                       "བསྒྲུབས",
		"Burmese":                       "ကျွန်ုပ်တို့ ငြိမ့်",
		"Khmer":                         "ស្ត្រី ភ្នំពេញ",
		"Tamil":                         "தமிழ் க்ஷ",
		"Telugu":                        "స్త్రీ",
		"Korean":                        "안녕하세요 각",
		"Chinese and Japanese":          "你好、こんにちは",
		"a number under an Arabic sign": "\u0600١٢",
		"a letter that is newer":        "\U0001fae9",
	} {
		if got := clean(text); got != text {
			t.Errorf("%s: %q became %q (%+q)", what, text, got, got)
		}
	}
}

func TestLinesAreCleaned(t *testing.T) {
	for _, c := range []struct{ what, text, want string }{
		{"spaces", "  a \t\n b\u3000\u2003c  ", "a    b  c"},
		{"a second line by spaces", "hi" + strings.Repeat(" ", 150) + "Admin: hello", "hi    Admin: hello"},
		{"direction", "abc\u202edef\u202c", "abcdef"},
		{"joiners in Latin words hide them from filters", "b\u200cad w\u200dord\u200b", "bad word"},
		{"many joiners", "می\u200c\u200c\u200cخ", "می\u200cخ"},
		{"a joiner at the end of a word", "می\u200c خ", "می خ"},
		{"joined with nothing", "👨\u200d", "👨"},
		{"joined with a letter", "👨\u200dx", "👨x"},
		{"selectors of letters", "a\ufe0fb\ufe01c\U000e0100", "abc"},
		{"a digit's selector", "1\ufe0f2", "12"},
		{"two selectors", "❤\ufe0f\ufe0f\ufe0e", "❤\ufe0f"},
		{"a hidden message behind a flag", "🏴\U000e0068\U000e0065\U000e006c\U000e006c\U000e006f\U000e0079\U000e0061\U000e007f", "🏴"},
		{"a flag that does not end", "🏴\U000e0067\U000e0062\U000e0073", "🏴"},
		{"tags behind another emoji", "👍\U000e0067\U000e0062\U000e0073\U000e007f", "👍"},
		{"a stack of marks", "a" + strings.Repeat("\u0301\u0302\u0303\u0304\u0305", 20) + "b", "a\u0301\u0302\u0303b"},
		{"a stack of one mark", "a" + strings.Repeat("\u0301", 100), "a\u0301"},
		{"a stack in Thai", "ก" + strings.Repeat("็", 100), "ก็"},
		{"a stack in Thai of two", "ก" + strings.Repeat("็้", 50), "ก็้็"},
		{"a stack around joiners", "ا" + strings.Repeat("\u064b\u200d", 20), "ا\u064b\u200d\u064b"},
		{"a stack of circles", "a" + strings.Repeat("\u20dd\u20de", 20), "a\u20dd\u20de\u20dd"},
		{"a stack on a keycap", "1\ufe0f\u20e3\u0301\u0302", "1\ufe0f\u20e3"},
		{"a stack on an emoji", "👍\u0301\u0302 ❤\ufe0f\u0301", "👍 ❤\ufe0f"},
		{"a chain in Telugu", strings.Repeat("క్", 9) + "క", "క్క్క్క్కక్క్క్క్క"},
		{"marks after a space", "a \u0301b", "a b"},
	} {
		if got := clean(c.text); got != c.want {
			t.Errorf("%s: %+q became %+q, want %+q", c.what, c.text, got, c.want)
		}
	}
}

// What the maximum cuts apart leaves nothing behind that is not drawn.
func TestLongLines(t *testing.T) {
	for _, unit := range []string{"a", "é", "漢", "👍🏿", "❤\ufe0f", "👨\u200d👩\u200d👧", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "می\u200cخ", "a\u0301"} {
		for before := range 8 {
			got := clean(strings.Repeat("x", before) + strings.Repeat(unit, maxChatBytes))
			if len(got) > maxChatBytes || len(got) < maxChatBytes-len(unit) || !utf8.ValidString(got) || clean(got) != got {
				t.Errorf("%+q: %d bytes, %+q", unit, len(got), got)
			}
			if strings.HasSuffix(got, "\u200c") || strings.HasSuffix(got, "\u200d") || tag([]rune(got)[len([]rune(got))-1]) && !strings.HasSuffix(got, "\U000e007f") {
				t.Errorf("%+q was cut to end in %+q", unit, got[len(got)-8:])
			}
		}
	}
}

// Every letter by itself is nothing, or something that is drawn; cleaning twice is cleaning once.
func TestEveryLetter(t *testing.T) {
	for r := range rune(unicode.MaxRune + 1) {
		got := clean(string(r))
		if got == "" {
			continue
		}
		if got != string(r) || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.M, unicode.Cf, unicode.Z, unicode.Co, unicode.Cs, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			t.Fatalf("%U alone became %+q", r, got)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"hello", "می\u200cخ", "👨\u200d👩", "🏴\U000e0067\U000e0062\U000e0073\U000e007f", "a\u0301\u0302\u0303\u0304", "क्\u200dष\u0600", "1\ufe0f\u20e3", "\u200d\u115f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := clean(text)
		switch {
		case len(got) > maxChatBytes || !utf8.ValidString(got):
			t.Errorf("%d bytes: %+q", len(got), got)
		case clean(got) != got:
			t.Errorf("%+q became %+q, and then %+q", text, got, clean(got))
		case got != "" && !strings.ContainsFunc(got, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S, unicode.Cn) }):
			t.Errorf("%+q became %+q, of which nothing is seen", text, got)
		}
	})
}
