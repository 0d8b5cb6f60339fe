package bus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/internal/loglimit"
)

const (
	findTimeout = 2 * time.Second
	redialEvery = 100 * time.Millisecond
)

// DialConfig says how to reach a bus in another process or on another host.
type DialConfig struct {
	// URL is nats://HOST:PORT or tls://HOST:PORT, several with commas. A join token may stand in it: tls://zone:TOKEN@HOST:PORT.
	URL string
	// Find, where set, is asked for the URL (one, without TLS) before each attempt instead: a bus that was restarted may be at another port.
	Find func() (string, error)
	Role Role // what this connection is
	// Token is asked for the role's join token before each attempt, where the URL has none: it may have been changed.
	Token   func() (string, error)
	Plain   bool         // allows a bus on another host without TLS: whoever is on the network between reads the join token and ticket keys
	TLSCA   string       // file of the authorities to trust instead of the system's (PEM)
	TLSCert string       // file of the client certificate (PEM), with TLSKey
	TLSKey  string       // file of its key (PEM)
	Log     *slog.Logger // default slog.Default()
}

// Dial joins a bus elsewhere. It tries until ctx ends; the error names the address without the token.
func Dial(ctx context.Context, cfg DialConfig) (*Conn, error) {
	d, err := newDialler(cfg)
	if err != nil {
		return nil, err
	}
	return d.join(ctx)
}

// Dial joins a bus elsewhere, which asks this issuer, in any role. Its own tokens count, and not cfg's.
func (i *Issuer) Dial(ctx context.Context, cfg DialConfig) (*Conn, error) {
	cfg.Token = func() (string, error) { return i.JoinToken(cfg.Role) }
	d, err := newDialler(cfg)
	if err != nil {
		return nil, err
	}
	d.kept = ""
	return d.join(ctx)
}

func (d *dialler) join(ctx context.Context) (*Conn, error) {
	if err := d.cfg.Role.check(); err != nil {
		return nil, err
	}
	if _, err := d.at(); err != nil {
		return nil, err
	}
	if _, err := d.token(); err != nil {
		return nil, err
	}
	c, err := newConn(d.cfg.Role, d.cfg.Log)
	if err != nil {
		return nil, err
	}
	nc, err := d.dial(ctx, append(c.options(), nats.UserInfoHandler(d.credentials))...)
	if errors.Is(err, nats.ErrAuthorization) {
		err = fmt.Errorf("the bus at %s does not let role %s in: its join token is not one of those in the realm's %s.token, or no realm is there to be asked",
			d, d.cfg.Role, d.cfg.Role)
	}
	if err != nil {
		return nil, err
	}
	return c, c.open(nc)
}

// String is where the bus is, without the token.
func (d *dialler) String() string {
	at, err := d.at()
	if err != nil {
		return "an unknown address"
	}
	return at
}

// at is where the bus is now.
func (d *dialler) at() (string, error) {
	if d.cfg.Find == nil {
		return strings.Join(d.urls, ","), nil
	}
	raw, err := d.cfg.Find()
	if err != nil {
		return "", err
	}
	u, err := parseURL(raw)
	if err != nil {
		return "", err
	}
	u.User = nil
	return u.String(), nil
}

// dialler reaches a bus elsewhere, again and again.
type dialler struct {
	cfg  DialConfig
	urls []string // without the token; the first is tried first
	kept string   // token that stood in the URL
	opts []nats.Option
}

func newDialler(cfg DialConfig) (*dialler, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	cfg.Log = loglimit.New(cfg.Log)
	d := &dialler{cfg: cfg}
	var err error
	if d.opts, err = tlsOptions(cfg); err != nil {
		return nil, err
	}
	if cfg.Find != nil {
		d.opts = append(d.opts, nats.SetCustomDialer(finder{cfg.Find}))
		return d, nil
	}
	private := len(d.opts) > 0 // with a TLS configuration of its own the client speaks nothing else
	for raw := range strings.SplitSeq(cfg.URL, ",") {
		u, err := parseURL(raw)
		if err != nil {
			return nil, err
		}
		if u.User != nil {
			d.kept = u.User.Username()
			if password, ok := u.User.Password(); ok {
				d.kept = password
			}
			u.User = nil // the client would send neither key nor signature
		}
		if !private && !cfg.Plain && u.Scheme != "tls" && !loopback(u.Hostname()) {
			return nil, fmt.Errorf("the bus at %s is on another host: use tls://, because join tokens and ticket keys cross it", u.Host)
		}
		private = private || u.Scheme == "tls"
		d.urls = append(d.urls, u.String())
	}
	if !private && !cfg.Plain {
		d.opts = append(d.opts, nats.IgnoreDiscoveredServers()) // they may be anywhere
	}
	return d, nil
}

