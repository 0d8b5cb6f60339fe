package bus

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/realmwire/realmwire/internal/guard"
)

const (
	calloutSubject = "$SYS.REQ.USER.AUTH" // where NATS servers ask
	serverKey      = "Nats-Server-Xkey"   // header with the key to which the answer is sealed
	clientKind     = "Client"             // neither leaf node nor anything else that speaks for many
	clientType     = "nats"
)

// Admission answers NATS servers that ask whom to let in. Several realms share the questions; while there is none, those who are in stay in
// and newcomers wait.
type Admission struct {
	issuer *Issuer
	log    *slog.Logger
	conns  []*nats.Conn
}

// Admit starts to answer at a NATS server elsewhere, or at each of several: where one of them stops, those who were connected there are let
// in by the others at once. It tries until ctx ends.
func (i *Issuer) Admit(ctx context.Context, cfg DialConfig) (*Admission, error) {
	d, err := newDialler(cfg)
	if err != nil {
		return nil, err
	}
	a := i.newAdmission(d.cfg.Log)
	for range min(max(len(d.urls), 1), maxAdmissions) {
		nc, err := d.dial(ctx, append(a.options(), nats.DontRandomize())...)
		if errors.Is(err, nats.ErrAuthorization) {
			err = fmt.Errorf("the NATS server at %s does not know this realm's key: include what `realmwire nats-config` prints in its configuration", d)
		}
		if err == nil {
			err = a.serve(nc)
		}
		if err != nil {
			a.Close()
			return nil, err
		}
		d.rotateServers()
	}
	return a, nil
}

// maxAdmissions bounds the servers of a cluster at which one realm answers.
const maxAdmissions = 8

const (
	firstAdmission = 20 * time.Millisecond
	maxAdmission   = 250 * time.Millisecond
)

func (i *Issuer) newAdmission(log *slog.Logger) *Admission { return &Admission{issuer: i, log: log} }

func (a *Admission) options() []nats.Option {
	public, _ := a.issuer.user.PublicKey() // fails only for a pair that was wiped
	return append(lasting(),
		nats.Name("realmwire admission"),
		nats.CustomReconnectDelay(admissionDelay),
		nats.Nkey(public, a.issuer.user.Sign),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				a.log.Warn("bus: the server cannot ask whom to let in, trying again", "err", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { a.log.Info("bus: the server can ask again whom to let in") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			a.log.Warn("bus: admission has an error", "err", err)
		}))
}

func (a *Admission) serve(nc *nats.Conn) error {
	a.conns = append(a.conns, nc)
	_, err := nc.QueueSubscribe(calloutSubject, string(RoleRealm), guard.Handler("bus: admission", a.answer))
	if err == nil {
		err = nc.FlushTimeout(defaultTimeout)
	}
	if err != nil {
		return fmt.Errorf("listen for requests to join the bus: %w", err)
	}
	return nil
}

// Close ends it: this issuer admits nobody else, and those who are on the bus stay.
func (a *Admission) Close() {
	for _, nc := range a.conns {
		nc.Close()
	}
}

func (a *Admission) answer(msg *nats.Msg) {
	server := msg.Header.Get(serverKey)
	req, err := a.question(msg.Data, server)
	if err != nil {
		a.log.Warn("bus: a question about who wants to join cannot be read", "err", err)
		return
	}
	resp := jwt.NewAuthorizationResponseClaims(req.UserNkey)
	resp.Audience = req.Server.ID
	if resp.Jwt, err = a.admit(req); err != nil {
		a.log.Warn("bus: refused to let somebody in", "role", shorten(req.ConnectOptions.Username), "host", req.ClientInformation.Host, "err", err)
		resp.Error = "refused" // the server logs it; why is said here
	}
	token, err := resp.Encode(a.issuer.account)
	if err != nil {
		a.log.Error("bus: signing who may join", "err", err)
		return
	}
	sealed, err := a.issuer.curve.Seal([]byte(token), server)
	if err == nil {
		err = msg.Respond(sealed)
	}
	if err != nil {
		a.log.Warn("bus: an answer about who may join was lost", "err", err)
	}
}

