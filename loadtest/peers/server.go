package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/realmwire/realmwire/loadtest/peers/peer"
)

// serverRole is the server of one run: a tick that sends to every session, and a count of what comes.
type serverRole struct {
	w      workload
	server peer.Server

	mu       sync.Mutex // guards sessions
	sessions []*session

	stop    chan struct{} // closed to end the tick
	ticking sync.WaitGroup

	witness         witness
	in, out, failed atomic.Uint64
	profile         *os.File
}

// session is all that the harness keeps for a client.
type session struct {
	conn   peer.Conn
	number uint32 // of events sent
}

// mark is where a server stands.
type mark struct {
	CPUNs           int64
	Switches        int64 // times that a thread went to sleep
	In, Out, Failed uint64
}

// memory is what a server occupies, in bytes.
type memory struct {
	Resident  int64 // as it stood
	Collected int64 // after what is garbage was given back to the system
}

func newServerRole() actions {
	s := &serverRole{stop: make(chan struct{})}
	return actions{
		"listen":  act(s.listen),
		"start":   act(func(none) (any, error) { s.ticking.Go(s.tick); return nil, nil }),
		"watch":   act(func(none) (any, error) { s.ticking.Go(func() { s.witness.watch(s.stop) }); return nil, nil }),
		"lag":     act(func(none) (any, error) { return s.witness.take(), nil }),
		"mark":    act(func(none) (any, error) { return s.mark() }),
		"memory":  act(func(none) (any, error) { return residence() }),
		"profile": act(s.startProfile),
		"heap":    act(writeHeap),
		"end":     act(func(none) (any, error) { s.end(); return nil, nil }),
	}
}

func (s *serverRole) listen(w workload) (any, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	p, err := find(w.Peer)
	if err != nil {
		return nil, err
	}
	s.w = w
	if s.server, err = p.Listen(w.Options, s.accept); err != nil {
		return nil, err
	}
	return s.server.Addr(), nil
}

func (s *serverRole) accept(c peer.Conn) peer.Receive {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions = append(s.sessions, &session{conn: c})
	return s.receive
}

func (s *serverRole) receive([]byte) { s.in.Add(1) }

func (s *serverRole) list() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions
}

func (s *serverRole) mark() (any, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	s.endProfile() // after that: to write it takes time
	return mark{CPUNs: u.Utime.Nano() + u.Stime.Nano(), Switches: u.Nvcsw, In: s.in.Load(), Out: s.out.Load(), Failed: s.failed.Load()}, err
}

func residence() (any, error) {
	before, err := resident()
	if err != nil {
		return nil, err
	}
	runtime.GC() // what pools hold goes at the second
	debug.FreeOSMemory()
	after, err := resident()
	return memory{before, after}, err
}

// resident is the memory of this process that is in RAM.
func resident() (int64, error) {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	pages, err := strconv.ParseInt(strings.Fields(string(raw))[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}

func (s *serverRole) startProfile(path string) (any, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	s.profile = f
	return nil, pprof.StartCPUProfile(f)
}

// writeHeap writes what is on the heap, and how much the goroutines' stacks take.
func writeHeap(path string) (any, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return stacks{runtime.NumGoroutine(), int64(m.StackInuse)}, pprof.WriteHeapProfile(f)
}

// stacks are a process's goroutines and the bytes of their stacks.
type stacks struct {
	Goroutines int
	Bytes      int64
}

func (s *serverRole) endProfile() {
	if s.profile != nil {
		pprof.StopCPUProfile()
		_ = s.profile.Close()
		s.profile = nil
	}
}

// end closes the sessions before it waits for the tick, which may be stuck in a write to one.
func (s *serverRole) end() {
	close(s.stop)
	for _, c := range s.list() {
		c.conn.Close()
	}
	s.ticking.Wait()
	if s.server != nil {
		s.server.Close()
	}
}
