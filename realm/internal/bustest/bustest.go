// Package bustest is NATS servers for tests, in each of the ways in which Realmwire runs on NATS, and intruders on them.
package bustest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/realmwire/realmwire/realm/bus"
)

// Patience is how long a test waits for what must happen.
const Patience = 30 * time.Second

// Bus is one or more NATS servers that ask one issuer whom to let in.
type Bus struct {
	t      *testing.T
	Issuer *bus.Issuer
	URLs   []string // of the servers

	servers []*server.Server // those that are not embedded
	configs []string
	turn    int // which server the next connection goes to
}

// Kinds are the ways in which NATS runs.
var Kinds = []struct {
	Name  string
	Start func(*testing.T) *Bus
}{
	{"embedded", Embedded},
	{"external", External},
	{"cluster", func(t *testing.T) *Bus { return Cluster(t, 3) }},
}

// Each runs a test on each kind.
func Each(t *testing.T, test func(*testing.T, *Bus)) {
	for _, k := range Kinds {
		t.Run(k.Name, func(t *testing.T) { test(t, k.Start(t)) })
	}
}

func (b *Bus) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func newBus(t *testing.T) *Bus {
	t.Helper()
	b := &Bus{t: t}
	var err error
	b.Issuer, err = bus.OpenIssuer("")
	b.must(err)
	return b
}

// Embedded is the server in the realm's process.
func Embedded(t *testing.T) *Bus {
	b := newBus(t)
	s, err := bus.Start(bus.Config{Issuer: b.Issuer, Log: quiet})
	b.must(err)
	t.Cleanup(s.Close)
	b.URLs = []string{s.URL()}
	return b
}

// External is a server of its own with the configuration that the issuer prints. The realm answers it.
func External(t *testing.T) *Bus { return Cluster(t, 1) }

// Cluster is several such servers. The realm answers at the first; the others reach it there.
func Cluster(t *testing.T, n int) *Bus {
	b := Servers(t, n)
	b.Admit(0)
	return b
}

// Servers are such servers without a realm: nobody is let in.
func Servers(t *testing.T, n int) *Bus {
	b := newBus(t)
	routes := ""
	for i := range n {
		config := fmt.Sprintf("server_name: n%d\n%s", i, b.Issuer.ServerConfig())
		if n > 1 {
			config += "cluster { name: realmwire, listen: \"127.0.0.1:-1\", routes: [" + routes + "] }\n"
		}
		ns := b.startServer(config + "listen: \"127.0.0.1:-1\"\n")
		if n > 1 && i == 0 {
			routes = fmt.Sprintf("%q", "nats://"+ns.ClusterAddr().String())
		}
		b.servers = append(b.servers, ns)
		b.configs = append(b.configs, config)
		b.URLs = append(b.URLs, ns.ClientURL())
	}
	b.eventually("the servers know each other", func() bool {
		for _, ns := range b.servers {
			if n > 1 && ns.NumRoutes() < n-1 {
				return false
			}
		}
		return true
	})
	return b
}

func (b *Bus) startServer(config string) *server.Server {
	b.t.Helper()
	opts := &server.Options{NoSigs: true, NoLog: true}
	b.must(opts.ProcessConfigString(config))
	ns, err := server.NewServer(opts)
	b.must(err)
	ns.Start()
	b.t.Cleanup(func() {
		ns.Shutdown()
		ns.WaitForShutdown()
	})
	if !ns.ReadyForConnections(Patience) {
		b.t.Fatal("the NATS server is not ready")
	}
	return ns
}

// Restart stops a server that is not embedded, and starts it again at the same port.
func (b *Bus) Restart(i int) {
	b.t.Helper()
	b.servers[i].Shutdown()
	b.servers[i].WaitForShutdown()
	b.servers[i] = b.startServer(b.configs[i] + fmt.Sprintf("listen: %q\n", strings.TrimPrefix(b.URLs[i], "nats://")))
}

// Admit is one more realm that answers, at one of the servers.
func (b *Bus) Admit(at int) *bus.Admission {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), Patience)
	defer cancel()
	a, err := b.Issuer.Admit(ctx, bus.DialConfig{URL: b.URLs[at], Log: quiet})
	b.must(err)
	b.t.Cleanup(a.Close)
	return a
}

var quiet = slog.New(slog.DiscardHandler)

func (b *Bus) eventually(what string, done func() bool) {
	b.t.Helper()
	for end := time.Now().Add(Patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("%s: not within %v", what, Patience)
		}
	}
}

func (b *Bus) next() string {
	b.turn++
	return b.URLs[b.turn%len(b.URLs)]
}

