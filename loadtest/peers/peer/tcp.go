package peer

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/realmwire/realmwire/transport"
)

// congestion is what every TCP connection here uses: the usual default of players' machines.
const congestion = "cubic"

// pin sets a socket's congestion control. Who may not is not in the rig, which takes root, but on loopback, where nothing is
// ever lost.
func pin(_, _ string, raw syscall.RawConn) error {
	var set error
	if err := raw.Control(func(fd uintptr) {
		set = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, congestion)
	}); err != nil {
		return err
	}
	if errors.Is(set, unix.EPERM) {
		return nil
	}
	return set
}

func listenPinned(o Options) (net.Listener, error) {
	lc := net.ListenConfig{Control: pin}
	return lc.Listen(context.Background(), "tcp", o.Listen.String())
}

func dialPinned(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{Control: pin}
	return d.DialContext(ctx, network, addr)
}

// writeWait bounds a write to a connection whose buffers are full.
const writeWait = 5 * time.Second

// stream carries messages, each after its length, over anything that carries bytes in order.
type stream struct {
	w interface {
		io.WriteCloser
		SetWriteDeadline(time.Time) error
	}
	mu  sync.Mutex // guards what follows
	buf []byte
}

func (s *stream) Send(_ transport.Lane, msg []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buf = binary.LittleEndian.AppendUint16(s.buf[:0], uint16(len(msg)))
	s.buf = append(s.buf, msg...)
	_, err := s.w.Write(s.buf)
	return err
}

func (s *stream) Close() { _ = s.w.Close() }

const streamRead = 2048

// readStream hands on messages until the stream ends.
func readStream(from io.Reader, r Receive) {
	br := bufio.NewReaderSize(from, streamRead)
	var size [2]byte
	msg := make([]byte, 0, streamRead)
	for {
		if _, err := io.ReadFull(br, size[:]); err != nil {
			return
		}
		n := int(binary.LittleEndian.Uint16(size[:]))
		if n > cap(msg) {
			return
		}
		if _, err := io.ReadFull(br, msg[:n]); err != nil {
			return
		}
		r(msg[:n])
	}
}

type tcpServer struct {
	net.Listener
	work sync.WaitGroup
}

func listenTCP(o Options, accept Accept) (Server, error) {
	l, err := listenPinned(o)
	if err != nil {
		return nil, err
	}
	s := &tcpServer{Listener: l}
	s.work.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go readStream(c, accept(&stream{w: c}))
		}
	})
	return s, nil
}

func (s *tcpServer) Addr() string { return s.Listener.Addr().String() }
func (s *tcpServer) Flush()       {}

func (s *tcpServer) Close() {
	_ = s.Listener.Close()
	s.work.Wait()
}

func dialTCP(ctx context.Context, _ Options, addr string, r Receive) (Conn, error) {
	c, err := dialPinned(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	go readStream(c, r)
	return &stream{w: c}, nil
}
