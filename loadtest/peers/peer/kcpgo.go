package peer

import (
	"context"
	"fmt"
	"sync"

	kcpgo "github.com/xtaci/kcp-go/v5"

	"github.com/realmwire/realmwire/transport"
)

// kcpGo is kcp-go with its own sessions: one cipher for all of them, one message a Write.
type kcpGo struct{ data, parity int } // shards of its forward error correction; zeros turn it off

// kcpGoFEC sends one parity datagram for every three: larger groups (kcptun's 10+3) mend a loss only when the group is full,
// which at 60 datagrams a second is later than a repetition.
var kcpGoFEC = kcpGo{data: 3, parity: 1}

const (
	kcpGoWindow = 128
	kcpGoRead   = 2048
)

type kcpGoServer struct {
	*kcpgo.Listener
	work sync.WaitGroup
}

func (k kcpGo) cipher(o Options) (kcpgo.BlockCrypt, error) {
	return kcpgo.NewAESGCMCrypt(o.Secret[:16])
}

func (k kcpGo) listen(o Options, accept Accept) (Server, error) {
	block, err := k.cipher(o)
	if err != nil {
		return nil, err
	}
	l, err := kcpgo.ListenWithOptions(o.Listen.String(), block, k.data, k.parity)
	if err != nil {
		return nil, err
	}
	_ = l.SetReadBuffer(kernelBytes)
	_ = l.SetWriteBuffer(kernelBytes)
	s := &kcpGoServer{Listener: l}
	s.work.Go(func() {
		for {
			c, err := l.AcceptKCP()
			if err != nil {
				return
			}
			tuneKCPGo(c, o)
			go serveKCPGo(c, accept)
		}
	})
	return s, nil
}

// tuneKCPGo is the library's fast mode.
func tuneKCPGo(c *kcpgo.UDPSession, o Options) {
	c.SetNoDelay(1, 10, 2, 1)
	c.SetWindowSize(kcpGoWindow, kcpGoWindow)
	c.SetWriteDelay(false)
	c.SetACKNoDelay(o.Hurry)
}

func serveKCPGo(c *kcpgo.UDPSession, accept Accept) {
	conn := kcpGoConn{c}
	receive := accept(conn)
	readKCPGo(c, func(msg []byte) {
		if isHello(msg) {
			_, _ = c.Write(msg)
			return
		}
		receive(msg)
	})
}

func readKCPGo(c *kcpgo.UDPSession, r Receive) {
	buf := make([]byte, kcpGoRead)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		r(buf[:n])
	}
}

func (s *kcpGoServer) Addr() string { return s.Listener.Addr().String() }
func (s *kcpGoServer) Flush()       {}

func (s *kcpGoServer) Close() {
	_ = s.Listener.Close()
	s.work.Wait()
}

type kcpGoConn struct{ *kcpgo.UDPSession }

func (c kcpGoConn) Send(_ transport.Lane, msg []byte) error {
	_, err := c.Write(msg)
	return err
}

func (c kcpGoConn) Close() { _ = c.UDPSession.Close() }

func (k kcpGo) dial(ctx context.Context, o Options, addr string, r Receive) (Conn, error) {
	block, err := k.cipher(o)
	if err != nil {
		return nil, err
	}
	c, err := kcpgo.DialWithOptions(addr, block, k.data, k.parity)
	if err != nil {
		return nil, err
	}
	tuneKCPGo(c, o)
	greeted := make(chan struct{})
	once := sync.OnceFunc(func() { close(greeted) })
	go readKCPGo(c, func(msg []byte) {
		if isHello(msg) {
			once()
			return
		}
		r(msg)
	})
	if _, err := c.Write(helloMessage()); err != nil {
		return nil, fmt.Errorf("kcp-go: %w", err)
	}
	select {
	case <-greeted:
		return kcpGoConn{c}, nil
	case <-ctx.Done():
		_ = c.Close()
		return nil, fmt.Errorf("kcp-go: %w", errNoAnswer)
	}
}
