package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"github.com/realmwire/realmwire/transport"
)

// pionAPI is pion as it comes, kept to the network under test.
func pionAPI(host net.IP) *webrtc.API {
	var se webrtc.SettingEngine
	se.SetIncludeLoopbackCandidate(true)
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	se.SetIPFilter(func(ip net.IP) bool { return host == nil || ip.Equal(host) })
	return webrtc.NewAPI(webrtc.WithSettingEngine(se))
}

// pionConn is a peer connection with a channel for each lane.
type pionConn struct {
	pc       *webrtc.PeerConnection
	receive  Receive
	channels [2]*webrtc.DataChannel // by lane
	mu       sync.Mutex             // guards missing
	missing  int                    // channels that are not open
	open     chan struct{}          // closed when both are
}

func newPionConn(pc *webrtc.PeerConnection) *pionConn {
	return &pionConn{pc: pc, missing: 2, open: make(chan struct{})}
}

func (c *pionConn) Send(lane transport.Lane, msg []byte) error {
	return c.channels[lane].Send(append([]byte(nil), msg...))
}

func (c *pionConn) Close() { _ = c.pc.Close() }

// take watches a channel. ready is called when both are open.
func (c *pionConn) take(lane transport.Lane, dc *webrtc.DataChannel, ready func()) {
	c.channels[lane] = dc
	dc.OnOpen(func() {
		c.mu.Lock()
		c.missing--
		last := c.missing == 0
		c.mu.Unlock()
		if last {
			ready()
			close(c.open)
		}
	})
	dc.OnMessage(func(m webrtc.DataChannelMessage) {
		<-c.open
		c.receive(m.Data)
	})
}

type pionServer struct {
	*web
	api    *webrtc.API
	accept Accept
	mu     sync.Mutex // guards pcs
	pcs    []*webrtc.PeerConnection
}

func listenPion(o Options, accept Accept) (Server, error) {
	s := &pionServer{api: pionAPI(o.Listen.Addr().AsSlice()), accept: accept}
	w, err := serveWeb(o, answering(s.answer))
	if err != nil {
		return nil, err
	}
	s.web = w
	return s, nil
}

func (s *pionServer) answer(_ context.Context, offer []byte) ([]byte, error) {
	pc, err := s.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.pcs = append(s.pcs, pc)
	s.mu.Unlock()
	c := newPionConn(pc)
	pc.OnDataChannel(func(dc *webrtc.DataChannel) {
		lane := transport.Reliable
		if dc.Label() == transport.Latest.String() {
			lane = transport.Latest
		}
		c.take(lane, dc, func() { c.receive = s.accept(c) })
	})
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: string(offer)}); err != nil {
		return nil, err
	}
	desc, err := pc.CreateAnswer(nil)
	if err != nil {
		return nil, err
	}
	return gathered(pc, desc)
}

// gathered uses a description of ours and returns it with every candidate.
func gathered(pc *webrtc.PeerConnection, desc webrtc.SessionDescription) ([]byte, error) {
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(desc); err != nil {
		return nil, err
	}
	<-done
	return []byte(pc.LocalDescription().SDP), nil
}

func (s *pionServer) Addr() string { return "http://" + s.l.Addr().String() }
func (s *pionServer) Flush()       {}

func (s *pionServer) Close() {
	s.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, pc := range s.pcs {
		_ = pc.Close()
	}
}

func dialPion(ctx context.Context, _ Options, addr string, r Receive) (Conn, error) {
	pc, err := pionAPI(nil).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	c := newPionConn(pc)
	c.receive = r
	if err := c.connect(ctx, addr); err != nil {
		_ = pc.Close()
		return nil, fmt.Errorf("pion: %w", err)
	}
	return c, nil
}

func (c *pionConn) connect(ctx context.Context, addr string) error {
	unordered, never := false, uint16(0)
	for lane, init := range map[transport.Lane]*webrtc.DataChannelInit{
		transport.Reliable: nil,
		transport.Latest:   {Ordered: &unordered, MaxRetransmits: &never},
	} {
		dc, err := c.pc.CreateDataChannel(lane.String(), init)
		if err != nil {
			return err
		}
		c.take(lane, dc, func() {})
	}
	offer, err := c.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	sdp, err := gathered(c.pc, offer)
	if err != nil {
		return err
	}
	answer, err := post(ctx, addr, sdp)
	if err != nil {
		return err
	}
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}); err != nil {
		return err
	}
	select {
	case <-c.open:
		return nil
	case <-ctx.Done():
		return errors.Join(errNoAnswer, ctx.Err())
	}
}