func parseURL(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if !strings.Contains(raw, "://") {
		raw = "nats://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return nil, errors.New("the bus's URL cannot be read") // not the error itself: it holds the token
	}
	return u, nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// rotateServers makes the next connection try another server first.
func (d *dialler) rotateServers() {
	if len(d.urls) > 1 {
		d.urls = append(slices.Clone(d.urls[1:]), d.urls[0])
	}
}

// token is the join token as it is now.
func (d *dialler) token() (string, error) {
	if d.kept != "" {
		return d.kept, nil
	}
	if d.cfg.Token == nil {
		return "", fmt.Errorf("role %s needs a join token to be on the bus", d.cfg.Role)
	}
	return d.cfg.Token()
}

func (d *dialler) credentials() (user, password string) {
	token, err := d.token()
	if err != nil {
		d.cfg.Log.Warn("bus: no join token", "role", d.cfg.Role, "err", err)
	}
	return string(d.cfg.Role), token
}

// dial tries until ctx ends. A refusal may come of a realm that is not there yet: it is said, and is the end only when time is up.
func (d *dialler) dial(ctx context.Context, opts ...nats.Option) (*nats.Conn, error) {
	opts = append(opts, d.opts...)
	said := false
	var last error // of the attempts before
	for {
		at, err := d.at()
		if err != nil {
			return nil, err
		}
		nc, err := attempt(ctx, at, opts)
		if err == nil {
			return nc, nil
		}
		if errors.Is(err, errStopped) && last != nil {
			err = last
		}
		last = err
		if refused := errors.Is(err, nats.ErrAuthorization); refused && !said {
			d.cfg.Log.Warn("bus: not let in yet: a wrong token, or no realm to ask; trying again", "role", d.cfg.Role, "bus", at)
			said = true
		}
		select {
		case <-time.After(redialEvery):
		case <-ctx.Done():
			if errors.Is(err, nats.ErrAuthorization) {
				return nil, err
			}
			return nil, fmt.Errorf("cannot reach the bus at %s: %w; is the realm running there?", at, err)
		}
	}
}

// errStopped is an attempt that ctx ended before the server answered.
var errStopped = errors.New("no answer in time")

// attempt connects once. The library takes no context and waits for seconds for a server that says nothing; whoever is told to stop
// does not wait with it.
func attempt(ctx context.Context, at string, opts []nats.Option) (*nats.Conn, error) {
	type outcome struct {
		nc  *nats.Conn
		err error
	}
	made := make(chan outcome, 1)
	guard.Go("bus: connect", func() {
		nc, err := nats.Connect(at, opts...)
		made <- outcome{nc, err}
	}, func() { made <- outcome{err: guard.ErrPanic} })
	select {
	case a := <-made:
		return a.nc, a.err
	case <-ctx.Done():
		guard.Go("bus: connect", func() {
			if a := <-made; a.err == nil {
				a.nc.Close()
			}
		}, nil)
		return nil, errStopped
	}
}

// finder connects to where the bus is now.
type finder struct{ find func() (string, error) }

// Dial implements nats.CustomDialer.
func (f finder) Dial(network, _ string) (net.Conn, error) {
	raw, err := f.find()
	if err != nil {
		return nil, err
	}
	u, err := parseURL(raw)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: findTimeout}
	return dialer.DialContext(context.Background(), network, u.Host)
}

func tlsOptions(cfg DialConfig) ([]nats.Option, error) {
	if cfg.TLSCA == "" && cfg.TLSCert == "" {
		return nil, nil
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS13}
	if cfg.TLSCA != "" {
		pem, err := os.ReadFile(cfg.TLSCA)
		if err != nil {
			return nil, fmt.Errorf("read the bus's certificate authority: %w", err)
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("no certificate in %s", cfg.TLSCA)
		}
	}
	if cfg.TLSCert != "" {
		cert, err := tls.LoadX509KeyPair(cfg.TLSCert, cfg.TLSKey)
		if err != nil {
			return nil, fmt.Errorf("load the bus's client certificate: %w", err)
		}
		conf.Certificates = []tls.Certificate{cert}
	}
	return []nats.Option{nats.Secure(conf)}, nil
}
