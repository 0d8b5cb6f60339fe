package rtc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/rtc"
)

// deaf joins as a client that opens both channels and never reads one of them: its SCTP takes what fits its window, and no more.
func (s *server) deaf() {
	s.t.Helper()
	var se webrtc.SettingEngine
	se.DetachDataChannels() // without which pion reads for us
	se.SetIncludeLoopbackCandidate(true)
	se.SetSCTPMaxReceiveBufferSize(128 << 10)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(se)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = pc.GracefulClose() })
	unordered, never := false, uint16(0)
	open := make(chan struct{}, 2)
	for label, init := range map[string]*webrtc.DataChannelInit{"reliable": nil, "latest": {Ordered: &unordered, MaxRetransmits: &never}} {
		dc, err := pc.CreateDataChannel(label, init)
		if err != nil {
			s.t.Fatal(err)
		}
		dc.OnOpen(func() {
			_, _ = dc.Detach()
			open <- struct{}{}
		})
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
	answer, err := s.rtc.Answer(s.ticket(), pc.LocalDescription().SDP)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		s.t.Fatal(err)
	}
	for range 2 {
		select {
		case <-open:
		case <-time.After(wait):
			s.t.Fatal("the channels did not open")
		}
	}
}

// TestPeerThatStopsReading: what is kept for it is bounded, the sender is told, and it still gets the newest state.
func TestPeerThatStopsReading(t *testing.T) {
	s := newServer(t, rtc.ServerConfig{})
	s.deaf()
	conn := (<-s.accepted).Conn
	msg := make([]byte, 8<<10)
	var err error
	sent := 0
	for deadline := time.Now().Add(wait); err == nil; {
		if err = conn.Send(transport.Reliable, msg); err == nil {
			sent += len(msg)
		}
		if err == nil && sent > 4<<20 || time.Now().After(deadline) {
			t.Fatalf("%d bytes were taken for a peer that reads nothing: %v", sent, err)
		}
	}
	if !errors.Is(err, transport.ErrBackpressure) {
		t.Fatal(err)
	}
	if got := conn.Backlog(); got > transport.MaxReliableBacklog {
		t.Errorf("backlog is %d bytes", got)
	}
	for range 200 {
		if err := conn.Send(transport.Latest, msg[:1000]); err != nil {
			t.Fatalf("latest: %v", err)
		}
	}
	conn.Close(transport.Backpressure, "does not keep up") // as a zone does
	s.waitEmpty("after the end of a peer that reads nothing")
}
