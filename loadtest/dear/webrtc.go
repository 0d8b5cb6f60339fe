package dear

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"net"
	"strings"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"github.com/pion/stun/v4"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/transport"
)

const (
	handshakeTimeout = 4 * time.Second
	answerTimeout    = 500 * time.Millisecond
)

// rtcPeer sends SCTP packets of its own over a genuine DTLS association.
type rtcPeer struct {
	make  func(*rtcPeer) []byte // a packet; nil: it has sent a datagram itself
	udp   net.Conn
	conn  *dtls.Conn
	check []byte // a connectivity check
	tag   uint32 // the server's
	tsn   uint32 // of the next chunk
	n     uint32 // of the next packet
	sent  int    // bytes of a datagram that make has sent
	out   uint32 // the server's first TSN
}

func rtcWay(packet func(*rtcPeer) []byte) func(context.Context, *Peer, *client.Grant) (way, error) {
	return func(ctx context.Context, p *Peer, g *client.Grant) (way, error) {
		e, ok := g.Endpoint(transport.WebRTC)
		if !ok {
			return nil, errNoWay
		}
		ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
		defer cancel()
		r := &rtcPeer{make: packet, tsn: 1000}
		if err := r.dial(ctx, p.api, e.URL, g.Ticket); err != nil {
			r.close()
			return nil, err
		}
		return r, nil
	}
}

// dial goes the whole way to an SCTP association; no channel is opened.
func (r *rtcPeer) dial(ctx context.Context, api *client.API, signal string, ticket []byte) error {
	cert, err := selfsign.GenerateSelfSigned()
	if err != nil {
		return err
	}
	var fingerprint []string
	for _, b := range sha256.Sum256(cert.Certificate[0]) {
		fingerprint = append(fingerprint, fmt.Sprintf("%02X", b))
	}
	answer, err := api.Signal(ctx, signal, ticket, "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=setup:active\r\n"+
		"a=sctp-port:5000\r\na=fingerprint:sha-256 "+strings.Join(fingerprint, ":")+"\r\n")
	if err != nil {
		return err
	}
	addr, err := candidate(answer)
	if err != nil {
		return err
	}
	if r.udp, err = (&net.Dialer{}).DialContext(ctx, "udp", addr); err != nil {
		return err
	}
	check, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername(attribute(answer, "ice-ufrag")+":theirs"),
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{0x7F, 0, 0, 1}}, stun.RawAttribute{Type: stun.AttrUseCandidate},
		stun.NewShortTermIntegrity(attribute(answer, "ice-pwd")), stun.Fingerprint)
	if err != nil {
		return err
	}
	r.check = check.Raw
	if err := r.claim(ctx); err != nil {
		return err
	}
	peer, _ := net.ResolveUDPAddr("udp", addr)
	r.conn, err = dtls.ClientWithOptions(connected{r.udp}, peer, dtls.WithCertificates(cert), dtls.WithInsecureSkipVerify(true),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret), dtls.WithFlightInterval(answerTimeout))
	if err != nil {
		return err
	}
	if err := r.conn.HandshakeContext(ctx); err != nil {
		return err
	}
	return r.associate()
}

// candidate is the first address on this machine that an answer names.
func candidate(answer string) (string, error) {
	for line := range strings.Lines(answer) {
		f := strings.Fields(line)
		if strings.HasPrefix(line, "a=candidate:") && len(f) > 5 {
			if addr := net.JoinHostPort(f[4], f[5]); loopback(addr) == nil {
				return addr, nil
			}
		}
	}
	return "", errors.New("the answer names no address on this machine")
}

func attribute(sdp, name string) string {
	_, rest, _ := strings.Cut(sdp, "a="+name+":")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

// claim has the server know our address.
func (r *rtcPeer) claim(ctx context.Context) error {
	buf := make([]byte, 1500)
	for ctx.Err() == nil {
		if _, err := r.udp.Write(r.check); err != nil {
			return err
		}
		_ = r.udp.SetReadDeadline(time.Now().Add(answerTimeout))
		if _, err := r.udp.Read(buf); err == nil {
			_ = r.udp.SetReadDeadline(time.Time{})
			return nil
		}
	}
	return errors.New("no check is answered")
}

// connected is a socket that has one peer, for pion.
type connected struct{ net.Conn }

// ReadFrom implements net.PacketConn.
func (c connected) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := c.Read(b)
	return n, c.RemoteAddr(), err
}

