package sctp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/logging"
	"github.com/pion/sctp"
)

// twins are an association of ours and one of pion's that get the same packets of one peer. They live in a bubble: when all of
// pion's goroutines wait, it has done what a packet asks for.
type twins struct {
	t     *testing.T
	ours  *Association
	pion  *sctp.Association
	conn  *memoryConn
	heads [2][]byte // of packets for each: the tags differ
	acks  [2]string // the last acknowledgement of each
	got   [2]map[uint16][]string
	mu    sync.Mutex // guards pion's part of got
	work  sync.WaitGroup
}

// memoryConn is the network of pion's association.
type memoryConn struct {
	net.Conn // nil: nothing else is asked of it
	in       chan []byte
	done     chan struct{}
	once     sync.Once
	mu       sync.Mutex
	out      [][]byte // guarded by mu
}

func (c *memoryConn) Read(b []byte) (int, error) {
	select {
	case p := <-c.in:
		return copy(b, p), nil
	case <-c.done:
		return 0, io.EOF
	}
}

func (c *memoryConn) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = append(c.out, bytes.Clone(b))
	return len(b), nil
}

func (c *memoryConn) Close() error                     { c.once.Do(func() { close(c.done) }); return nil }
func (c *memoryConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memoryConn) SetWriteDeadline(time.Time) error { return nil }
func (c *memoryConn) SetDeadline(time.Time) error      { return nil }

// left returns what pion has sent since.
func (c *memoryConn) left() [][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.out
	c.out = nil
	return out
}

func newTwins(t *testing.T) *twins {
	t.Helper()
	w := &twins{t: t, conn: &memoryConn{in: make(chan []byte, 16), done: make(chan struct{})}}
	w.got = [2]map[uint16][]string{{}, {}}
	p := newPeer(t, Config{})
	w.ours, w.heads[0] = p.a, p.header()
	made := make(chan *sctp.Association, 1)
	w.work.Go(func() {
		a, err := sctp.ServerWithOptions(sctp.WithNetConn(w.conn), sctp.WithLoggerFactory(&logging.DefaultLoggerFactory{Writer: io.Discard}))
		if err != nil {
			t.Error(err)
		}
		made <- a
	})
	w.conn.in <- initPacket(88, theirTSN, 1<<20, appendParam(knowsForward, paramExtensions, []byte{chunkForward, chunkReconfig}))
	synctest.Wait()
	_, list := chunksOf(t, w.conn.left()[0])
	h := ports
	h.tag = binary.BigEndian.Uint32(list[0].body)
	w.heads[1] = appendHeader(nil, h)
	for params := list[0].body[initSize:]; len(params) > 0; {
		kind, value, rest, ok := nextParam(params)
		if !ok {
			t.Fatal("pion's INIT ACK is broken")
		}
		if kind == paramCookie {
			w.conn.in <- packetOf(w.heads[1], appendChunk(nil, chunkCookieEcho, 0, value))
		}
		params = rest
	}
	if w.pion = <-made; w.pion == nil {
		t.FailNow()
	}
	w.work.Go(w.accept)
	synctest.Wait()
	w.conn.left()
	return w
}

// accept reads what pion delivers.
func (w *twins) accept() {
	for {
		s, err := w.pion.AcceptStream()
		if err != nil {
			return
		}
		w.work.Go(func() {
			buf := make([]byte, 1<<16)
			for {
				n, _, err := s.ReadSCTP(buf)
				if err != nil {
					return
				}
				w.mu.Lock()
				w.got[1][s.StreamIdentifier()] = append(w.got[1][s.StreamIdentifier()], string(buf[:n]))
				w.mu.Unlock()
			}
		})
	}
}

func (w *twins) close() {
	_ = w.conn.Close()
	_ = w.pion.Close()
	w.work.Wait()
}

// send gives chunks to both, waits until each has acknowledged what it would, and compares.
func (w *twins) send(chunks ...[]byte) {
	w.t.Helper()
	messages, err := w.ours.Receive(time.Now(), packetOf(w.heads[0], chunks...))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, m := range messages {
		w.got[0][m.Stream] = append(w.got[0][m.Stream], string(m.Data))
	}
	w.conn.in <- packetOf(w.heads[1], chunks...)
	time.Sleep(ackDelay + 50*time.Millisecond)
	synctest.Wait()
	for b, ok := w.ours.Emit(time.Now(), nil); ok; b, ok = w.ours.Emit(time.Now(), nil) {
		w.note(0, b)
	}
	for _, b := range w.conn.left() {
		w.note(1, b)
	}
	if w.acks[0] != w.acks[1] {
		w.t.Fatalf("we acknowledge %s, pion %s", w.acks[0], w.acks[1])
	}
	w.compare()
}

