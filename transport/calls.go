package transport

import (
	"errors"
	"sync"

	"github.com/realmwire/realmwire/transport/ticket"
)

// Calls makes the calls of one connection's Handler, for every transport alike: one at a time, none after Closed, and Closed
// once, whoever notices the end first. The zero value has no handler, and is what a connection has that nobody accepted.
type Calls struct {
	mu      sync.Mutex // held while the handler or the acceptor runs; guards what follows
	handler Handler    // nil before there is one, and after the end
	over    bool
}

// Start gives a connection its handler; once, and before anything else is called.
func (c *Calls) Start(h Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handler = h
}

// Ask lets the acceptor choose the connection's handler. The acceptor may already use the connection, and even close it: the
// handler is told of that end when Ask has returned. An error means that there is no handler and never will be: the acceptor's,
// or ErrClosed where the connection ended before it could be asked.
func (c *Calls) Ask(accept Acceptor, conn Conn, claims ticket.Claims) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return ErrClosed
	}
	h, err := accept(conn, claims)
	if err == nil && h == nil {
		err = errors.New("the server has no handler for this connection")
	}
	if err != nil {
		return err
	}
	c.handler = h
	return nil
}

// Message hands a message to the handler, if there is one.
func (c *Calls) Message(conn Conn, lane Lane, msg []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.handler != nil {
		c.handler.Message(conn, lane, msg)
	}
}

// Closed tells the handler, if there is one, of the end. Only the first call does anything.
func (c *Calls) Closed(conn Conn, code CloseCode, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.handler
	c.handler, c.over = nil, true
	if h != nil {
		h.Closed(conn, code, text)
	}
}
