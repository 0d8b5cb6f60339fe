package rtc

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// peer is a client on its way to a session: answered, not yet with both channels open.
type peer struct {
	server *Server
	claims ticket.Claims
	ufrag  string // ours

	mu       sync.Mutex // guards what follows
	pc       *webrtc.PeerConnection
	timer    *time.Timer
	channels [2]*channel // by lane
	conn     *conn       // once both are open
	gone     bool        // abandoned before that
}

// answer makes the peer connection for an offer.
func (p *peer) answer(ctx context.Context, offer string) (string, error) {
	pc, err := p.server.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	p.pc = pc
	p.timer = p.server.handshakeTimer(p)
	p.mu.Unlock()
	pc.OnDataChannel(p.offered)
	pc.OnConnectionStateChange(p.state)
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: stripCandidates(offer)}); err != nil {
		return "", err
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	local := pc.LocalDescription()
	if local == nil {
		return "", errors.New("the connection was closed meanwhile")
	}
	p.mu.Lock()
	p.ufrag = ufragOf(local.SDP)
	p.mu.Unlock()
	if p.server.public.IsValid() {
		return withCandidate(local.SDP, p.server.public), nil
	}
	return local.SDP, nil
}

// offered takes a data channel of the client.
func (p *peer) offered(dc *webrtc.DataChannel) {
	lane, err := laneOf(dc)
	if err != nil {
		p.server.counters.protocol.Add(1)
		p.abandon()
		return
	}
	dc.OnOpen(func() {
		raw, err := dc.Detach()
		if err != nil {
			p.abandon()
			return
		}
		p.opened(&channel{lane: lane, dc: dc, raw: raw})
	})
}

// opened starts the session when both channels are there.
func (p *peer) opened(ch *channel) {
	p.mu.Lock()
	if p.gone || p.conn != nil || p.channels[ch.lane] != nil {
		p.mu.Unlock()
		p.server.counters.protocol.Add(1)
		p.abandon()
		return
	}
	p.channels[ch.lane] = ch
	if p.channels[0] == nil || p.channels[1] == nil {
		p.mu.Unlock()
		return
	}
	p.timer.Stop()
	remote := p.pin()
	c := &conn{
		pc: p.pc, onEnd: p.ended, timeout: p.server.cfg.Timeout, over: make(chan struct{}), remote: remote,
		reliable: *p.channels[transport.Reliable], latest: *p.channels[transport.Latest],
	}
	p.conn = c
	p.mu.Unlock()
	err := p.ask(c)
	if err != nil {
		p.server.counters.refused.Add(1)
		code, text := transport.Refusal(err)
		c.end(code, text, false)
	} else {
		p.server.counters.accepted.Add(1)
	}
	c.start()
	c.state(p.pc.ConnectionState()) // it may have failed meanwhile
}

// ask gets the session's handler. It holds the lock of the handler's calls, as the acceptor may already close the session.
func (p *peer) ask(c *conn) error {
	c.deliver.Lock()
	defer c.deliver.Unlock()
	handler, err := p.server.cfg.Accept(c, p.claims)
	if err == nil && handler == nil {
		err = errors.New("the server has no handler for this session")
	}
	c.handler, c.closed = handler, err != nil
	return err
}

// pin binds the connection to the address that it is now on. p.mu is held.
func (p *peer) pin() netip.AddrPort {
	addr := selectedRemote(p.pc)
	if addr.IsValid() && p.ufrag != "" {
		p.server.socket.pin(p.ufrag, addr)
	}
	return addr
}

// state follows pion's view of the connection.
func (p *peer) state(s webrtc.PeerConnectionState) {
	p.mu.Lock()
	c := p.conn
	if s == webrtc.PeerConnectionStateConnected && !p.gone {
		p.pin()
	}
	p.mu.Unlock()
	if c != nil {
		c.state(s)
	} else if s == webrtc.PeerConnectionStateFailed || s == webrtc.PeerConnectionStateClosed {
		p.abandon()
	}
}

// abandon drops a peer that has no session; it reports whether there was something to drop.
func (p *peer) abandon() bool {
	p.mu.Lock()
	if p.gone {
		p.mu.Unlock()
		return false
	}
	if c := p.conn; c != nil {
		p.mu.Unlock()
		c.end(transport.ProtocolError, "unexpected data channel", false)
		return false
	}
	p.gone = true
	if p.timer != nil {
		p.timer.Stop()
	}
	pc := p.pc
	p.mu.Unlock()
	go func() { // closing waits for pion's goroutines, of which this may be one
		if pc != nil {
			_ = pc.GracefulClose()
		}
		p.server.socket.unpin(p.ufrag)
		p.server.leave(p)
	}()
	return true
}

// shutdown ends whatever the peer is at.
func (p *peer) shutdown() {
	p.mu.Lock()
	c := p.conn
	p.mu.Unlock()
	if c != nil {
		c.Close(transport.ServerShutdown, "the server is shutting down")
		return
	}
	p.abandon()
}

// ended is called when the session is over and its connection closed.
func (p *peer) ended() {
	switch p.conn.code {
	case transport.Timeout:
		p.server.counters.timeouts.Add(1)
	case transport.ProtocolError:
		p.server.counters.protocol.Add(1)
	}
	p.server.socket.unpin(p.ufrag)
	p.server.leave(p)
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