// WriteTo implements net.PacketConn.
func (c connected) WriteTo(b []byte, _ net.Addr) (int, error) { return c.Write(b) }

// associate makes the SCTP handshake.
func (r *rtcPeer) associate() error {
	body := binary.BigEndian.AppendUint32(nil, 0x01020304)
	body = append(body, 0, 16, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF)
	body = binary.BigEndian.AppendUint32(body, r.tsn)
	body = append(body, 0xC0, 0, 0, 4) // FORWARD-TSN
	if _, err := r.conn.Write(packet(0, chunk(chunkInit, 0, body))); err != nil {
		return err
	}
	buf := make([]byte, 2000)
	for {
		_ = r.conn.SetReadDeadline(time.Now().Add(handshakeTimeout))
		n, err := r.conn.Read(buf)
		switch {
		case err != nil:
			return err
		case n < 36:
		case buf[12] == chunkInitAck:
			r.tag, r.out = binary.BigEndian.Uint32(buf[16:]), binary.BigEndian.Uint32(buf[28:])
			if _, err := r.conn.Write(packet(r.tag, chunk(chunkCookieEcho, 0, cookie(buf[32:n])))); err != nil {
				return err
			}
		}
		if n > 12 && buf[12] == chunkCookieAck {
			break
		}
	}
	_ = r.conn.SetReadDeadline(time.Time{})
	go func() { // what comes is not of interest
		for {
			if _, err := r.conn.Read(buf); err != nil {
				return
			}
		}
	}()
	return nil
}

// cookie finds it among the parameters of an INIT ACK.
func cookie(params []byte) []byte {
	for len(params) >= 4 {
		kind, size := binary.BigEndian.Uint16(params), int(binary.BigEndian.Uint16(params[2:]))
		if size < 4 || size > len(params) {
			return nil
		}
		if kind == 7 {
			return params[4:size]
		}
		params = params[min(len(params), (size+3)&^3):]
	}
	return nil
}

func (r *rtcPeer) send() (int, error) {
	b := r.make(r)
	r.n++
	if b == nil {
		return r.sent, nil
	}
	n, err := r.conn.Write(b)
	return n, err
}

func (r *rtcPeer) close() {
	if r.conn != nil {
		_ = r.conn.Close()
	}
	if r.udp != nil {
		_ = r.udp.Close()
	}
}

// Chunks of SCTP.
const (
	chunkData       = 0
	chunkInit       = 1
	chunkInitAck    = 2
	chunkSack       = 3
	chunkHeartbeat  = 4
	chunkCookieEcho = 10
	chunkCookieAck  = 11
	chunkReconfig   = 130
	chunkForward    = 192

	flagEnd       = 1
	flagBegin     = 2
	flagUnordered = 4

	perPacket = 57 // of the smallest DATA chunks
	gapBlocks = 280
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func packet(tag uint32, chunks ...[]byte) []byte {
	b := []byte{5000 >> 8, 5000 & 0xFF, 5000 >> 8, 5000 & 0xFF}
	b = binary.BigEndian.AppendUint32(b, tag)
	b = append(b, 0, 0, 0, 0)
	for _, c := range chunks {
		b = append(b, c...)
	}
	binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(b, castagnoli))
	return b
}

func chunk(kind, flags byte, body []byte) []byte {
	b := []byte{kind, flags, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(4+len(body)))
	b = append(b, body...)
	return append(b, make([]byte, (4-len(b)%4)%4)...)
}

func data(tsn uint32, flags byte, stream, ssn uint16) []byte {
	b := binary.BigEndian.AppendUint32(nil, tsn)
	b = binary.BigEndian.AppendUint16(b, stream)
	b = binary.BigEndian.AppendUint16(b, ssn)
	b = binary.BigEndian.AppendUint32(b, 53)
	return chunk(chunkData, flags, append(b, 1))
}

func (r *rtcPeer) forward() []byte {
	return chunk(chunkForward, 0, binary.BigEndian.AppendUint32(nil, r.tsn-1))
}

