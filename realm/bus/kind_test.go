package bus

import (
	"encoding/base64"
	"log/slog"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
)

// TestKindsOfConnections: only a client of NATS's own protocol is let in, whatever else an operator's server offers. A leaf node would bring in a
// server that speaks for many; and what has no key, or one that cannot be read, has no identity.
func TestKindsOfConnections(t *testing.T) {
	issuer, err := OpenIssuer("")
	if err != nil {
		t.Fatal(err)
	}
	token, err := issuer.JoinToken(RoleZone)
	if err != nil {
		t.Fatal(err)
	}
	key, err := newProcessKey()
	if err != nil {
		t.Fatal(err)
	}
	const nonce = "nonce"
	sig, err := key.pair.Sign([]byte(nonce))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		what   string
		change func(*jwt.AuthorizationRequestClaims)
		ok     bool
	}{
		{"a client", func(*jwt.AuthorizationRequestClaims) {}, true},
		{"padded signature", func(r *jwt.AuthorizationRequestClaims) { r.ConnectOptions.SignedNonce += "==" }, true},
		{"leaf node", func(r *jwt.AuthorizationRequestClaims) { r.ClientInformation.Kind = "Leafnode" }, false},
		{"MQTT", func(r *jwt.AuthorizationRequestClaims) { r.ClientInformation.Type = "mqtt" }, false},
		{"WebSocket", func(r *jwt.AuthorizationRequestClaims) { r.ClientInformation.Type = "websocket" }, false},
		{"no nonce", func(r *jwt.AuthorizationRequestClaims) { r.ClientInformation.Nonce = "" }, false},
		{"another nonce", func(r *jwt.AuthorizationRequestClaims) { r.ClientInformation.Nonce = "none" }, false},
		{"no key", func(r *jwt.AuthorizationRequestClaims) { r.ConnectOptions.Nkey = "" }, false},
		{"an account's key", func(r *jwt.AuthorizationRequestClaims) {
			r.ConnectOptions.Nkey, _ = issuer.account.PublicKey()
		}, false},
		{"a key with a letter too many", func(r *jwt.AuthorizationRequestClaims) { r.ConnectOptions.Nkey += "A" }, false},
	} {
		req := jwt.NewAuthorizationRequestClaims("A")
		req.UserNkey = key.public // in life a key of the server's
		req.ClientInformation = jwt.ClientInformation{Kind: clientKind, Type: clientType, Nonce: nonce}
		req.ConnectOptions = jwt.ConnectOptions{
			Username: string(RoleZone), Password: token, Nkey: key.public, SignedNonce: base64.RawURLEncoding.EncodeToString(sig),
		}
		tt.change(req)
		user, err := issuer.newAdmission(slog.New(slog.DiscardHandler)).admit(req)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.what, err)
			continue
		}
		if err != nil {
			continue
		}
		claims, err := jwt.DecodeUserClaims(user)
		if err != nil || !strings.HasSuffix(claims.Name, key.id.String()) || claims.Audience != accountName {
			t.Errorf("%s: let in as %+v, %v", tt.what, claims, err)
		}
	}
}
