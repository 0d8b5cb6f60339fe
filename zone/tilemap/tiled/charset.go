package tiled

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var declaredEncoding = regexp.MustCompile(`^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']`)

// windows1252 is what the bytes 0x80 to 0x9f mean there; all others are Latin-1's. 0: nothing.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// utf8Text turns a text file into UTF-8 without a byte order mark. The mark counts for more than what the file says of itself.
func utf8Text(raw []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xef, 0xbb, 0xbf}):
		return wantUTF8(raw[3:])
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(raw, []byte{0, 0, 0xfe, 0xff}):
		return nil, errors.New("it is UTF-32; save it as UTF-8")
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}):
		return fromUTF16(raw[2:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		return fromUTF16(raw[2:], binary.BigEndian)
	case bytes.HasPrefix(raw, []byte{'<', 0}):
		return fromUTF16(raw, binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte{0, '<'}):
		return fromUTF16(raw, binary.BigEndian)
	}
	declared := ""
	if m := declaredEncoding.FindSubmatch(raw[:min(len(raw), 256)]); m != nil {
		declared = strings.ToLower(string(m[1]))
	}
	switch declared {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return wantUTF8(raw)
	case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1":
		return fromBytes(raw, nil)
	case "windows-1252", "cp1252", "cp-1252":
		return fromBytes(raw, &windows1252)
	}
	return nil, fmt.Errorf("it says that its encoding is %s, which is not read; save it as UTF-8", declared)
}

func wantUTF8(raw []byte) ([]byte, error) {
	if utf8.Valid(raw) {
		return raw, nil
	}
	line := 1
	for rest := raw; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		rest = rest[n:]
	}
	return nil, fmt.Errorf("line %d is not UTF-8; save it as UTF-8, or let its first line name its encoding", line)
}

func fromUTF16(raw []byte, order binary.ByteOrder) ([]byte, error) {
	if len(raw)%2 != 0 {
		return nil, errors.New("it is UTF-16 with half a letter at its end: it was cut; copy it again, or save it as UTF-8")
	}
	out := make([]byte, 0, len(raw)/2)
	for i := 0; i < len(raw); i += 2 {
		r := rune(order.Uint16(raw[i:]))
		if utf16.IsSurrogate(r) {
			var low rune
			if i+4 <= len(raw) {
				low = rune(order.Uint16(raw[i+2:]))
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				return nil, errors.New("it is UTF-16 with half a letter in it; save it as UTF-8")
			}
			i += 2
		}
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}

// fromBytes reads a letter of every byte. table is for the bytes 0x80 to 0x9f; nil: Latin-1's controls.
func fromBytes(raw []byte, table *[32]rune) ([]byte, error) {
	out := make([]byte, 0, len(raw)+len(raw)/8)
	for _, b := range raw {
		r := rune(b)
		if table != nil && b >= 0x80 && b < 0xa0 {
			if r = table[b-0x80]; r == 0 {
				return nil, fmt.Errorf("it has the byte 0x%x, which is no letter in windows-1252; save it as UTF-8", b)
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}
