package kcp

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// How a client repeats its handshake.
const (
	firstRetry = 100 * time.Millisecond
	maxRetry   = time.Second
	// responsesPerChallenge is how often a response is sent before a new challenge is asked for: the address may have changed.
	responsesPerChallenge = 6
)

// dialing is a client's handshake: a pure core like session. Datagrams go into receive and come out of emit.
type dialing struct {
	cfg      DialConfig
	random   [randomSize]byte
	proofKey []byte

	out       []byte // what is sent until it is answered
	responses int    // sent since the last challenge
	sendAt    time.Time
	retry     time.Duration

	transcript         transcript // of the last challenge
	toServer, toClient sealer     // nil before the first challenge
	remote             netip.AddrPort
}

func newDialing(cfg DialConfig, random [randomSize]byte, remote netip.AddrPort, now time.Time) (*dialing, error) {
	h, err := ticket.ReadHeader(cfg.Ticket)
	switch {
	case err != nil:
		return nil, fmt.Errorf("kcp: dial %s: %w; take ticket and secret from one grant, base64-decoded", cfg.Addr, err)
	case h.Suite != cfg.Suite:
		return nil, fmt.Errorf("kcp: dial %s: the ticket is for suite %s, not %s", cfg.Addr, h.Suite, cfg.Suite)
	case len(cfg.Secret) != 32:
		return nil, fmt.Errorf("kcp: dial %s: the secret has %d bytes, not 32", cfg.Addr, len(cfg.Secret))
	}
	key, err := deriveProofKey(cfg.Secret)
	if err != nil {
		return nil, err
	}
	d := &dialing{cfg: cfg, random: random, proofKey: key, remote: remote}
	d.ask(now)
	return d, nil
}

// ask starts over with a request.
func (d *dialing) ask(now time.Time) {
	d.out = appendRequest(nil, d.random, d.cfg.Ticket)
	d.sendAt, d.retry, d.responses = now, firstRetry, 0
}

// receive takes a datagram. It returns the session once the server has greeted us, with what the greeting brought.
func (d *dialing) receive(now time.Time, b []byte) (*session, []delivery) {
	h, ok := readHeader(b)
	if ok && h.typ == typeChallenge {
		if t, ok := readChallenge(b, d.proofKey, d.random); ok {
			d.challenged(now, t)
		}
		return nil, nil
	}
	if !ok || h.typ != typeSealed || d.toServer == nil {
		return nil, nil
	}
	s := newSession(sessionConfig{
		id: h.id, out: d.toServer, in: d.toClient, remote: d.remote, timeout: d.cfg.Timeout, newToken: randomToken,
	}, now)
	msgs, ok := s.receive(now, d.remote, h, b)
	if !ok {
		return nil, nil
	}
	return s, msgs
}

// challenged answers a challenge. A repeated one changes nothing.
func (d *dialing) challenged(now time.Time, t transcript) {
	if d.toServer != nil && d.responses > 0 {
		return
	}
	toServer, toClient, err := deriveSealers(d.cfg.Suite, d.cfg.Secret, t)
	if err != nil {
		return // the suite was checked; there is nothing else that fails
	}
	d.transcript, d.toServer, d.toClient = t, toServer, toClient
	d.out = appendResponse(nil, d.proofKey, t, d.cfg.Ticket)
	d.sendAt, d.retry = now, firstRetry
}

// emit returns the datagram that should leave now, or nil.
func (d *dialing) emit(now time.Time) []byte {
	if now.Before(d.sendAt) {
		return nil
	}
	if d.out[0] == typeResponse {
		if d.responses++; d.responses > responsesPerChallenge {
			d.ask(now)
		}
	}
	d.sendAt = now.Add(d.retry)
	d.retry = min(2*d.retry, maxRetry)
	return d.out
}

// Dial joins a zone process over UDP. It returns when the server has greeted us; calls of h may begin before. When the
// server refuses, the error is a *transport.CloseError; when nothing answers, it says where and for how long.
func Dial(ctx context.Context, cfg DialConfig, h transport.Handler) (transport.Conn, error) {
	if h == nil {
		return nil, errors.New("kcp: dial: a handler is required")
	}
	sock, s, msgs, err := cfg.greet(ctx)
	if err != nil {
		return nil, err
	}
	return startClient(cfg, sock, s, msgs, h)
}

// greet fills in the defaults, opens a socket, and makes the handshake.
func (cfg *DialConfig) greet(ctx context.Context) (*net.UDPConn, *session, []delivery, error) {
	if cfg.HandshakeTimeout <= 0 {
		cfg.HandshakeTimeout = transport.DefaultHandshakeTimeout
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = transport.DefaultTimeout
	}
	var dialer net.Dialer
	sock, err := dialer.DialContext(ctx, "udp", cfg.Addr)
	if err != nil {
		return nil, nil, nil, &unspentError{fmt.Errorf("kcp: dial %q over UDP: %w", cfg.Addr, err)}
	}
	udpSock := sock.(*net.UDPConn)
	remote := udpSock.RemoteAddr().(*net.UDPAddr).AddrPort()
	var random [randomSize]byte
	rand.Read(random[:])
	d, err := newDialing(*cfg, random, netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port()), now())
	if err != nil {
		_ = udpSock.Close()
		return nil, nil, nil, err
	}
	s, msgs, err := handshake(ctx, d, udpSock)
	if err != nil {
		_ = udpSock.Close()
		return nil, nil, nil, err
	}
	return udpSock, s, msgs, nil
}

// noAnswer says why a handshake ended without a session. A ticket is used by the answer to a challenge only.
func (d *dialing) noAnswer(ctx context.Context, waited time.Duration, last error) error {
	err := d.whyNoAnswer(ctx, waited, last)
	if d.toServer == nil {
		return &unspentError{err}
	}
	return err
}

// unspentError adds to an error that the ticket was not used.
type unspentError struct{ error }

// Unwrap has both in the chain.
func (e *unspentError) Unwrap() []error { return []error{e.error, transport.ErrUnspent} }

func (d *dialing) whyNoAnswer(ctx context.Context, waited time.Duration, last error) error {
	where := d.cfg.Addr
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("kcp: dial %s over UDP: %w", where, err)
	}
	waited = waited.Round(time.Millisecond)
	switch {
	case errors.Is(last, syscall.ECONNREFUSED):
		return fmt.Errorf("kcp: no answer from %s over UDP within %s: nothing listens on that port (connection refused)", where, waited)
	case d.toServer != nil:
		return fmt.Errorf("kcp: no welcome from %s over UDP within %s: it challenged us and then fell silent; "+
			"the ticket may have been used or have expired meanwhile: ask for a new one", where, waited)
	case last != nil:
		return fmt.Errorf("kcp: no answer from %s over UDP within %s: %w", where, waited, last)
	default:
		return fmt.Errorf("kcp: no answer from %s over UDP within %s: the server is down, a firewall drops UDP, or the ticket "+
			"is expired, used or for another process: ask for a new one, or use another transport", where, waited)
	}
}
