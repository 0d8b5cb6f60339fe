package udp

import (
	"testing"
	"time"
)

// TestClassesKeepToRFC9443 holds our datagrams beside the figure of RFC 9443, section 3: whoever multiplexes by it takes them for media, of
// which there are none here, and never for QUIC, STUN, DTLS, ZRTP or TURN.
func TestClassesKeepToRFC9443(t *testing.T) {
	next := 0
	for _, r := range []struct {
		from, to int
		protocol string
		want     Class
	}{
		{0, 3, "STUN", STUN},
		{4, 15, "dropped", None},
		{16, 19, "ZRTP", None},
		{20, 63, "DTLS", DTLS},
		{64, 79, "TURN channels, where they come from a TURN server, else QUIC", QUIC},
		{80, 127, "QUIC", QUIC},
		{128, 191, "RTP and RTCP", Own},
		{192, 255, "QUIC", QUIC},
	} {
		if r.from != next {
			t.Fatalf("the table has a gap before %d", r.from)
		}
		next = r.to + 1
		for b := r.from; b <= r.to; b++ {
			if got := classOf[b]; got != r.want {
				t.Errorf("first byte %d (%s): class %d, want %d", b, r.protocol, got, r.want)
			}
		}
	}
	if next != 256 {
		t.Fatalf("the table ends at %d", next)
	}
}

func TestDispatch(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	var ours, webrtc collector
	s.Handle(ours.handle, Own)
	s.Handle(webrtc.handle, STUN, DTLS)
	c := dial(t, s.Addr().String())
	for _, first := range []byte{0, 20, 3, 63, 4, 19, 64, 127, 128, 0x90, 191, 192, 255} {
		write(t, c, []byte{first, 1, 2})
	}
	write(t, c, nil)
	write(t, c, append([]byte{128}, make([]byte, MaxPayload)...))
	want := func(who *collector, list []byte, classes []Class) {
		t.Helper()
		for i, d := range who.wait(t, len(list)) {
			if d.Data[0] != list[i] || d.Class != classes[i] || len(d.Data) != 3 || d.Addr.String() != c.LocalAddr().String() {
				t.Errorf("datagram %d: %x of class %d from %v", i, d.Data, d.Class, d.Addr)
			}
		}
	}
	want(&webrtc, []byte{0, 20, 3, 63}, []Class{STUN, DTLS, STUN, DTLS}) // in order, whatever their class
	want(&ours, []byte{128, 0x90, 191}, []Class{Own, Own, Own})
	dropped(t, s, 8)

	// Whoever closes wants no more.
	s.Handle(nil, Own)
	write(t, c, []byte{128, 1, 2})
	dropped(t, s, 9)

	// A class that nobody serves is free for another.
	var quic collector
	s.Handle(quic.handle, QUIC)
	write(t, c, []byte{64, 1, 2})
	write(t, c, []byte{255, 1, 2})
	want(&quic, []byte{64, 255}, []Class{QUIC, QUIC})
}

func dropped(t *testing.T, s *Socket, n uint64) {
	t.Helper()
	for deadline := time.Now().Add(wait); s.Counters().Dropped.Load() != n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("counters %+v, want %d dropped", s.Counters(), n)
		}
	}
}