// question opens what a server asks: sealed to the issuer, and signed by the server.
func (a *Admission) question(data []byte, server string) (*jwt.AuthorizationRequestClaims, error) {
	plain, err := a.issuer.curve.Open(data, server)
	if err != nil {
		return nil, fmt.Errorf("not sealed to this realm's key: %w", err)
	}
	req, err := jwt.DecodeAuthorizationRequestClaims(string(plain))
	if err != nil {
		return nil, err
	}
	var found jwt.ValidationResults
	req.Validate(&found)
	if found.IsBlocking(true) {
		return nil, found.Errors()[0]
	}
	if req.Server.XKey != server {
		return nil, errors.New("sealed with another key than the server's")
	}
	return req, nil
}

// admit is the right of somebody to be on the bus: as itself, which its key proves, in the role that its join token is for.
func (a *Admission) admit(req *jwt.AuthorizationRequestClaims) (string, error) {
	opts, client := req.ConnectOptions, req.ClientInformation
	if client.Kind != clientKind || client.Type != clientType {
		return "", fmt.Errorf("a connection of kind %.32q, type %.32q: want a client", client.Kind, client.Type)
	}
	role := Role(opts.Username)
	if err := role.check(); err != nil {
		return "", errors.New("unknown role")
	}
	ok, err := a.issuer.accepts(role, opts.Password)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", errors.New("wrong join token")
	}
	id, err := proven(opts.Nkey, opts.SignedNonce, client.Nonce)
	if err != nil {
		return "", err
	}
	user := jwt.NewUserClaims(req.UserNkey)
	user.Name = string(role) + "-" + id.String() // for the server's monitoring
	user.Audience = accountName
	user.Permissions = permissions(role, id)
	user.AllowedConnectionTypes = jwt.StringList{jwt.ConnectionTypeStandard, jwt.ConnectionTypeInProcess}
	token, err := user.Encode(a.issuer.account)
	if err != nil {
		return "", fmt.Errorf("sign the identity: %w", err)
	}
	return token, nil
}

// proven is the identity of who signed the nonce that the server made for this connection. The server itself checks no key that is not in its
// configuration.
func proven(publicKey, signature, nonce string) (Identity, error) {
	id := Identify(publicKey)
	if id == 0 || nonce == "" {
		return 0, errors.New("no key of its own")
	}
	pair, err := nkeys.FromPublicKey(publicKey)
	if err != nil {
		return 0, errors.New("a key that cannot be read")
	}
	sig, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(signature, "="))
	if err != nil || pair.Verify([]byte(nonce), sig) != nil {
		return 0, errors.New("it does not own the key that it names")
	}
	return id, nil
}

// shorten keeps what a stranger wrote from filling the log.
func shorten(s string) string { return fmt.Sprintf("%.32s", s) }

// lasting are the options of every connection that is meant to last.
func lasting() []nats.Option {
	return []nats.Option{
		nats.MaxReconnects(-1),
		nats.CustomReconnectDelay(reconnectDelay),
		// What is said while the bus is away fails at once, instead of being sent when its caller has long given up.
		nats.ReconnectBufSize(-1),
		// A bus that comes back with other keys is found again when those are put where this process looks for them.
		nats.IgnoreAuthErrorAbort(),
		nats.Timeout(connectTimeout),
	}
}

// admissionDelay is shorter than what others wait before they try again: who is there before the realm waits for nothing, two seconds long.
func admissionDelay(attempts int) time.Duration {
	wait := min(firstAdmission<<min(max(attempts-1, 0), 8), maxAdmission)
	return wait/2 + rand.N(wait)
}

// connectTimeout is longer than a server waits for a realm's word on a newcomer, which is 2 s by default.
const connectTimeout = 4 * time.Second
