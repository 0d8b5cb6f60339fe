package sctp

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"testing"
	"time"
)

// pipe is one end of a path in memory that loses and delays packets.
type pipe struct {
	in, out chan []byte
	done    chan struct{}
	once    *sync.Once
	mu      *sync.Mutex
	rng     *rand.Rand
	loss    float64
	delay   time.Duration
}

func newPipe(loss float64, delay time.Duration) (a, b *pipe) {
	x, y, done := make(chan []byte, 4096), make(chan []byte, 4096), make(chan struct{})
	p := pipe{x, y, done, new(sync.Once), new(sync.Mutex), rand.New(rand.NewPCG(1, 2)), loss, delay}
	q := p
	q.in, q.out = y, x
	return &p, &q
}

func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	lost := p.rng.Float64() < p.loss
	p.mu.Unlock()
	if lost {
		return len(b), nil
	}
	packet := bytes.Clone(b)
	deliver := func() {
		select {
		case p.out <- packet:
		case <-p.done:
		default:
		}
	}
	if p.delay == 0 {
		deliver()
	} else {
		time.AfterFunc(p.delay, deliver)
	}
	return len(b), nil
}

func (p *pipe) Read(b []byte) (int, error) {
	select {
	case packet := <-p.in:
		return copy(b, packet), nil
	case <-p.done:
		return 0, io.EOF
	}
}

func (p *pipe) Close() error                     { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipe) LocalAddr() net.Addr              { return nil }
func (p *pipe) RemoteAddr() net.Addr             { return nil }
func (p *pipe) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (p *pipe) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (p *pipe) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }

// live runs an association on a pipe, as its owner would.
type live struct {
	mu     sync.Mutex
	a      *Association
	pipe   *pipe
	got    chan Message
	resets chan uint16
	failed error
	done   chan struct{}
}

func newLive(p *pipe) *live {
	l := &live{
		a: New(Config{Tag: 0xABCD, TSN: 0xFFFFFFF0}), pipe: p,
		got: make(chan Message, 1<<16), resets: make(chan uint16, 16), done: make(chan struct{}),
	}
	go l.run()
	return l
}

func (l *live) run() {
	defer close(l.done)
	timer := time.NewTicker(2 * time.Millisecond)
	defer timer.Stop()
	for {
		select {
		case packet := <-l.pipe.in:
			l.do(func(now time.Time) {
				messages, err := l.a.Receive(now, packet)
				if err != nil {
					l.failed = err
				}
				for _, m := range messages {
					m.Data = bytes.Clone(m.Data)
					l.got <- m
				}
				for _, s := range l.a.ResetStreams() {
					l.resets <- s
				}
			})
		case <-timer.C:
			l.do(func(now time.Time) {
				if at := l.a.Wake(); !at.IsZero() && !now.Before(at) {
					l.a.Advance(now)
				}
			})
		case <-l.pipe.done:
			return
		}
	}
}

// do calls f under the lock and sends what leaves.
func (l *live) do(f func(now time.Time)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	f(now)
	for {
		b, ok := l.a.Emit(now, nil)
		if !ok {
			return
		}
		_, _ = l.pipe.Write(b)
	}
}

func (l *live) reliable(t *testing.T, m []byte) {
	t.Helper()
	for {
		err := error(nil)
		l.do(func(time.Time) { err = l.a.SendReliable(0, 53, m) })
		if err == nil {
			return
		}
		if !errors.Is(err, ErrBackpressure) {
			t.Error(err)
			return
		}
		time.Sleep(time.Millisecond)
	}
}
