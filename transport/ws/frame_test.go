package ws

import (
	"bytes"
	"testing"
	"testing/iotest"

	"github.com/realmwire/realmwire/transport"
)

func FuzzFrame(f *testing.F) {
	f.Add([]byte{0, 1})
	f.Add([]byte{1, 1, 2, 3})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		lane, msg, ok := parseFrame(b)
		if ok && (transport.CheckSize(lane, len(msg)) != nil || !bytes.Equal(b[1:], msg)) {
			t.Fatalf("%x parsed into %s, %x", b, lane, msg)
		}
	})
}

func TestReadAll(t *testing.T) {
	var buf []byte
	for _, size := range []int{0, 1, 7, 8, 9, 5000, 70000, 3} {
		want := bytes.Repeat([]byte{byte(size)}, size)
		got, err := readAll(iotest.HalfReader(bytes.NewReader(want)), buf)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: read %d, %v", size, len(got), err)
		}
		buf = got
	}
	if _, err := readAll(iotest.ErrReader(bytes.ErrTooLarge), nil); err == nil {
		t.Error("an error was lost")
	}
}

func TestStatusOfKeepsToOurRange(t *testing.T) {
	for code, want := range map[transport.CloseCode]int{0: 4000, transport.Refused: 4006, 999: 4999, 1000: 4000, 60000: 4000} {
		if got := int(statusOf(code)); got != want {
			t.Errorf("code %d is status %d, want %d", code, got, want)
		}
	}
}
