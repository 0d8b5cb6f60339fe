package peer

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/realmwire/realmwire/transport"
)

// The limit: one socket, one system call for a datagram, a key for each session and direction, and nothing else. No
// acknowledgement, no replay window, no handshake worth the name. A datagram is an id, a counter, and what is sealed. A
// reliable message is not repeated: it rides in the datagram of the next state, so that its bytes are counted.
const (
	bareHeader  = 4 + 4
	bareTag     = 16
	maxDatagram = 1500
	kernelBytes = 4 << 20 // of socket buffer, as ours asks for
)

// bareKeys makes the AEADs of a session.
func bareKeys(secret [32]byte, id uint32) (up, down cipher.AEAD, err error) {
	okm, err := hkdf.Key(sha256.New, secret[:], binary.LittleEndian.AppendUint32(nil, id), "bare", 32)
	if err != nil {
		return nil, nil, err
	}
	if up, err = newGCM(okm[:16]); err != nil {
		return nil, nil, err
	}
	down, err = newGCM(okm[16:])
	return up, down, err
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// bareEnd is what both ends have in common. One goroutine receives, another sends.
type bareEnd struct {
	id        uint32
	in, out   cipher.AEAD
	openNonce [12]byte
	write     func(b []byte) error

	*bareScratch
	counter uint32 // guarded by bareScratch.mu, like the next
	waiting []byte // a reliable message
}

// bareScratch is what sending takes; all sessions of a server share one.
type bareScratch struct {
	mu    sync.Mutex
	nonce [12]byte
	buf   [maxDatagram]byte
}

func (e *bareEnd) open(d []byte) ([]byte, bool) {
	copy(e.openNonce[:], d[4:8])
	plain, err := e.in.Open(d[bareHeader:bareHeader], e.openNonce[:], d[bareHeader:], d[:bareHeader])
	return plain, err == nil
}

func (e *bareEnd) Send(lane transport.Lane, msg []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if lane == transport.Reliable {
		e.waiting = append(e.waiting[:0], msg...)
		return nil
	}
	e.counter++
	b := binary.LittleEndian.AppendUint32(e.buf[:0], e.id)
	b = binary.LittleEndian.AppendUint32(b, e.counter)
	copy(e.nonce[:], b[4:8])
	b = append(append(b, msg...), e.waiting...)
	e.waiting = e.waiting[:0]
	return e.write(e.out.Seal(b[:bareHeader], e.nonce[:], b[bareHeader:], b[:bareHeader]))
}

func (e *bareEnd) Close() {}

type bareSession struct {
	bareEnd
	receive Receive
}

type bareServer struct {
	conn     *net.UDPConn
	secret   [32]byte
	accept   Accept
	sessions map[uint32]*bareSession // owned by the reader
	scratch  bareScratch
	done     sync.WaitGroup
}

func listenBare(o Options, accept Accept) (Server, error) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(o.Listen))
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(kernelBytes)
	_ = conn.SetWriteBuffer(kernelBytes)
	s := &bareServer{conn: conn, secret: o.Secret, accept: accept, sessions: make(map[uint32]*bareSession)}
	s.done.Go(s.read)
	return s, nil
}

func (s *bareServer) read() {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if n < bareHeader+bareTag {
			continue
		}
		c := s.session(binary.LittleEndian.Uint32(buf), from)
		if c == nil {
			continue
		}
		plain, ok := c.open(buf[:n])
		switch {
		case !ok:
		case isHello(plain):
			_ = c.Send(transport.Latest, plain)
		default:
			c.receive(plain)
		}
	}
}

func (s *bareServer) session(id uint32, from netip.AddrPort) *bareSession {
	if c := s.sessions[id]; c != nil {
		return c
	}
	up, down, err := bareKeys(s.secret, id)
	if err != nil {
		return nil
	}
	c := &bareSession{bareEnd: bareEnd{id: id, in: up, out: down, bareScratch: &s.scratch, write: func(b []byte) error {
		_, err := s.conn.WriteToUDPAddrPort(b, from)
		return err
	}}}
	c.receive = s.accept(c)
	s.sessions[id] = c
	return c
}

func (s *bareServer) Addr() string { return s.conn.LocalAddr().String() }
func (s *bareServer) Flush()       {}

func (s *bareServer) Close() {
	_ = s.conn.Close()
	s.done.Wait()
}

// bareClient is the client's end.
type bareClient struct {
	bareEnd
	conn *net.UDPConn
}

func dialBare(ctx context.Context, o Options, addr string, r Receive) (Conn, error) {
	conn, err := dialUDP(ctx, addr)
	if err != nil {
		return nil, err
	}
	var id [4]byte
	rand.Read(id[:])
	c := &bareClient{conn: conn}
	up, down, err := bareKeys(o.Secret, binary.LittleEndian.Uint32(id[:]))
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	c.bareEnd = bareEnd{id: binary.LittleEndian.Uint32(id[:]), in: down, out: up, bareScratch: new(bareScratch), write: func(b []byte) error {
		_, err := conn.Write(b)
		return err
	}}
	greeted := make(chan struct{})
	go c.read(r, sync.OnceFunc(func() { close(greeted) }))
	if err := askUntil(ctx, greeted, func() error { return c.Send(transport.Latest, helloMessage()) }); err != nil {
		c.Close()
		return nil, fmt.Errorf("bare UDP: %w", err)
	}
	return c, nil
}

func (c *bareClient) read(r Receive, greeted func()) {
	buf := make([]byte, maxDatagram)
	for {
		n, err := c.conn.Read(buf)
		if err != nil {
			return
		}
		if n < bareHeader+bareTag {
			continue
		}
		plain, ok := c.open(buf[:n])
		switch {
		case !ok:
		case isHello(plain):
			greeted()
		default:
			r(plain)
		}
	}
}

func (c *bareClient) Close() { _ = c.conn.Close() }

func dialUDP(ctx context.Context, addr string) (*net.UDPConn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp", addr)
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}

// askUntil repeats ask until done is closed or ctx ends.
func askUntil(ctx context.Context, done <-chan struct{}, ask func() error) error {
	ticker := time.NewTicker(250 * time.Millisecond)
	defer ticker.Stop()
	for {
		if err := ask(); err != nil {
			return err
		}
		select {
		case <-done:
			return nil
		case <-ticker.C:
		case <-ctx.Done():
			return errNoAnswer
		}
	}
}
