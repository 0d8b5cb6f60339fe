package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/realmwire/realmwire/internal/guard"
)

// maxInFlight bounds the requests of one subject that a connection works on at once; more wait in the subscription.
const maxInFlight = 256

const (
	firstReconnect = 150 * time.Millisecond
	maxReconnect   = 2 * time.Second
)

// Conn is one role's connection. It reconnects by itself, as the same identity, until it is closed. Safe for concurrent use.
type Conn struct {
	role Role
	key  processKey
	log  *slog.Logger
	nc   *nats.Conn

	refused atomic.Bool // the server does not let it in, and that was said
	answers answers

	ctx      context.Context // ends with Close; parent of every handler's
	cancel   context.CancelFunc
	handlers sync.WaitGroup

	mu     sync.Mutex
	period context.Context      // ends when the connection is lost; guarded by mu
	lost   context.CancelFunc   // ends period; guarded by mu
	subs   []*nats.Subscription // guarded by mu
	closed bool                 // guarded by mu
}

func newConn(role Role, log *slog.Logger) (*Conn, error) {
	key, err := newProcessKey()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &Conn{role: role, key: key, log: log, ctx: ctx, cancel: cancel}
	c.period, c.lost = context.WithCancel(ctx)
	return c, nil
}

// open starts to hear answers on the connection that was made.
func (c *Conn) open(nc *nats.Conn) error {
	c.nc = nc
	if _, err := nc.Subscribe(inbox(c.key.id), guard.Handler("bus: answer", c.answers.take)); err != nil {
		nc.Close()
		return fmt.Errorf("join the bus as %s: %w", c.role, err)
	}
	return nil
}

// cut ends the calls that wait for an answer: the connection on which it would have come is lost.
func (c *Conn) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost()
	c.period, c.lost = context.WithCancel(c.ctx)
}

// connected is a context that ends when the connection which stands now is lost.
func (c *Conn) connected() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.period
}

// Role is what this connection is.
func (c *Conn) Role() Role { return c.role }

// Identity is who this connection is, for as long as it lives.
func (c *Conn) Identity() Identity { return c.key.id }

// Connected tells whether the connection stands at this moment.
func (c *Conn) Connected() bool { return c.nc.IsConnected() }

// self is this connection as one that is asked.
func (c *Conn) self() Target {
	if c.role == RoleRealm {
		return Realm
	}
	return Target{c.role, c.key.id}
}

func (c *Conn) options() []nats.Option {
	return append(lasting(),
		nats.Name("realmwire "+string(c.role)+" "+c.key.id.String()),
		nats.Nkey(c.key.public, c.key.pair.Sign),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			c.cut()
			if err != nil {
				c.log.Warn("bus: connection lost, trying again", "role", c.role, "err", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) {
			c.refused.Store(false)
			c.log.Info("bus: connected again", "role", c.role)
		}),
		nats.ErrorHandler(c.failed))
}

// reconnectDelay is how long to wait before an attempt to reconnect: soon at first, because a restarted bus is back in a moment, and spread, so
// that not all come at once.
func reconnectDelay(attempts int) time.Duration {
	wait := min(firstReconnect<<min(max(attempts-1, 0), 8), maxReconnect)
	return wait/2 + rand.N(wait)
}

func (c *Conn) failed(_ *nats.Conn, sub *nats.Subscription, err error) {
	if errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) {
		if !c.refused.Swap(true) { // said once, and not at every attempt
			c.log.Warn("bus: not let in again, trying on; if the realm runs, its join token for this role is another now", "role", c.role)
		}
		return
	}
	subject := ""
	if sub != nil {
		subject = sub.Subject
	}
	c.log.Warn("bus: the connection has an error", "role", c.role, "subject", subject, "err", err)
}

// Close takes no more requests, waits for the handlers that run, and leaves the bus. A second call does nothing.
func (c *Conn) Close() {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.closed = true
	subs := c.subs
	c.subs = nil
	c.mu.Unlock()
	for _, sub := range subs {
		_ = sub.Unsubscribe() // fails only on a lost connection, which the server has forgotten anyway
	}
	c.cancel()
	c.handlers.Wait()
	_ = c.nc.FlushTimeout(time.Second) // the last answers leave; a lost connection has nowhere to send them
	c.nc.Close()
}
