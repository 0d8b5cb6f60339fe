package ws

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport"
)

// conn is one session, either end. It implements transport.Conn. Its goroutines: one reads; one writes while there is
// something to write, and one waits for a pong while a ping is under way.
type conn struct {
	socket  *websocket.Conn
	remote  netip.AddrPort
	timeout time.Duration
	ctx     context.Context // of all I/O; ending it breaks the connection
	cancel  context.CancelFunc
	work    sync.WaitGroup

	calls transport.Calls

	mu           sync.Mutex // guards what follows
	out          outbox
	stats        transport.Stats
	writingSince time.Time   // of the frame being written; zero between frames
	started      bool        // the writer may begin
	writing      bool        // there is one
	pinger       *time.Timer // of the next ping
	pingsOver    bool
	abort        *time.Timer // breaks the connection when ending takes too long; set when this side ends the session
	ended        bool
	byPeer       bool
	code         transport.CloseCode
	text         string
}

func newConn(socket *websocket.Conn, remote netip.AddrPort, timeout time.Duration) *conn {
	c := &conn{socket: socket, remote: remote, timeout: timeout}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	socket.SetReadLimit(1 + transport.MaxReliableMessage)
	return c
}

// Kind implements transport.Conn.
func (c *conn) Kind() transport.Kind { return transport.WebSocket }

// RemoteAddr implements transport.Conn. Its port is 0 where a gateway stands between.
func (c *conn) RemoteAddr() netip.AddrPort { return c.remote }

// MaxLatest implements transport.Conn.
func (c *conn) MaxLatest() int { return transport.MaxLatestMessage }

// Send implements transport.Conn.
func (c *conn) Send(lane transport.Lane, msg []byte) error {
	if err := transport.CheckSize(lane, len(msg)); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return transport.ErrClosed
	}
	if err := c.out.put(lane, msg); err != nil {
		return err
	}
	c.poke()
	return nil
}

// Backlog implements transport.Conn: bytes that the operating system has not yet taken.
func (c *conn) Backlog() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.bytes
}

// Stats implements transport.Conn.
func (c *conn) Stats() transport.Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	st := c.stats
	st.Queue, st.Replaced = c.out.bytes, c.out.replaced
	return st
}

// Close implements transport.Conn.
func (c *conn) Close(code transport.CloseCode, text string) {
	c.end(code, transport.ClipText(text), false)
}

// end ends the session for a reason; only the first counts. The writer does the rest.
func (c *conn) end(code transport.CloseCode, text string, byPeer bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		c.ended, c.code, c.text, c.byPeer = true, code, text, byPeer
		if !byPeer {
			c.abort = time.AfterFunc(lingerFor, c.cancel) // from now on: a frame may be under way that nobody takes
		}
		c.poke()
	}
}

// poke sees to it that somebody writes, or ends the session. c.mu is held.
func (c *conn) poke() {
	if c.started && !c.writing {
		c.writing = true
		c.work.Add(1)
		guard.Go("websocket: writer", c.writer, nil)
	}
}

// read hands messages on until the connection ends.
func (c *conn) read() {
	var buf []byte
	for {
		typ, r, err := c.socket.Reader(c.ctx)
		if err == nil {
			buf, err = readAll(r, buf)
		}
		if err != nil {
			code, text := closeOf(err)
			c.end(code, text, true)
			return
		}
		lane, msg, ok := parseFrame(buf)
		if typ != websocket.MessageBinary || !ok {
			c.end(transport.ProtocolError, "malformed frame", false)
			return
		}
		c.mu.Lock()
		c.stats.DatagramsIn++
		c.stats.BytesIn += uint64(len(buf))
		open := !c.ended
		c.mu.Unlock()
		if open {
			c.calls.Message(c, lane, msg)
		}
		if cap(buf) > keepBuffer {
			buf = nil
		}
	}
}

// keepBuffer is how much read buffer an idle session keeps.
const keepBuffer = 8 << 10

// drain writes what waits until there is nothing more, the session has ended and flushing is not asked for, or a write fails.
func (c *conn) drain(flushing bool) {
	afterLatest := false
	for {
		frame, lane := c.next(flushing, afterLatest)
		if frame == nil {
			return
		}
		err := c.socket.Write(c.ctx, websocket.MessageBinary, frame)
		afterLatest = lane == transport.Latest
		c.wrote(frame, lane, err == nil)
		if err != nil {
			c.end(transport.Network, transport.ClipText("write failed: "+err.Error()), true)
			return
		}
	}
}

// next takes the frame that is written next; nil: there is none, or the session has ended and is not flushed.
func (c *conn) next(flushing, afterLatest bool) (frame []byte, lane transport.Lane) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended && !flushing {
		return nil, 0
	}
	if frame, lane = c.out.take(afterLatest); frame != nil {
		c.began()
	}
	return frame, lane
}

// wrote notes that the writing of a frame is over, well or not.
func (c *conn) wrote(frame []byte, lane transport.Lane, well bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writingSince = time.Time{}
	if lane == transport.Reliable {
		c.out.wrote(frame)
	}
	if well {
		c.stats.DatagramsOut++
		c.stats.BytesOut += uint64(len(frame))
	}
}