// crumbs are messages in fragments of a byte that never end.
func (r *rtcPeer) crumbs() []byte {
	var c [][]byte
	if r.n%18 == 0 {
		c = append(c, r.forward()) // over what a full socket lost
	}
	for k := range perPacket - 1 {
		flags := byte(flagUnordered)
		if r.n%18 == 0 && k == 0 {
			flags |= flagBegin
		}
		c = append(c, data(r.tsn, flags, 9, 0))
		r.tsn++
	}
	return packet(r.tag, c...)
}

// backwards are chunks from the last that may wait to the first, and word that none of the others will come.
func (r *rtcPeer) backwards(chunk func(tsn uint32) []byte) []byte {
	const held, packets = 500, 9
	var c [][]byte
	i := r.n % packets
	for k := range uint32(perPacket - 1) {
		if at := held - i*(perPacket-1) - k; at > 0 && at <= held {
			c = append(c, chunk(r.tsn+at))
		}
	}
	if i == packets-1 {
		r.tsn += held + 1
		c = append(c, r.forward())
	}
	return packet(r.tag, c...)
}

func (r *rtcPeer) lone() []byte {
	return r.backwards(func(tsn uint32) []byte { return data(tsn, flagBegin|flagUnordered, 9, 0) })
}

// outOfOrder are beginnings of messages on many streams: whole ones would be out of place before a channel is open.
func (r *rtcPeer) outOfOrder() []byte {
	return r.backwards(func(tsn uint32) []byte { return data(tsn, flagBegin, uint16(tsn%32), uint16(tsn/32)) })
}

// duplicates came long ago.
func (r *rtcPeer) duplicates() []byte {
	var c [][]byte
	for range perPacket {
		c = append(c, data(r.tsn-1, flagBegin|flagEnd|flagUnordered, 9, 0))
	}
	return packet(r.tag, c...)
}

// sacks name every second chunk, and the others the next time.
func (r *rtcPeer) sacks() []byte {
	b := binary.BigEndian.AppendUint32(nil, r.out-1)
	b = binary.BigEndian.AppendUint32(b, 1<<20)
	b = binary.BigEndian.AppendUint16(b, gapBlocks)
	b = append(b, 0, 0)
	for k := range uint16(gapBlocks) {
		at := 2 + 2*k + uint16(r.n%2)
		b = binary.BigEndian.AppendUint16(b, at)
		b = binary.BigEndian.AppendUint16(b, at)
	}
	return packet(r.tag, chunk(chunkSack, 0, b))
}

// forwards give up on one chunk each, for every stream.
func (r *rtcPeer) forwards() []byte {
	r.tsn++
	b := binary.BigEndian.AppendUint32(nil, r.tsn-1)
	for k := range uint16(gapBlocks) {
		b = binary.BigEndian.AppendUint16(b, k%32)
		b = binary.BigEndian.AppendUint16(b, uint16(r.n))
	}
	return packet(r.tag, chunk(chunkForward, 0, b))
}

func (r *rtcPeer) heartbeats() []byte {
	return packet(r.tag, chunk(chunkHeartbeat, 0, make([]byte, 1150)))
}

// resets are requests to begin all streams anew.
func (r *rtcPeer) resets() []byte {
	var b []byte
	for k := range uint32(70) {
		b = append(b, 0, 13, 0, 16)
		b = binary.BigEndian.AppendUint32(b, 1000+70*r.n+k)
		b = append(b, 0, 0, 0, 0)
		b = binary.BigEndian.AppendUint32(b, 999)
	}
	return packet(r.tag, chunk(chunkReconfig, 0, b))
}

// checks are connectivity checks, genuine and always the same.
func (r *rtcPeer) checks() []byte {
	r.sent, _ = r.udp.Write(r.check)
	return nil
}

// records are datagrams of as many records as fit, which nobody sealed.
func (r *rtcPeer) records() []byte {
	var b []byte
	for k := range uint64(30) {
		b = append(b, 23, 0xFE, 0xFD)
		b = binary.BigEndian.AppendUint64(b, 1<<48|1<<40+30*uint64(r.n)+k)
		b = append(b, 0, 24)
		b = append(b, make([]byte, 24)...)
	}
	r.sent, _ = r.udp.Write(b)
	return nil
}
