package rtc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"

	"github.com/pion/webrtc/v4"

	"github.com/realmwire/realmwire/transport"
)

// dialing is a client on its way to a session.
type dialing struct {
	pc     *webrtc.PeerConnection
	failed chan error // buffered; the first failure counts

	mu       sync.Mutex
	channels [2]*channel
	open     chan struct{} // closed when both are
	conn     *client
}

// Dial joins a zone process over WebRTC, with pion as the client. It returns when both data channels are open; calls of h may
// begin before. What Signal returns as an error is in the chain of Dial's.
func Dial(ctx context.Context, cfg DialConfig, h transport.Handler) (transport.Conn, error) {
	if h == nil || cfg.Signal == nil {
		return nil, errors.New("rtc: dial: Signal and a handler are required")
	}
	ctx, cancel := context.WithTimeout(ctx, pickTimeout(cfg.HandshakeTimeout, transport.DefaultHandshakeTimeout))
	defer cancel()
	timeout := pickTimeout(cfg.Timeout, transport.DefaultTimeout)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings(timeout))).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, fmt.Errorf("rtc: dial: %w", err)
	}
	d := &dialing{pc: pc, failed: make(chan error, 1), open: make(chan struct{})}
	if err := d.connect(ctx, cfg); err != nil {
		abandon(pc)
		return nil, err
	}
	c := &client{
		pc: pc, timeout: timeout, over: make(chan struct{}), remote: selectedRemote(pc),
		reliable: *d.channels[transport.Reliable], latest: *d.channels[transport.Latest],
	}
	c.calls.Start(h)
	d.mu.Lock()
	d.conn = c
	d.mu.Unlock()
	c.start()
	c.state(pc.ConnectionState())
	return c, nil
}

// connect makes the channels, signals, and waits until they are open.
func (d *dialing) connect(ctx context.Context, cfg DialConfig) error {
	d.pc.OnConnectionStateChange(d.state)
	unordered, never := false, uint16(0)
	if err := d.channel(transport.Reliable, nil); err != nil {
		return err
	}
	if err := d.channel(transport.Latest, &webrtc.DataChannelInit{Ordered: &unordered, MaxRetransmits: &never}); err != nil {
		return err
	}
	offer, err := d.pc.CreateOffer(nil)
	if err != nil {
		return fmt.Errorf("rtc: dial: make an offer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(d.pc)
	if err := d.pc.SetLocalDescription(offer); err != nil {
		return fmt.Errorf("rtc: dial: use our offer: %w", err)
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return fmt.Errorf("rtc: dial: find local addresses: %w", ctx.Err())
	}
	answer, err := cfg.Signal(ctx, d.pc.LocalDescription().SDP)
	if err != nil {
		return fmt.Errorf("rtc: dial: signal: %w", err)
	}
	if err := d.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		return fmt.Errorf("rtc: dial: use the answer: %w", err)
	}
	select {
	case <-d.open:
		return nil
	case err := <-d.failed:
		return err
	case <-ctx.Done():
		return fmt.Errorf("rtc: dial: the data channels did not open: %w; a firewall may drop UDP: use another transport", ctx.Err())
	}
}

// channel makes one data channel.
func (d *dialing) channel(lane transport.Lane, init *webrtc.DataChannelInit) error {
	dc, err := d.pc.CreateDataChannel(lane.String(), init)
	if err != nil {
		return fmt.Errorf("rtc: dial: make the %s channel: %w", lane, err)
	}
	dc.OnOpen(func() {
		raw, err := dc.Detach()
		if err != nil {
			d.fail(fmt.Errorf("rtc: dial: take the %s channel: %w", lane, err))
			return
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.channels[lane] = &channel{lane: lane, dc: dc, raw: raw}
		if d.channels[0] != nil && d.channels[1] != nil {
			close(d.open)
		}
	})
	return nil
}

func (d *dialing) state(s webrtc.PeerConnectionState) {
	d.mu.Lock()
	c := d.conn
	d.mu.Unlock()
	switch {
	case c != nil:
		c.state(s)
	case s == webrtc.PeerConnectionStateFailed:
		d.fail(errors.New("rtc: dial: no UDP path to the server; use another transport"))
	}
}

func (d *dialing) fail(err error) {
	select {
	case d.failed <- err:
	default:
	}
}

// selectedRemote is the address that the connection is on; invalid when it is on none.
func selectedRemote(pc *webrtc.PeerConnection) netip.AddrPort {
	pair, err := pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil || pair.Remote == nil {
		return netip.AddrPort{}
	}
	addr, err := netip.ParseAddrPort(net.JoinHostPort(pair.Remote.Address, strconv.Itoa(int(pair.Remote.Port))))
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
}
