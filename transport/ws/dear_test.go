package ws

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/realmwire/realmwire/internal/dear"
	"github.com/realmwire/realmwire/transport"
)

// wsFrame is a frame of a client's.
func wsFrame(fin bool, op byte, payload []byte) []byte {
	b := []byte{op, 0x80}
	if fin {
		b[0] |= 0x80
	}
	if n := len(payload); n < 126 {
		b[1] |= byte(n)
	} else {
		b[1] |= 126
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	}
	b = append(b, 0, 0, 0, 0) // a mask that changes nothing
	return append(b, payload...)
}

// segment is one of TCP, full of frames.
func segment(f func(k int) []byte) (b []byte) {
	for k := 0; ; k++ {
		next := f(k)
		if len(b)+len(next) > 1200 {
			return b
		}
		b = append(b, next...)
	}
}

// opContinuation and opBinary are the frames of messages, opPong a control frame.
const (
	opContinuation = 0x0
	opBinary       = 0x2
	opPong         = 0xA
)

// hostile are the segments of a client's stream, the i-th of them.
var hostile = map[string]func(i int) []byte{
	"tiny messages": func(int) []byte { return segment(func(int) []byte { return wsFrame(true, opBinary, []byte{1, 1}) }) },
	"a message in crumbs": func(i int) []byte {
		return segment(func(k int) []byte {
			if i == 0 && k == 0 {
				return wsFrame(false, opBinary, []byte{0})
			}
			return wsFrame(false, opContinuation, []byte{1})
		})
	},
	"a message of nothing": func(i int) []byte {
		return segment(func(k int) []byte {
			if i == 0 && k == 0 {
				return wsFrame(false, opBinary, []byte{0})
			}
			return wsFrame(false, opContinuation, nil)
		})
	},
	"pings":       func(int) []byte { return segment(func(int) []byte { return wsFrame(true, opPing, nil) }) },
	"large pings": func(int) []byte { return segment(func(int) []byte { return wsFrame(true, opPing, make([]byte, 125)) }) },
	"pongs":       func(int) []byte { return segment(func(int) []byte { return wsFrame(true, opPong, nil) }) },
	"a header a segment": func(i int) []byte {
		return wsFrame(true, opBinary, []byte{1, 1})
	},
}

// flood is a connection over which segments come 8,000 a second, and end.
type flood struct {
	net.Conn // nil: nothing else is asked of it
	segments [][]byte
	rest     []byte
	next     int
	now      time.Time
	began    time.Time
}

func (f *flood) end() time.Time {
	return f.began.Add(time.Duration(len(f.segments)) * 125 * time.Microsecond)
}

// Read gives what has come by now, a segment at most.
func (f *flood) Read(b []byte) (int, error) {
	if len(f.rest) == 0 {
		if f.next == len(f.segments) || f.now.After(f.end()) {
			return 0, io.EOF
		}
		f.rest = f.segments[f.next]
		f.next++
		if at := f.began.Add(time.Duration(f.next) * 125 * time.Microsecond); f.now.Before(at) {
			f.now = at
		}
	}
	n := copy(b, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

func (f *flood) Write(b []byte) (int, error)      { return len(b), nil }
func (f *flood) Close() error                     { return nil }
func (f *flood) SetReadDeadline(time.Time) error  { return nil }
func (f *flood) SetWriteDeadline(time.Time) error { return nil }
func (f *flood) SetDeadline(time.Time) error      { return nil }

// hijacked is a response writer that gives a connection away.
type hijacked struct {
	*httptest.ResponseRecorder
	conn net.Conn
}

func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

// counting is a handler that counts messages.
type counting struct{ messages int }

func (c *counting) Message(transport.Conn, transport.Lane, []byte)     { c.messages++ }
func (c *counting) Closed(transport.Conn, transport.CloseCode, string) {}

// attacked is a session at the end of a flood, in time that moves with it.
func attacked(t testing.TB, n int, of func(i int) []byte) (c *conn, f *flood, h *counting) {
	t.Helper()
	f = &flood{began: time.Unix(1000, 0), now: time.Unix(1000, 0)}
	for i := range n {
		f.segments = append(f.segments, of(i))
	}
	p := pace(f, new(atomic.Uint64))
	p.now = func() time.Time { return f.now }
	p.pause = func(<-chan struct{}) { f.now = f.now.Add(pauseFor) }
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for k, v := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} {
		r.Header.Set(k, v)
	}
	socket, err := websocket.Accept(hijacked{httptest.NewRecorder(), p}, r, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		t.Fatal(err)
	}
	c, h = newConn(socket, netip.AddrPort{}, time.Hour), new(counting)
	c.calls.Start(h)
	return c, f, h
}

// BenchmarkDearPackets sets segments of a hostile client, which come 8,000 a second, beside those of an honest one.
func BenchmarkDearPackets(b *testing.B) {
	class := func(name string, of func(i int) []byte) dear.Class {
		return dear.Class{Name: name, Make: func(b *testing.B, n int) func() {
			c, _, _ := attacked(b, n, of)
			return func() { c.read() }
		}}
	}
	honest := class("honest", func(int) []byte {
		return wsFrame(true, opBinary, append([]byte{byte(transport.Latest)}, make([]byte, 1100)...))
	})
	var classes []dear.Class
	for name, of := range hostile {
		classes = append(classes, class(name, of))
	}
	dear.Sort(classes)
	dear.Run(b, honest, classes...)
}

// TestDearPackets holds that a hostile client is read only as far as its budget goes, and one whose frames are small and few is read
// to the end.
func TestDearPackets(t *testing.T) {
	for name, of := range hostile {
		t.Run(name, func(t *testing.T) {
			c, f, h := attacked(t, 2000, of)
			c.read()
			all := name == "a header a segment"
			if read := f.next == len(f.segments); read != all {
				t.Errorf("%d of %d segments were read, %d messages came", f.next, len(f.segments), h.messages)
			}
		})
	}
}

// TestMeter holds that frames are counted wherever the stream is cut.
func TestMeter(t *testing.T) {
	var stream []byte
	stream = append(stream, wsFrame(true, opBinary, make([]byte, 5))...)
	stream = append(stream, wsFrame(true, opPing, nil)...)
	stream = append(stream, wsFrame(false, opBinary, make([]byte, 300))...)
	stream = append(stream, wsFrame(true, opPong, make([]byte, 125))...)
	stream = append(stream, 0x80, 127, 0, 0, 0, 0, 0, 1, 0, 0) // bare of a mask, 65,536 bytes
	stream = append(stream, make([]byte, 1<<16)...)
	stream = append(stream, wsFrame(true, opBinary, []byte{1})...)
	const want = 4*workFrame + workPing + workControl
	for _, cut := range []int{1, 2, 3, 7, 100, 4096, len(stream)} {
		var m meter
		got := 0
		for rest := stream; len(rest) > 0; rest = rest[min(cut, len(rest)):] {
			got += m.count(rest[:min(cut, len(rest))])
		}
		if got != want || m.have != 0 || m.skip != 0 {
			t.Errorf("cut into %d: %d, not %d; %d bytes of a header, %d to skip", cut, got, want, m.have, m.skip)
		}
	}
}