// note keeps an acknowledgement: all up to a TSN, and ranges beyond.
func (w *twins) note(end int, packet []byte) {
	_, list := chunksOf(w.t, packet)
	for _, c := range list {
		if s, ok := parseSack(c); ok && c.kind == chunkSack {
			w.acks[end] = fmt.Sprint(int32(s.cum - theirTSN))
			for g := s.gaps; len(g) > 0; g = g[4:] {
				w.acks[end] += fmt.Sprintf(" %d-%d", binary.BigEndian.Uint16(g), binary.BigEndian.Uint16(g[2:]))
			}
		}
	}
}

// compare holds that both have delivered the same: of an ordered stream in the same order.
func (w *twins) compare() {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for stream := range uint16(4) {
		ours, pion := w.got[0][stream], w.got[1][stream]
		if stream == unorderedStream {
			ours, pion = slices.Sorted(slices.Values(ours)), slices.Sorted(slices.Values(pion))
		}
		if !slices.Equal(ours, pion) {
			w.t.Fatalf("stream %d: we deliver %q, pion %q", stream, ours, pion)
		}
	}
}

// unorderedStream is the one whose messages have no order.
const unorderedStream = 3

// letter is one message of the peer's, in chunks.
type letter struct {
	stream uint16
	ssn    uint16
	chunks [][]byte
	first  int // among all chunks
}

// letters makes messages of bytes: stream and number of fragments.
func letters(script []byte) (all []letter, chunks [][]byte) {
	var ssn [4]uint16
	for i, b := range script {
		l := letter{stream: uint16(b & 3), first: len(chunks)}
		n := 1 + int(b>>2&3)
		flags := byte(0)
		if l.stream == unorderedStream {
			flags = flagUnordered
		} else {
			l.ssn = ssn[l.stream]
			ssn[l.stream]++
		}
		for k := range n {
			f := flags
			if k == 0 {
				f |= flagBegin
			}
			if k == n-1 {
				f |= flagEnd
			}
			text := fmt.Sprintf("%d.%d ", i, k)
			c := appendData(nil, &data{tsn: theirTSN + uint32(len(chunks)), ppid: 53, stream: l.stream, ssn: l.ssn, flags: f, payload: []byte(text)})
			l.chunks, chunks = append(l.chunks, c), append(chunks, c)
		}
		all = append(all, l)
	}
	return all, chunks
}

// play has bytes say in which order a fair peer's chunks come, which come twice, and what it gives up.
func (w *twins) play(script []byte) {
	half := min(len(script)/2, 24)
	all, chunks := letters(script[:half])
	sent := make([]bool, len(chunks))
	base := 0 // the first that has neither come nor been given up
	advance := func() {
		for base < len(chunks) && sent[base] {
			base++
		}
	}
	for _, b := range script[half:min(len(script), half+80)] {
		if base == len(chunks) {
			break
		}
		if b >= 232 { // the peer gives up unordered messages that have not come, as far as they go
			w.giveUp(all, sent, base)
			advance()
			continue
		}
		at := min(base+int(b%12), len(chunks)-1)
		if b >= 200 {
			at = max(0, base-int(b%5))
		}
		packet := [][]byte{chunks[at]}
		sent[at] = true
		if b&64 != 0 && at+1 < len(chunks) {
			packet, sent[at+1] = append(packet, chunks[at+1]), true
		}
		w.send(packet...)
		advance()
	}
	for at := range chunks {
		if !sent[at] {
			w.send(chunks[at])
		}
	}
}

// giveUp moves the peer's FORWARD-TSN over the unordered messages that stand next.
func (w *twins) giveUp(all []letter, sent []bool, base int) {
	to := base
	for i := range all {
		l := &all[i]
		end := l.first + len(l.chunks)
		if end <= to {
			continue
		}
		if l.first > to || l.stream != unorderedStream {
			break
		}
		for k := l.first; k < end; k++ {
			sent[k] = true
		}
		to = end
	}
	if to > base {
		w.send(forwardTo(theirTSN + uint32(to) - 1))
	}
}

// FuzzTwins holds that what we deliver and acknowledge of a fair peer's packets, however they come, is what pion does.
func FuzzTwins(f *testing.F) {
	f.Add([]byte("the quick brown fox jumps over the lazy dog"))
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 11))
		b := make([]byte, 104)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		synctest.Test(t, func(t *testing.T) {
			w := newTwins(t)
			defer w.close()
			w.play(script)
		})
	})
}
