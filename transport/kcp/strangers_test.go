package kcp

import (
	"net/netip"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/dear"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/transport/udp"
)

// strangers sends a server datagrams of the handshake, from an address at which nobody listens.
type strangers struct {
	t      testing.TB
	server *Server
	key    ticket.Key
	nonce  uint64
	now    time.Time
	from   netip.AddrPort
}

func newStrangers(t testing.TB) *strangers {
	t.Helper()
	d, err := driver.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &strangers{t: t, key: ticket.NewKey(), now: time.Now(), from: netip.MustParseAddrPort("127.0.0.1:9")}
	s.server, err = NewServer(d, ServerConfig{
		Tickets: ticket.NewOpener(s.key, 42, ticket.OpenerConfig{}),
		Accept: func(transport.Conn, ticket.Claims) (transport.Handler, error) {
			return nil, &transport.CloseError{Code: transport.Refused, Text: "full"}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = s.server.Close(), d.Close() })
	return s
}

// ticket is a genuine one, with its secret.
func (s *strangers) ticket() (raw []byte, secret [32]byte) {
	s.nonce++
	secret = [32]byte{1}
	raw, err := ticket.Seal(s.key, ticket.Claims{Nonce: s.nonce, Incarnation: 42, Zone: "z", Suite: ticket.SuiteAESGCM, Expires: s.now.Add(time.Minute), Secret: secret})
	if err != nil {
		s.t.Fatal(err)
	}
	return raw, secret
}

// response proves the address; what is wrong with it is up to the caller.
func (s *strangers) response(cookie, proof bool) []byte {
	raw, secret := s.ticket()
	t := transcript{clientRandom: [randomSize]byte{1}, stamp: uint64(s.now.UnixMilli())}
	if cookie {
		t.cookie = s.server.cookies.cookie(s.from, t.clientRandom[:], t.stamp, raw)
	}
	if !proof {
		secret[0]++
	}
	key, err := deriveProofKey(secret[:])
	if err != nil {
		s.t.Fatal(err)
	}
	return appendResponse(nil, key, t, raw)
}

// strange are datagrams of strangers, and of those who have a ticket.
var strange = map[string]func(s *strangers) []byte{
	"handshake: forged ticket": func(s *strangers) []byte {
		raw, _ := s.ticket()
		raw[len(raw)-1]++
		return appendRequest(nil, [randomSize]byte{1}, raw)
	},
	"handshake: forged cookie": func(s *strangers) []byte { return s.response(false, true) },
	"handshake: forged proof":  func(s *strangers) []byte { return s.response(true, false) },
	"handshake: garbage":       func(*strangers) []byte { return append([]byte{typeRequest}, make([]byte, 1199)...) },
	"handshake: no connection": func(*strangers) []byte { return append(appendSealedHeader(nil, 5, 1), make([]byte, 1000)...) },
}

// BenchmarkDearPacketsOfStrangers is part of what DearPackets prints: the phase before an address is proven, beside a genuine request.
func BenchmarkDearPacketsOfStrangers(b *testing.B) {
	class := func(name string, datagram func(s *strangers) []byte) dear.Class {
		return dear.Class{Name: name, Make: func(b *testing.B, n int) func() {
			s := newStrangers(b)
			var batches [][]udp.Datagram
			for range n / 50 {
				var batch []udp.Datagram
				for range 50 {
					batch = append(batch, udp.Datagram{Addr: s.from, Data: datagram(s), Class: udp.Own})
				}
				batches = append(batches, batch)
			}
			return func() {
				for _, batch := range batches {
					s.server.datagrams(s.now, batch)
				}
			}
		}}
	}
	var classes []dear.Class
	for name, datagram := range strange {
		classes = append(classes, class(name, datagram))
	}
	dear.Sort(classes)
	honest := class("honest", func(s *strangers) []byte {
		raw, _ := s.ticket()
		return appendRequest(nil, [randomSize]byte{1}, raw)
	})
	dear.Run(b, honest, classes...)
}

// TestStrangersAreRefused holds that each kind is refused where it is meant to be, and makes no session.
func TestStrangersAreRefused(t *testing.T) {
	s := newStrangers(t)
	for name, datagram := range strange {
		c := s.server.Counters()
		before := c.Dropped.Load() + c.BadTickets.Load() + c.BadProofs.Load()
		s.server.datagrams(s.now, []udp.Datagram{{Addr: s.from, Data: datagram(s), Class: udp.Own}})
		if n := c.Dropped.Load() + c.BadTickets.Load() + c.BadProofs.Load() - before; n != 1 || s.server.Sessions() != 0 {
			t.Errorf("%s: refused %d times, %d sessions", name, n, s.server.Sessions())
		}
	}
}
