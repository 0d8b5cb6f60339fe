package bus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// maxInFlight bounds the requests of one subject that a connection works on at once; more wait in the subscription.
const maxInFlight = 256

const (
	findTimeout    = 2 * time.Second
	firstReconnect = 150 * time.Millisecond
	maxReconnect   = 2 * time.Second
)

// DialConfig says how to reach a bus in another process or on another host.
type DialConfig struct {
	URL string // nats://USER:PASSWORD@HOST:PORT or tls://…, several with commas
	// Find, where set, is asked for the URL (one, without TLS) before each attempt instead: a bus that was restarted may be at another port, or
	// have other passwords.
	Find    func() (string, error)
	Role    Role         // what this connection is; names the inbox, which the server's permissions check
	TLSCA   string       // file of the authorities to trust instead of the system's (PEM)
	TLSCert string       // file of the client certificate (PEM), with TLSKey
	TLSKey  string       // file of its key (PEM)
	Log     *slog.Logger // default slog.Default()
}

// Conn is one role's connection. It reconnects by itself until it is closed. Safe for concurrent use.
type Conn struct {
	role Role
	log  *slog.Logger
	nc   *nats.Conn

	refused atomic.Bool // the server refuses the credentials, and that was said

	ctx      context.Context // ends with Close; parent of every handler's
	cancel   context.CancelFunc
	handlers sync.WaitGroup

	mu     sync.Mutex
	period context.Context      // ends when the connection is lost; guarded by mu
	lost   context.CancelFunc   // ends period; guarded by mu
	subs   []*nats.Subscription // guarded by mu
	closed bool                 // guarded by mu
}

func newConn(role Role, log *slog.Logger) *Conn {
	ctx, cancel := context.WithCancel(context.Background())
	c := &Conn{role: role, log: log, ctx: ctx, cancel: cancel}
	c.period, c.lost = context.WithCancel(ctx)
	return c
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

// Connected tells whether the connection stands at this moment.
func (c *Conn) Connected() bool { return c.nc.IsConnected() }

func (c *Conn) options() []nats.Option {
	return []nats.Option{
		nats.Name("realmwire " + string(c.role)),
		nats.CustomInboxPrefix(c.role.inbox()),
		nats.MaxReconnects(-1),
		nats.CustomReconnectDelay(reconnectDelay),
		// A request made while the bus is away fails at once, instead of being sent when its caller has long given up.
		nats.ReconnectBufSize(-1),
		// A bus that comes back with other passwords is found again when those are put where this role looks for them.
		nats.IgnoreAuthErrorAbort(),
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
		nats.ErrorHandler(c.failed),
	}
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
			c.log.Warn("bus: the server refuses this role's credentials, trying again; copy the role's .url file from the realm's data folder", "role", c.role)
		}
		return
	}
	subject := ""
	if sub != nil {
		subject = sub.Subject
	}
	c.log.Warn("bus: "+err.Error(), "role", c.role, "subject", subject)
}

// Dial joins a bus elsewhere. It tries until ctx ends; the error names the address without the password.
func Dial(ctx context.Context, cfg DialConfig) (*Conn, error) {
	if err := cfg.Role.check(); err != nil {
		return nil, err
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	c := newConn(cfg.Role, cfg.Log)
	opts := c.options()
	tlsOpts, err := tlsOptions(cfg)
	if err != nil {
		return nil, err
	}
	opts = append(opts, tlsOpts...)
	if cfg.Find != nil {
		opts = append(opts, nats.SetCustomDialer(finder{cfg.Find}), nats.UserInfoHandler(finder{cfg.Find}.credentials))
	}
	for {
		if cfg.Find != nil {
			u, err := finder{cfg.Find}.url()
			if err != nil {
				return nil, err
			}
			u.User = nil // or it would be asked for no more
			cfg.URL = u.String()
		}
		c.nc, err = nats.Connect(cfg.URL, opts...)
		if err == nil {
			return c, nil
		}
		if errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) {
			return nil, fmt.Errorf("the bus at %s refuses the credentials of role %s: copy that role's .url file from the realm's data folder",
				redact(cfg.URL), cfg.Role)
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return nil, fmt.Errorf("cannot reach the bus at %s: %w; is the realm running there?", redact(cfg.URL), err)
		}
	}
}

// finder connects to where the bus is now.
type finder struct{ find func() (string, error) }

func (f finder) url() (*url.URL, error) {
	raw, err := f.find()
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(raw)
	if err != nil || u.User == nil {
		return nil, errors.New("the bus's URL cannot be read") // not the error itself: it holds the password
	}
	return u, nil
}

// Dial implements nats.CustomDialer.
func (f finder) Dial(network, _ string) (net.Conn, error) {
	u, err := f.url()
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: findTimeout}
	return dialer.DialContext(context.Background(), network, u.Host)
}

func (f finder) credentials() (user, password string) {
	u, err := f.url()
	if err != nil {
		return "", ""
	}
	password, _ = u.User.Password()
	return u.User.Username(), password
}

func tlsOptions(cfg DialConfig) ([]nats.Option, error) {
	if cfg.TLSCA == "" && cfg.TLSCert == "" {
		return nil, nil
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS13}
	if cfg.TLSCA != "" {
		pem, err := os.ReadFile(cfg.TLSCA)
		if err != nil {
			return nil, fmt.Errorf("reading the bus's certificate authority: %w", err)
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("no certificate in %s", cfg.TLSCA)
		}
	}
	if cfg.TLSCert != "" {
		cert, err := tls.LoadX509KeyPair(cfg.TLSCert, cfg.TLSKey)
		if err != nil {
			return nil, fmt.Errorf("loading the bus's client certificate: %w", err)
		}
		conf.Certificates = []tls.Certificate{cert}
	}
	return []nats.Option{nats.Secure(conf)}, nil
}

// redact keeps passwords out of errors and logs.
func redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(unreadable URL)"
	}
	return u.Redacted()
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
