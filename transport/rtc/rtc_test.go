package rtc_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/webrtc/v4"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/conntest"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/rtc"
	"github.com/realmwire/realmwire/transport/ticket"
)

const wait = 20 * time.Second

// server is a server on a real socket, and the key of its tickets.
type server struct {
	t        *testing.T
	rtc      *rtc.Server
	addr     string
	key      ticket.Key
	nonce    uint64
	accepted chan *conntest.Recorder
}

func newServer(t *testing.T, cfg rtc.ServerConfig) *server {
	t.Helper()
	return newServerBehind(t, cfg, nil)
}

// newServerBehind makes a server whose clients reach it at an address of something before it.
func newServerBehind(t *testing.T, cfg rtc.ServerConfig, before func(s *server) string) *server {
	t.Helper()
	s := &server{t: t, key: ticket.NewKey(), accepted: make(chan *conntest.Recorder, 16)}
	cfg.Tickets = ticket.NewOpener(s.key, 1, ticket.OpenerConfig{})
	cfg.Accept = func(c transport.Conn, claims ticket.Claims) (transport.Handler, error) {
		r := conntest.NewRecorder()
		r.Conn, r.Claims = c, claims
		s.accepted <- r
		return r, nil
	}
	d, err := driver.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	s.addr = d.Socket().Addr().String()
	if before != nil {
		cfg.PublicAddr = before(s)
	}
	if s.rtc, err = rtc.NewServer(d, cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.rtc.Close() })
	return s
}

func (s *server) ticket() []byte {
	s.t.Helper()
	return s.ticketOf(ticket.Claims{})
}

func (s *server) ticketOf(claims ticket.Claims) []byte {
	s.t.Helper()
	s.nonce++
	claims.Nonce, claims.Incarnation, claims.Zone, claims.Suite, claims.Expires = s.nonce, 1, "z", 1, time.Now().Add(time.Minute)
	raw, err := ticket.Seal(s.key, claims)
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

// join connects a client; seen is told the offer and the answer.
func (s *server) join(seen func(offer, answer string)) (client, server *conntest.Recorder) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	client = conntest.NewRecorder()
	c, err := rtc.Dial(ctx, rtc.DialConfig{HandshakeTimeout: wait, Signal: func(ctx context.Context, offer string) (string, error) {
		answer, err := s.rtc.Answer(s.ticket(), offer)
		seen(offer, answer)
		return answer, err
	}}, client)
	if err != nil {
		s.t.Fatal(err)
	}
	client.Conn = c
	s.t.Cleanup(func() {
		c.Close(transport.Normal, "")
		client.WaitClosed(s.t)
	})
	return client, <-s.accepted
}

// attribute returns the value of a line of a session description.
func attribute(sdp, name string) string {
	for line := range strings.Lines(sdp) {
		if rest, ok := strings.CutPrefix(line, "a="+name+":"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// TestPeerCannotAimTrafficElsewhere: a client that knows its own ICE password forges the address of a connectivity check.
// An ICE-lite agent would send everything there from then on.
func TestPeerCannotAimTrafficElsewhere(t *testing.T) {
	s := newServer(t, rtc.ServerConfig{})
	var offer, answer string
	client, server := s.join(func(o, a string) { offer, answer = o, a })
	victim, err := net.Dial("udp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer victim.Close()
	check, err := stun.Build(stun.BindingRequest, stun.TransactionID,
		stun.NewUsername(attribute(answer, "ice-ufrag")+":"+attribute(offer, "ice-ufrag")),
		stun.RawAttribute{Type: stun.AttrUseCandidate},
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{0x7f, 0, 0, 1}},
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)},
		stun.NewShortTermIntegrity(attribute(answer, "ice-pwd")), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := victim.Write(check.Raw); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(wait); s.rtc.Counters().Redirects.Load() < 20; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("counters %+v, want 20 redirects stopped", s.rtc.Counters())
		}
	}
	conntest.SendNumbered(t, server, client, 20)
	_ = victim.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	buf := make([]byte, 2000)
	if n, err := victim.Read(buf); err == nil {
		t.Errorf("the victim was sent %d bytes", n)
	}
	if got := server.Conn.RemoteAddr(); got.String() == victim.LocalAddr().String() {
		t.Error("the session moved to the victim")
	}
}

func TestAnswerHasNoAddressesOfTheOffer(t *testing.T) {
	public := "203.0.113.5:7000"
	s := newServer(t, rtc.ServerConfig{PublicAddr: public})
	_, answer := s.offerOnly(nil)
	var candidates []string
	for line := range strings.Lines(answer) {
		if strings.HasPrefix(line, "a=candidate:") {
			candidates = append(candidates, strings.TrimSpace(line))
		}
	}
	if len(candidates) != 1 || !strings.Contains(candidates[0], " 203.0.113.5 7000 typ host") {
		t.Errorf("candidates %q, want only the public address", candidates)
	}
	if !strings.Contains(answer, "a=ice-lite") {
		t.Error("the answer does not say ice-lite")
	}
}

