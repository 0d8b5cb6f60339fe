package rtc_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"testing"
	"time"

	"github.com/pion/dtls/v3"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/rtc"
	"github.com/realmwire/realmwire/transport/ticket"
)

// rawSCTP is a client with a genuine ticket whose SCTP packets are made by hand, over DTLS of pion's.
type rawSCTP struct {
	conn *dtls.Conn
	tag  uint32 // the server's
	tsn  uint32 // of its next chunk
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sctpPacket(tag uint32, chunks ...[]byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte{5000 >> 8, 5000 & 0xFF, 5000 >> 8, 5000 & 0xFF}, tag)
	b = append(b, 0, 0, 0, 0)
	for _, c := range chunks {
		b = append(b, c...)
	}
	binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(b, castagnoli))
	return b
}

func sctpChunk(kind, flags byte, body []byte) []byte {
	b := append([]byte{kind, flags, byte((4 + len(body)) >> 8), byte(4 + len(body))}, body...)
	return append(b, make([]byte, (4-len(b)%4)%4)...)
}

// raw goes the whole way to an SCTP association; it opens no channel.
func (a *attacker) raw(home *place) *rawSCTP {
	a.t.Helper()
	for tries := 0; !a.claim(home); tries++ {
		if tries == 10 {
			a.t.Fatal("no check is answered")
		}
	}
	network := &split{UDPConn: home.UDPConn, home: home, until: make(chan struct{}), write: func(b []byte) { home.send(a.t, b) }}
	conn, err := dtls.ClientWithOptions(network, home.RemoteAddr(), dtls.WithCertificates(a.cert), dtls.WithInsecureSkipVerify(true),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret), dtls.WithFlightInterval(100*time.Millisecond))
	if err != nil {
		a.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(a.t.Context(), wait)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		a.t.Fatal(err)
	}
	r := &rawSCTP{conn: conn, tsn: 1000}
	r.associate(a.t)
	swallowed := make(chan struct{})
	go func() {
		defer close(swallowed)
		for buf := make([]byte, 2000); ; {
			if _, err := conn.Read(buf); err != nil {
				return
			}
		}
	}()
	a.t.Cleanup(func() { close(network.until); _ = conn.Close(); <-swallowed })
	return r
}

// associate makes the SCTP handshake.
func (r *rawSCTP) associate(t *testing.T) {
	t.Helper()
	const initiate, initiateAck, cookieEcho, cookieAck = 1, 2, 10, 11
	body := append(binary.BigEndian.AppendUint32(nil, 0x01020304), 0, 16, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF)
	body = append(binary.BigEndian.AppendUint32(body, r.tsn), 0xC0, 0, 0, 4) // FORWARD-TSN
	_, _ = r.conn.Write(sctpPacket(0, sctpChunk(initiate, 0, body)))
	_ = r.conn.SetReadDeadline(time.Now().Add(wait))
	for buf := make([]byte, 2000); ; {
		n, err := r.conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		switch buf[12] {
		case initiateAck: // the cookie is its first parameter
			r.tag = binary.BigEndian.Uint32(buf[16:])
			size := int(binary.BigEndian.Uint16(buf[34:]))
			if n < 32+size {
				t.Fatalf("an INIT ACK of %d bytes", n)
			}
			_, _ = r.conn.Write(sctpPacket(r.tag, sctpChunk(cookieEcho, 0, buf[36:32+size])))
		case cookieAck:
			_ = r.conn.SetReadDeadline(time.Time{})
			return
		}
	}
}

// crumbs is a packet of fragments of one byte; every thousand another message begins that never ends.
func (r *rawSCTP) crumbs(n int) []byte {
	const forward, begin, unordered = 192, 2, 4
	var chunks [][]byte
	for k := range 56 {
		flags := byte(unordered)
		if n%18 == 0 && k == 0 {
			flags |= begin
			chunks = append(chunks, sctpChunk(forward, 0, binary.BigEndian.AppendUint32(nil, r.tsn-1))) // over what a full socket lost
		}
		body := binary.BigEndian.AppendUint32(nil, r.tsn)
		chunks = append(chunks, sctpChunk(0, flags, append(body, 0, 9, 0, 0, 0, 0, 0, 53, 1)))
		r.tsn++
	}
	return sctpPacket(r.tag, chunks...)
}

// TestBesideDearPackets: a peer with a ticket, which opens no channel, so that no account's limits are touched, sends crumbs of
// messages as fast as it can. It comes to the end of its budget, and an honest player's messages arrive.
func TestBesideDearPackets(t *testing.T) {
	s := newServer(t, rtc.ServerConfig{HandshakeTimeout: wait})
	client, server := s.join(func(_, _ string) {})
	a := s.attacker(ticket.Claims{Account: 7})
	r := a.raw(a.place())
	const bursts, burst = 30, 50
	for n := range bursts * burst {
		if _, err := r.conn.Write(r.crumbs(n)); err != nil {
			t.Fatal(err)
		}
		if n%burst == burst-1 {
			if err := client.Conn.Send(transport.Reliable, fmt.Append(nil, "message ", n/burst)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, m := range server.WaitMessages(t, transport.Reliable, bursts) {
		if string(m) != fmt.Sprint("message ", i) {
			t.Errorf("message %d is %q", i, m)
		}
	}
	if c := s.rtc.Counters(); c.Dear.Load() == 0 || c.Protocol.Load() != 0 {
		t.Errorf("counters %+v", c)
	}
}
