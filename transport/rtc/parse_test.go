package rtc

import (
	"strings"
	"testing"

	"github.com/pion/stun/v4"

	"github.com/realmwire/realmwire/transport"
)

func TestBindingUfrag(t *testing.T) {
	m, err := stun.Build(stun.BindingRequest, stun.TransactionID,
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{1, 2, 3, 4}},
		stun.RawAttribute{Type: stun.AttrSoftware, Value: []byte("odd")}, stun.NewUsername("ours:theirs"))
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := bindingUfrag(m.Raw); !ok || string(got) != "ours" {
		t.Errorf("got %q, %v", got, ok)
	}
	for n := range m.Raw {
		if got, ok := bindingUfrag(m.Raw[:n]); ok && string(got) != "ours" {
			t.Errorf("from %d bytes: %q", n, got)
		}
	}
}

func FuzzBindingUfrag(f *testing.F) {
	m, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername("a:b"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(m.Raw)
	f.Fuzz(func(_ *testing.T, b []byte) { bindingUfrag(b) })
}

func TestCloseText(t *testing.T) {
	for _, c := range []transport.CloseError{{Code: transport.Kicked, Text: "why not"}, {Code: 0}, {Code: 999, Text: "a b  c "}} {
		code, text, ok := parseClose(closeText(c.Code, c.Text))
		if !ok || code != c.Code || text != c.Text {
			t.Errorf("%+v became %d %q %v", c, code, text, ok)
		}
	}
	for _, bad := range []string{"", "close", "close x y", "close 1000 z", "close -1 z", "open 1 z", "close 99999 z"} {
		if _, _, ok := parseClose(bad); ok {
			t.Errorf("%q was taken", bad)
		}
	}
	if _, text, _ := parseClose("close 1 " + strings.Repeat("x", 5000)); len(text) != transport.MaxCloseText {
		t.Errorf("a text of %d bytes came through", len(text))
	}
}

func FuzzCloseText(f *testing.F) {
	f.Add("close 1 text")
	f.Fuzz(func(t *testing.T, s string) {
		if code, text, ok := parseClose(s); ok && (!code.Valid() || len(text) > transport.MaxCloseText) {
			t.Fatalf("%q became %d %q", s, code, text)
		}
	})
}
