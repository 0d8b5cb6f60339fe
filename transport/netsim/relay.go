package netsim

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
)

// Relay is a TCP relay that can stop moving bytes without closing anything. Who was connected then stays cut off.
type Relay struct {
	listener net.Listener
	target   string
	cuts     atomic.Int64
	cut      atomic.Bool // new connections too
	release  chan struct{}

	mu    sync.Mutex
	conns []net.Conn
	work  sync.WaitGroup
}

// NewRelay listens on a loopback port and relays to target until it is closed.
func NewRelay(target string) (*Relay, error) { return NewRelayAt("127.0.0.1:0", target) }

// NewRelayAt is NewRelay on an address of one's own.
func NewRelayAt(addr, target string) (*Relay, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	r := &Relay{listener: l, target: target, release: make(chan struct{})}
	r.work.Go(r.accept)
	return r, nil
}

// Addr is where to connect.
func (r *Relay) Addr() string { return r.listener.Addr().String() }

// Cut stops moving bytes.
func (r *Relay) Cut() {
	r.cut.Store(true)
	r.cuts.Add(1)
}

// Mend lets those through who connect from now on.
func (r *Relay) Mend() { r.cut.Store(false) }

// Close ends every connection, those that are cut off too.
func (r *Relay) Close() {
	_ = r.listener.Close()
	close(r.release)
	r.mu.Lock()
	for _, c := range r.conns {
		_ = c.Close()
	}
	r.mu.Unlock()
	r.work.Wait()
}

func (r *Relay) accept() {
	for {
		in, err := r.listener.Accept()
		if err != nil {
			return
		}
		out, err := new(net.Dialer).DialContext(context.Background(), "tcp", r.target)
		if err != nil {
			_ = in.Close()
			continue
		}
		r.mu.Lock()
		r.conns = append(r.conns, in, out)
		r.mu.Unlock()
		since := r.cuts.Load()
		r.work.Go(func() { r.move(since, in, out) })
		r.work.Go(func() { r.move(since, out, in) })
	}
}

// move moves bytes of a connection that was made when there had been so many cuts.
func (r *Relay) move(since int64, from, to net.Conn) {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if r.cut.Load() || r.cuts.Load() > since {
			<-r.release // hold the connection, and everything in it
			return
		}
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	_ = to.Close()
}