// offerOnly makes an offer and has it answered, with the channels that init makes, and does not connect.
func (s *server) offerOnly(init func(pc *webrtc.PeerConnection)) (pc *webrtc.PeerConnection, answer string) {
	s.t.Helper()
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = pc.GracefulClose() })
	if init == nil {
		_, err = pc.CreateDataChannel("reliable", nil)
	} else {
		init(pc)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		s.t.Fatal(err)
	}
	<-gathered
	answer, err = s.rtc.Answer(s.ticket(), pc.LocalDescription().SDP)
	if err != nil {
		s.t.Fatal(err)
	}
	return pc, answer
}

func (s *server) waitEmpty(what string) {
	s.t.Helper()
	for deadline := time.Now().Add(wait); s.rtc.Sessions() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: %d peers are left", what, s.rtc.Sessions())
		}
	}
}

func TestPeerThatNeverConnectsIsForgotten(t *testing.T) {
	s := newServer(t, rtc.ServerConfig{HandshakeTimeout: 200 * time.Millisecond, MaxPeers: 1})
	pc, _ := s.offerOnly(nil)
	_, err := s.rtc.Answer(s.ticket(), pc.LocalDescription().SDP)
	var ce *transport.CloseError
	if !errors.As(err, &ce) || ce.Code != transport.Refused {
		t.Errorf("beyond MaxPeers: %v", err)
	}
	s.waitEmpty("after the handshake timeout")
	if c := s.rtc.Counters(); c.Stalled.Load() != 1 || c.Full.Load() != 1 || c.Timeouts.Load() != 0 {
		t.Errorf("counters %+v", c)
	}
}

func TestWrongChannelsEndThePeer(t *testing.T) {
	unordered, twice := false, uint16(2)
	for name, init := range map[string]func(pc *webrtc.PeerConnection) error{
		"unknown label": func(pc *webrtc.PeerConnection) error {
			_, err := pc.CreateDataChannel("other", nil)
			return err
		},
		"reliable that is not": func(pc *webrtc.PeerConnection) error {
			_, err := pc.CreateDataChannel("reliable", &webrtc.DataChannelInit{Ordered: &unordered})
			return err
		},
		"latest that repeats": func(pc *webrtc.PeerConnection) error {
			_, err := pc.CreateDataChannel("latest", &webrtc.DataChannelInit{Ordered: &unordered, MaxRetransmits: &twice})
			return err
		},
		"two of a kind": func(pc *webrtc.PeerConnection) error {
			_, err := pc.CreateDataChannel("reliable", nil)
			if err == nil {
				_, err = pc.CreateDataChannel("reliable", nil)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, rtc.ServerConfig{HandshakeTimeout: wait})
			var initErr error
			pc, answer := s.offerOnly(func(pc *webrtc.PeerConnection) { initErr = init(pc) })
			if initErr != nil {
				t.Fatal(initErr)
			}
			if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(wait); s.rtc.Counters().Protocol.Load() == 0; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("the peer was not dropped")
				}
			}
			s.waitEmpty(name)
			if c := s.rtc.Counters(); c.Protocol.Load() != 1 {
				t.Errorf("counters %+v, want one breach", c)
			}
		})
	}
}

func TestAnswerRefuses(t *testing.T) {
	s := newServer(t, rtc.ServerConfig{HandshakeTimeout: 200 * time.Millisecond})
	pc, _ := s.offerOnly(nil)
	good := pc.LocalDescription().SDP
	used := s.ticket()
	if _, err := s.rtc.Answer(used, "nonsense"); err == nil {
		t.Error("nonsense was answered")
	}
	if _, err := s.rtc.Answer(used, good); err != nil { // nonsense has not spent it
		t.Error(err)
	}
	for name, c := range map[string]struct {
		ticket []byte
		sdp    string
		code   transport.CloseCode
	}{
		"no ticket": {nil, good, transport.TicketInvalid}, "used": {used, good, transport.TicketInvalid},
		"huge offer": {s.ticket(), strings.Repeat("a", 20<<10), transport.ProtocolError},
		"no offer":   {s.ticket(), "", transport.ProtocolError},
	} {
		_, err := s.rtc.Answer(c.ticket, c.sdp)
		var ce *transport.CloseError
		if !errors.As(err, &ce) || ce.Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	s.waitEmpty("after refusals")
}

func TestPublicAddr(t *testing.T) {
	for addr, ok := range map[string]bool{
		"": true, "192.0.2.1:7777": true, "[2001:db8::1]:7777": true, ":7777": true, "0.0.0.0:7777": true, "localhost:7777": true,
		"192.0.2.1": false, "192.0.2.1:0": false, "192.0.2.1:x": false, "no such name.invalid:7777": false,
	} {
		d, err := driver.Listen("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server, err := rtc.NewServer(d, rtc.ServerConfig{
			Tickets: ticket.NewOpener(ticket.Key{}, 1, ticket.OpenerConfig{}), PublicAddr: addr,
			Accept: func(transport.Conn, ticket.Claims) (transport.Handler, error) { return nil, errors.New("no") },
		})
		if (err == nil) != ok {
			t.Errorf("public address %q: %v", addr, err)
		}
		if err == nil {
			_ = server.Close()
		}
		_ = d.Close()
	}
}
