package realm

import (
	"strings"
	"unicode/utf8"
)

const (
	minAccountName, maxAccountName     = 3, 20
	minCharacterName, maxCharacterName = 2, 16
	minPassword, maxPassword           = 8, 128 // characters
	maxPasswordBytes                   = 4 * maxPassword
	guestPrefix                        = "guest-"
)

// checkAccountName holds names to what shows the same everywhere: no two that look alike but differ.
func checkAccountName(name string) error {
	if n := len(name); n < minAccountName || n > maxAccountName || strings.IndexFunc(name, notIn("_-")) >= 0 {
		return refuse(CodeInvalidName, "An account name has %d to %d letters (a-z), digits, _ or -.", minAccountName, maxAccountName)
	}
	if strings.HasPrefix(strings.ToLower(name), guestPrefix) {
		return refuse(CodeInvalidName, "Names that begin with %q are for guests; choose another.", guestPrefix)
	}
	return nil
}

func checkCharacterName(name string) error {
	rule := refuse(CodeInvalidName, "A character name has %d to %d letters (a-z), digits, single spaces, ' or -, and begins with a letter.",
		minCharacterName, maxCharacterName)
	if n := len(name); n < minCharacterName || n > maxCharacterName || strings.IndexFunc(name, notIn(" '-")) >= 0 {
		return rule
	}
	first := name[0] | 0x20
	if first < 'a' || first > 'z' || strings.HasSuffix(name, " ") || strings.Contains(name, "  ") {
		return rule
	}
	return nil
}

func checkPassword(password string) error {
	if n := utf8.RuneCountInString(password); n < minPassword || n > maxPassword || len(password) > maxPasswordBytes {
		return refuse(CodeInvalidPassword, "A password has %d to %d characters.", minPassword, maxPassword)
	}
	return nil
}

func notIn(extra string) func(rune) bool {
	return func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(extra, r)
	}
}

// checkZoneName is for what zone processes register: words of lowercase letters and digits, joined by -.
func checkZoneName(name string) error {
	if name == "" || len(name) > maxZoneName || strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	}) >= 0 {
		return refuse(CodeInvalid, "zone name %.40q: want 1 to %d lowercase letters, digits or -", name, maxZoneName)
	}
	return nil
}
