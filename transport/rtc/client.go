package rtc

import (
	"errors"
	"io"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/datachannel"
	"github.com/pion/webrtc/v4"

	"github.com/realmwire/realmwire/transport"
)

const (
	// maxLatestBuffered is how many bytes of the latest lane SCTP may hold, on the wire or waiting for its congestion window.
	// Beyond it the newest message waits here, where a newer one can replace it. It covers 160 kB/s at 100 ms.
	maxLatestBuffered = 16 << 10
	// readBufferSize is how much read buffer an idle channel keeps.
	readBufferSize = 4 << 10
)

// client is the client's end of a session, on pion. It implements transport.Conn. Its goroutines: one reader for each channel,
// and pion's.
type client struct {
	pc       *webrtc.PeerConnection
	timeout  time.Duration
	reliable channel
	latest   channel
	readers  sync.WaitGroup
	over     chan struct{} // closed when the session has ended

	calls transport.Calls

	mu      sync.Mutex // guards what follows
	remote  netip.AddrPort
	pending []byte // the latest message that waits for room
	stats   transport.Stats
	ended   bool
	byPeer  bool
	code    transport.CloseCode
	text    string
}

// Kind implements transport.Conn.
func (c *client) Kind() transport.Kind { return transport.WebRTC }

// RemoteAddr implements transport.Conn.
func (c *client) RemoteAddr() netip.AddrPort {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.remote
}

// MaxLatest implements transport.Conn.
func (c *client) MaxLatest() int { return transport.MaxLatestMessage }

// Backlog implements transport.Conn.
func (c *client) Backlog() int { return int(c.reliable.dc.BufferedAmount()) }

// Stats implements transport.Conn.
func (c *client) Stats() transport.Stats {
	queue := c.Backlog()
	rtt := time.Duration(c.pc.SCTP().Stats().SmoothedRoundTripTime * float64(time.Second))
	c.mu.Lock()
	defer c.mu.Unlock()
	st := c.stats
	st.Queue, st.RTT = queue, rtt
	return st
}

// Send implements transport.Conn.
func (c *client) Send(lane transport.Lane, msg []byte) error {
	if err := transport.CheckSize(lane, len(msg)); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return transport.ErrClosed
	}
	if lane == transport.Reliable {
		if c.Backlog()+len(msg) > transport.MaxReliableBacklog {
			return transport.ErrBackpressure
		}
		return c.write(c.reliable, msg)
	}
	if c.latest.dc.BufferedAmount()+uint64(len(msg)) > maxLatestBuffered {
		if len(c.pending) > 0 {
			c.stats.Replaced++
		}
		c.pending = append(c.pending[:0], msg...)
		return nil
	}
	if len(c.pending) > 0 {
		c.stats.Replaced++
		c.pending = c.pending[:0]
	}
	return c.write(c.latest, msg)
}

// write gives SCTP a message, of which it makes copies. c.mu is held.
func (c *client) write(ch channel, msg []byte) error {
	if _, err := ch.raw.WriteDataChannel(msg, false); err != nil {
		return errors.Join(transport.ErrClosed, err)
	}
	c.stats.DatagramsOut++
	c.stats.BytesOut += uint64(len(msg))
	return nil
}

// room sends the message that waited for room on the latest channel.
func (c *client) room() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended && len(c.pending) > 0 {
		_ = c.write(c.latest, c.pending) // an error is the readers' to report
		c.pending = c.pending[:0]
	}
}

// Close implements transport.Conn.
func (c *client) Close(code transport.CloseCode, text string) {
	if !code.Valid() {
		code = transport.Normal
	}
	c.end(code, transport.ClipText(text), false)
}

// end ends the session for a reason; only the first counts.
func (c *client) end(code transport.CloseCode, text string, byPeer bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.ended, c.code, c.text, c.byPeer = true, code, text, byPeer
	close(c.over)
}

// start runs a session whose handler and channels are set.
func (c *client) start() {
	c.latest.dc.SetBufferedAmountLowThreshold(maxLatestBuffered / 2)
	c.latest.dc.OnBufferedAmountLow(c.room)
	c.readers.Go(func() { c.read(c.reliable) })
	c.readers.Go(func() { c.read(c.latest) })
	go c.finish()
}

// read hands on one channel's messages until it ends.
func (c *client) read(ch channel) {
	buf := make([]byte, readBufferSize)
	for {
		msg, text, err := ch.read(buf)
		switch {
		case errors.Is(err, errTooBig):
			c.end(transport.ProtocolError, "message over the limit", false)
			return
		case errors.Is(err, io.EOF):
			c.end(transport.Normal, "the peer closed the connection", true)
			return
		case err != nil:
			c.end(transport.Network, transport.ClipText("connection lost: "+err.Error()), true)
			return
		}
		if text {
			c.control(ch.lane, string(msg))
			return
		}
		if transport.CheckSize(ch.lane, len(msg)) != nil {
			c.end(transport.ProtocolError, "message over the limit", false)
			return
		}
		c.mu.Lock()
		c.stats.DatagramsIn++
		c.stats.BytesIn += uint64(len(msg))
		open := !c.ended
		c.mu.Unlock()
		if open {
			c.calls.Message(c, ch.lane, msg)
		}
		if cap(msg) <= 2*readBufferSize {
			buf = msg[:cap(msg)]
		}
	}
}

// control handles a text message.
func (c *client) control(lane transport.Lane, msg string) {
	code, text, ok := parseClose(msg)
	if !ok || lane != transport.Reliable {
		c.end(transport.ProtocolError, "unknown text message", false)
		return
	}
	c.end(code, text, true)
}

// channel is one open data channel.
type channel struct {
	lane transport.Lane
	dc   *webrtc.DataChannel
	raw  datachannel.ReadWriteCloser
}

// errTooBig says that a message is over its lane's limit.
var errTooBig = errors.New("message over the limit")

// read returns the next message, in buf or a larger buffer that takes its place.
func (ch channel) read(buf []byte) (msg []byte, text bool, err error) {
	for {
		n, text, err := ch.raw.ReadDataChannel(buf[:cap(buf)])
		if errors.Is(err, io.ErrShortBuffer) {
			if cap(buf) >= transport.MaxReliableMessage {
				return buf, text, errTooBig
			}
			// The message waits, of a size that pion does not tell; SCTP's own window bounds what the peer can make us hold.
			buf = make([]byte, min(4*cap(buf), transport.MaxReliableMessage))
			continue
		}
		return buf[:max(n, 0)], text, err
	}
}

// state follows pion's view of the connection.
func (c *client) state(s webrtc.PeerConnectionState) {
	switch s {
	case webrtc.PeerConnectionStateFailed:
		c.end(transport.Timeout, "nothing was heard for "+c.timeout.String(), true)
	case webrtc.PeerConnectionStateClosed:
		c.end(transport.Normal, "the peer closed the connection", true)
	}
}
