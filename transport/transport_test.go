package transport

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheckSize(t *testing.T) {
	for _, c := range []struct {
		lane Lane
		n    int
		ok   bool
	}{
		{Reliable, 0, false},
		{Reliable, 1, true},
		{Reliable, MaxReliableMessage, true},
		{Reliable, MaxReliableMessage + 1, false},
		{Latest, -1, false},
		{Latest, MaxLatestMessage, true},
		{Latest, MaxLatestMessage + 1, false},
		{Lane(2), 1, false},
	} {
		if err := CheckSize(c.lane, c.n); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrMessageSize) {
			t.Errorf("%d bytes on %s: %v", c.n, c.lane, err)
		}
	}
}

func TestClipText(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("a", 200), strings.Repeat("ü", 100), strings.Repeat("€", 50), "bad \xff\xfe end"} {
		got := ClipText(text)
		if len(got) > MaxCloseText || !utf8.ValidString(got) || utf8.ValidString(text) && len(text) <= MaxCloseText && got != text {
			t.Errorf("%q became %q", text, got)
		}
		if len(text) > MaxCloseText && len(got) < MaxCloseText-3 {
			t.Errorf("%q was cut to %d bytes", text, len(got))
		}
	}
}

func TestRefusal(t *testing.T) {
	code, text := Refusal(fmt.Errorf("wrapped: %w", &CloseError{Code: Kicked, Text: "banned"}))
	if code != Kicked || text != "banned" {
		t.Errorf("got %s %q", code, text)
	}
	if code, text = Refusal(errors.New("zone is full")); code != Refused || text != "zone is full" {
		t.Errorf("got %s %q", code, text)
	}
}

func TestNames(t *testing.T) {
	for code := Normal; code <= Backpressure; code++ {
		if name := code.String(); strings.HasPrefix(name, "code-") || !code.Valid() {
			t.Errorf("code %d has no name: %q", code, name)
		}
	}
	if got := CloseCode(500).String(); got != "code-500" {
		t.Errorf("an unknown code is %q", got)
	}
	if CloseCode(1000).Valid() {
		t.Error("1000 is valid")
	}
}
