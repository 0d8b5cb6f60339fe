package listen

import (
	"strings"
	"testing"
)

func TestPublicAddr(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		":7777":                 ":7777",
		"0.0.0.0:7777":          ":7777",
		"[::]:7777":             ":7777",
		"0.0.0.0":               ":9",
		"::":                    ":9",
		"192.0.2.1":             "192.0.2.1:9",
		"192.0.2.1:7777":        "192.0.2.1:7777",
		"[192.0.2.1]:7777":      "192.0.2.1:7777",
		"::1":                   "[::1]:9",
		"[::1]":                 "[::1]:9",
		"[::1]:7777":            "[::1]:7777",
		"2001:db8::1":           "[2001:db8::1]:9",
		"[2001:db8::1]:7777":    "[2001:db8::1]:7777",
		"::ffff:192.0.2.1":      "[::ffff:192.0.2.1]:9",
		"localhost":             "localhost:9",
		"localhost:65535":       "localhost:65535",
		"play.example.org.":     "play.example.org.:9",
		"a_service.default:1":   "a_service.default:1",
		"xn--bcher-kva.example": "xn--bcher-kva.example:9",
		"1and1.com:7777":        "1and1.com:7777",
	} {
		if got, err := publicAddr(text, 9); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"7777":                     ":7777",
		":":                        "port is missing",
		":0":                       "1 to 65535",
		":65536":                   "1 to 65535",
		":-1":                      "1 to 65535",
		":http":                    "1 to 65535",
		"host:":                    "port is missing",
		"host:0":                   "1 to 65535",
		"host:1:2":                 "brackets",
		"2001:db8::1:7777:x":       "brackets",
		"[::1":                     "not closed",
		"[::1]7777":                "after the bracket",
		"[::1]:":                   "after the bracket",
		"[]:7777":                  "no IP address",
		"[host]:7777":              "no IP address",
		"[fe80::1%eth0]:7777":      "scope",
		"fe80::1%2":                "scope",
		"256.0.0.1:7777":           "no IP address",
		"192.0.2:7777":             "no IP address",
		"http://host:7777":         "URL",
		"host/game":                "URL",
		"a host:7777":              "no name",
		" host:7777":               "no name",
		"host..example:7777":       "no name",
		"-host:7777":               "no name",
		"*:7777":                   "no name",
		"bücher.example":           "no name",
		strings.Repeat("a", 64):    "no name",
		"a,b":                      "no name",
		"user@host:7777":           "no name",
		"203.0.113.5:7777, [::1]:": "brackets",
	} {
		if got, err := publicAddr(text, 9); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %q, %v; want an error with %q", text, got, err, want)
		}
	}
}
