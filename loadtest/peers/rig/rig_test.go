package rig

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestFlowOf(t *testing.T) {
	packet := func(version, header, protocol byte, size int) []byte {
		p := make([]byte, size)
		p[0], p[9] = version<<4|header, protocol
		if at := int(header) * 4; size >= at+4 {
			p[at+1], p[at+3] = 7, 9 // ports
		}
		return p
	}
	for _, c := range []struct {
		name string
		p    []byte
		up   bool
		want flowKey
		ok   bool
	}{
		{"up", packet(4, 5, unix.IPPROTO_UDP, 28), true, flowKey{unix.IPPROTO_UDP, 7}, true},
		{"down", packet(4, 5, unix.IPPROTO_TCP, 40), false, flowKey{unix.IPPROTO_TCP, 9}, true},
		{"with options", packet(4, 6, unix.IPPROTO_UDP, 32), true, flowKey{unix.IPPROTO_UDP, 7}, true},
		{"IPv6", packet(6, 0, unix.IPPROTO_UDP, 48), true, flowKey{}, false},
		{"ICMP", packet(4, 5, unix.IPPROTO_ICMP, 28), true, flowKey{}, false},
		{"no room for ports", packet(4, 5, unix.IPPROTO_UDP, 23), true, flowKey{}, false},
		{"a header beyond the end", packet(4, 15, unix.IPPROTO_UDP, 28), true, flowKey{}, false},
		{"short", make([]byte, 19), true, flowKey{}, false},
		{"empty", nil, true, flowKey{}, false},
	} {
		if got, ok := flowOf(c.p, c.up); ok != c.ok || got != c.want {
			t.Errorf("%s: %v %v, want %v %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

// Outside a sandbox, entering does nothing.
func TestEnterOutside(t *testing.T) {
	t.Setenv(envAddress, "")
	if err := Enter(); err != nil {
		t.Error(err)
	}
}
