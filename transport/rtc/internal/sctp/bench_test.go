package sctp

import (
	"testing"
	"time"
	"unsafe"
)

// exchange is one tick of a session in its steady state: a snapshot to the client, which acknowledges, and an input and
// now and then an event back.
type exchange struct {
	server, client *Association
	now            time.Time
	b              []byte
	snapshot       []byte
}

func newExchange(t testing.TB) *exchange {
	e := &exchange{now: epoch, b: make([]byte, 0, 2048), snapshot: make([]byte, 1000)}
	e.server, e.client = connect(t, e.now, Config{Tag: 1, TSN: 2}, Config{Tag: 3, TSN: 4})
	return e
}

// pass carries all that leaves from one end to the other.
func (e *exchange) pass(t testing.TB, from, to *Association) (got int) {
	for {
		b, ok := from.Emit(e.now, e.b[:0])
		if !ok {
			return got
		}
		messages, err := to.Receive(e.now, b)
		if err != nil {
			t.Fatal(err)
		}
		got += len(messages)
	}
}

func (e *exchange) tick(t testing.TB, event bool) {
	e.now = e.now.Add(33 * time.Millisecond)
	e.server.Advance(e.now)
	_, _ = e.server.SendLatest(1, 53, e.snapshot)
	want := 1
	if event {
		_ = e.server.SendReliable(0, 53, e.snapshot[:60])
		want++
	}
	if got := e.pass(t, e.server, e.client); got != want {
		t.Fatalf("%d of %d messages came", got, want)
	}
	_, _ = e.client.SendLatest(1, 53, e.snapshot[:80])
	if e.pass(t, e.client, e.server) != 1 {
		t.Fatal("the input is lost")
	}
}

// TestNoAllocations holds that sending and receiving on either lane allocates nothing once the buffers are there.
func TestNoAllocations(t *testing.T) {
	for name, event := range map[string]bool{"latest": false, "with an event": true} {
		e := newExchange(t)
		for range 100 {
			e.tick(t, event)
		}
		if n := testing.AllocsPerRun(1000, func() { e.tick(t, event) }); n != 0 {
			t.Errorf("%s: %v allocations a tick", name, n)
		}
	}
}

// size is the memory that an association holds.
func (a *Association) size() int {
	n := int(unsafe.Sizeof(*a)) + cap(a.control) + cap(a.out.latest.payload) + cap(a.shake.reports)
	n += (len(a.out.queue.buf) + len(a.out.out.buf)) * int(unsafe.Sizeof(record{}))
	h := &a.in.held
	n += cap(h.slots)*int(unsafe.Sizeof(run{})) + 2*(cap(h.free)+cap(h.order)+cap(h.ready)) + cap(a.in.messages)*int(unsafe.Sizeof(Message{}))
	n += (cap(a.in.streams) + cap(a.out.streams)) * int(unsafe.Sizeof(stream{}))
	n += cap(a.in.spans)*int(unsafe.Sizeof(span{})) + 4*cap(a.in.duplicates)
	return n + poolSize*(len(a.in.pool.free)+len(a.out.pool.free)+len(a.in.spent))
}

// TestMemory holds what a session keeps, fresh, in its steady state, and after bulk has passed.
func TestMemory(t *testing.T) {
	e := newExchange(t)
	fresh := e.server.size()
	for range 100 {
		e.tick(t, true)
	}
	steady := e.server.size()
	w := newWorld(t, 1, Config{Tag: 1}, Config{Tag: 2})
	w.net.loss = 0.1
	for end, a := range w.ends {
		if err := a.SendReliable(0, 53, make([]byte, 64<<10)); err != nil {
			t.Fatal(err)
		}
		w.flush(end)
	}
	w.drain()
	after := w.ends[0].size()
	t.Logf("%d bytes fresh, %d in the steady state, %d after bulk", fresh, steady, after)
	if fresh > 2<<10 || steady > 5<<10 || after > 8<<10 {
		t.Error("more than a session should hold")
	}
}

// BenchmarkLatest is a snapshot sent and acknowledged and an input received, both ends' work.
func BenchmarkLatest(b *testing.B) {
	e := newExchange(b)
	b.ReportAllocs()
	for b.Loop() {
		e.tick(b, false)
	}
}

// BenchmarkServer is the server's part of it alone: a snapshot of 1,000 bytes out, an acknowledgement with an input in.
func BenchmarkServer(b *testing.B) {
	e := newExchange(b)
	var spent time.Duration
	b.ReportAllocs()
	for b.Loop() {
		e.now = e.now.Add(33 * time.Millisecond)
		start := time.Now()
		_, _ = e.server.SendLatest(1, 53, e.snapshot)
		p, ok := e.server.Emit(e.now, e.b[:0])
		spent += time.Since(start)
		if !ok {
			b.Fatal("nothing leaves")
		}
		if _, err := e.client.Receive(e.now, p); err != nil {
			b.Fatal(err)
		}
		_, _ = e.client.SendLatest(1, 53, e.snapshot[:80])
		e.client.in.ackAt = e.now
		p, _ = e.client.Emit(e.now, e.b[:0])
		start = time.Now()
		if m, err := e.server.Receive(e.now, p); err != nil || len(m) != 1 {
			b.Fatal(len(m), err)
		}
		spent += time.Since(start)
	}
	b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N), "server-ns/op")
}