// Token is a role's join token.
func (b *Bus) Token(role bus.Role) string {
	b.t.Helper()
	token, err := b.Issuer.JoinToken(role)
	b.must(err)
	return token
}

// Connect joins as a role, each time at another server.
func (b *Bus) Connect(role bus.Role) (*bus.Conn, error) {
	ctx, cancel := context.WithTimeout(b.t.Context(), Patience)
	defer cancel()
	return bus.Dial(ctx, bus.DialConfig{
		URL: b.next(), Role: role, Token: func() (string, error) { return b.Issuer.JoinToken(role) }, Log: quiet,
	})
}

// Join is Connect for the length of the test.
func (b *Bus) Join(role bus.Role) *bus.Conn {
	b.t.Helper()
	c, err := b.Connect(role)
	b.must(err)
	b.t.Cleanup(c.Close)
	return c
}

// Intruder is somebody with a join token who speaks plain NATS.
type Intruder struct {
	*nats.Conn
	ID        bus.Identity
	PublicKey string
	Sign      func(nonce []byte) ([]byte, error)

	t       *testing.T
	refused chan error
}

// Intrude joins with a role's join token and a key of one's own, as a stolen token allows.
func (b *Bus) Intrude(role bus.Role) *Intruder {
	b.t.Helper()
	pair, err := nkeys.CreateUser()
	b.must(err)
	public, err := pair.PublicKey()
	b.must(err)
	i := &Intruder{ID: bus.Identify(public), PublicKey: public, Sign: pair.Sign, t: b.t, refused: make(chan error, 256)}
	i.Conn, err = nats.Connect(b.next(), nats.UserInfo(string(role), b.Token(role)), nats.Nkey(public, pair.Sign), nats.Timeout(Patience),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { i.refused <- err }))
	b.must(err)
	b.t.Cleanup(i.Close)
	return i
}

// MayNotPublish checks that the server refuses what is said on a subject.
func (i *Intruder) MayNotPublish(subject string, data []byte) {
	i.t.Helper()
	if err := i.PublishRequest(subject, "rw.inbox."+i.ID.String()+".realm.x", data); err != nil {
		i.t.Fatal(err)
	}
	i.mustBeRefused("say something on", subject)
}

// MayNotSubscribe checks that the server refuses to let a subject be heard, also as one of a queue group.
func (i *Intruder) MayNotSubscribe(subject string) {
	i.t.Helper()
	for _, queue := range []string{"", "realm", "zone"} {
		if _, err := i.QueueSubscribeSync(subject, queue); err != nil {
			i.t.Fatal(err)
		}
		i.mustBeRefused("hear", subject)
	}
}

// never is a subject that nobody may say anything on. The server complains in order: whatever was tried before it was allowed, or is refused
// before it is.
const never = "rw.never"

func (i *Intruder) mustBeRefused(what, subject string) {
	i.t.Helper()
	if err := i.Publish(never, nil); err != nil {
		i.t.Fatal(err)
	}
	refused := false
	for end := time.After(Patience); ; {
		select {
		case err := <-i.refused:
			switch {
			case !errors.Is(err, nats.ErrPermissionViolation):
				i.t.Errorf("%s %s: %v", what, subject, err)
			case strings.Contains(err.Error(), strconv.Quote(subject)):
				refused = true
			case strings.Contains(err.Error(), strconv.Quote(never)):
				if !refused {
					i.t.Errorf("an intruder may %s %s", what, subject)
				}
				return
			}
		case <-end:
			i.t.Fatalf("%s %s: no word from the server", what, subject)
		}
	}
}

// Forgery is a try to join as somebody else: with a public key that is not one's own. sign may be nil: no signature at all.
type Forgery struct {
	Role      bus.Role
	Token     string
	PublicKey string
	Sign      func(nonce []byte) ([]byte, error)
}

// Refused checks that a forgery does not get in, at any server.
func (b *Bus) Refused(what string, f Forgery) {
	b.t.Helper()
	for _, url := range b.URLs {
		opts := []nats.Option{nats.UserInfo(string(f.Role), f.Token), nats.Timeout(Patience), nats.MaxReconnects(0)}
		if f.PublicKey != "" {
			opts = append(opts, nats.Nkey(f.PublicKey, f.Sign))
		}
		nc, err := nats.Connect(url, opts...)
		if err == nil {
			nc.Close()
			b.t.Errorf("%s: let in", what)
		} else if !errors.Is(err, nats.ErrAuthorization) {
			b.t.Errorf("%s: %v", what, err)
		}
	}
}
