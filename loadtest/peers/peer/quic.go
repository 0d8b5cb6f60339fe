package peer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"github.com/realmwire/realmwire/transport"
)

const quicProtocol = "realmwire-peers"

func quicConfig() *quic.Config {
	return &quic.Config{EnableDatagrams: true, MaxIdleTimeout: ownTimeout, HandshakeIdleTimeout: dialWait}
}

// selfSigned makes a certificate that proves nothing: both ends are ours.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// quicConn sends latest messages as datagrams and reliable ones on one stream.
type quicConn struct {
	conn   *quic.Conn
	stream *stream
}

func (c *quicConn) Send(lane transport.Lane, msg []byte) error {
	if lane == transport.Latest {
		return c.conn.SendDatagram(append([]byte(nil), msg...)) // the library keeps what it is given
	}
	return c.stream.Send(lane, msg)
}

func (c *quicConn) Close() { _ = c.conn.CloseWithError(0, "") }

func (c *quicConn) readDatagrams(r Receive) {
	for {
		msg, err := c.conn.ReceiveDatagram(context.Background())
		if err != nil {
			return
		}
		r(msg)
	}
}

// hurried keeps a sender from waiting for the library's congestion control: the newest latest message replaces one that has not
// been taken, and reliable ones queue.
type hurried struct {
	Conn
	latest   chan []byte
	reliable chan []byte
	over     chan struct{}
	once     sync.Once
}

func hurry(inner Conn) Conn {
	h := &hurried{Conn: inner, latest: make(chan []byte, 1), reliable: make(chan []byte, 1024), over: make(chan struct{})}
	go h.pass(transport.Latest, h.latest)
	go h.pass(transport.Reliable, h.reliable)
	return h
}

func (h *hurried) pass(lane transport.Lane, from <-chan []byte) {
	for {
		select {
		case msg := <-from:
			if h.Conn.Send(lane, msg) != nil {
				return
			}
		case <-h.over:
			return
		}
	}
}

func (h *hurried) Send(lane transport.Lane, msg []byte) error {
	msg = append([]byte(nil), msg...)
	if lane == transport.Reliable {
		select {
		case h.reliable <- msg:
			return nil
		default:
			return transport.ErrBackpressure
		}
	}
	for {
		select {
		case h.latest <- msg:
			return nil
		default:
		}
		select {
		case <-h.latest:
		default:
		}
	}
}

func (h *hurried) Close() {
	h.once.Do(func() { close(h.over) })
	h.Conn.Close()
}

type quicServer struct {
	*quic.Listener
	work sync.WaitGroup
}

func listenQUIC(o Options, accept Accept) (Server, error) {
	cert, err := selfSigned()
	if err != nil {
		return nil, err
	}
	l, err := quic.ListenAddr(o.Listen.String(), &tls.Config{
		Certificates: []tls.Certificate{cert}, NextProtos: []string{quicProtocol}, MinVersion: tls.VersionTLS13,
	}, quicConfig())
	if err != nil {
		return nil, err
	}
	s := &quicServer{Listener: l}
	s.work.Go(func() {
		for {
			c, err := l.Accept(context.Background())
			if err != nil {
				return
			}
			go serveQUIC(c, o, accept)
		}
	})
	return s, nil
}

func serveQUIC(raw *quic.Conn, o Options, accept Accept) {
	st, err := raw.AcceptStream(raw.Context())
	if err != nil {
		return
	}
	c := &quicConn{conn: raw, stream: &stream{w: st}}
	var conn Conn = c
	if o.Hurry {
		conn = hurry(c)
	}
	receive := accept(conn)
	go readStream(st, func(msg []byte) {
		if isHello(msg) {
			_ = conn.Send(transport.Reliable, msg)
			return
		}
		receive(msg)
	})
	c.readDatagrams(receive)
}

func (s *quicServer) Addr() string { return s.Listener.Addr().String() }
func (s *quicServer) Flush()       {}

func (s *quicServer) Close() {
	_ = s.Listener.Close()
	s.work.Wait()
}

func dialQUIC(ctx context.Context, _ Options, addr string, r Receive) (Conn, error) {
	raw, err := quic.DialAddr(ctx, addr, &tls.Config{
		//nolint:gosec // both ends are ours, on this machine
		InsecureSkipVerify: true, NextProtos: []string{quicProtocol}, MinVersion: tls.VersionTLS13,
	}, quicConfig())
	if err != nil {
		return nil, fmt.Errorf("quic-go: %w", err)
	}
	st, err := raw.OpenStreamSync(ctx)
	if err != nil {
		return nil, fmt.Errorf("quic-go: %w", err)
	}
	c := &quicConn{conn: raw, stream: &stream{w: st}}
	greeted := make(chan struct{})
	once := sync.OnceFunc(func() { close(greeted) })
	go readStream(st, func(msg []byte) {
		if isHello(msg) {
			once()
			return
		}
		r(msg)
	})
	go c.readDatagrams(r)
	if err := c.Send(transport.Reliable, helloMessage()); err != nil {
		return nil, fmt.Errorf("quic-go: %w", err)
	}
	select {
	case <-greeted:
		return c, nil
	case <-ctx.Done():
		c.Close()
		return nil, fmt.Errorf("quic-go: %w", errNoAnswer)
	}
}
