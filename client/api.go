package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/zone/tilemap"
)

const (
	maxBody       = 1 << 20 // bytes of an answer that is not a map
	maxDetail     = 1 << 10 // bytes of a refusal's text that are kept
	maxRetryAfter = 5 * time.Minute
)

// API calls the gateway's HTTP interface, /v1. It is immutable and safe for concurrent use. Refusals are *Error.
type API struct {
	base  *url.URL
	http  *http.Client
	token string
}

// NewAPI makes an API for a gateway such as "http://localhost:8080", or "https://example.org/game/" below a path of a proxy. A nil client means one of its own, which times
// requests out after 15 s. Redirects are not followed: a server must not send its clients elsewhere.
func NewAPI(baseURL string, hc *http.Client) (*API, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("the server's address %q is not of the form http://HOST:PORT or https://HOST", baseURL)
	}
	u.RawPath = strings.TrimRight(u.EscapedPath(), "/") // first: it is made of both
	u.Path, u.RawQuery, u.ForceQuery, u.Fragment = strings.TrimRight(u.Path, "/"), "", false, ""
	if hc == nil {
		hc = &http.Client{Timeout: 15 * time.Second}
	}
	own := *hc
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &API{base: u, http: &own}, nil
}

// As is the same API signed in with a token. Keep the token of an account with a password beyond its end, and log in as it:
// api.As(earlier).Login lets the account sign in from this device while others guess its password.
func (a *API) As(token string) *API {
	b := *a
	b.token = token
	return &b
}

// Base is the gateway's address.
func (a *API) Base() string { return a.base.String() }

// Realm describes the realm as it is now.
func (a *API) Realm(ctx context.Context) (Realm, error) {
	return call[Realm](ctx, a, http.MethodGet, "/v1/realm", nil)
}

type credentials struct {
	Name     string `json:"name"`
	Password string `json:"password"`
}

// Register makes an account and signs it in.
func (a *API) Register(ctx context.Context, name, password string) (SignedIn, error) {
	return call[SignedIn](ctx, a, http.MethodPost, "/v1/register", credentials{name, password})
}

// Login signs an account in. The token that the API is signed in with, if any, need not be good any more; see As.
func (a *API) Login(ctx context.Context, name, password string) (SignedIn, error) {
	return call[SignedIn](ctx, a, http.MethodPost, "/v1/login", credentials{name, password})
}

// Guest makes an account without a password and signs it in.
func (a *API) Guest(ctx context.Context) (SignedIn, error) {
	return call[SignedIn](ctx, a, http.MethodPost, "/v1/guest", struct{}{})
}

// Logout ends the token.
func (a *API) Logout(ctx context.Context) error {
	_, err := a.do(ctx, http.MethodPost, "/v1/logout", nil, maxBody)
	return err
}

// Me is the account signed in.
func (a *API) Me(ctx context.Context) (Account, error) {
	r, err := call[struct {
		Account Account `json:"account"`
	}](ctx, a, http.MethodGet, "/v1/me", nil)
	return r.Account, err
}

// Characters lists the account's characters.
func (a *API) Characters(ctx context.Context) (Roster, error) {
	return call[Roster](ctx, a, http.MethodGet, "/v1/characters", nil)
}

// CreateCharacter makes a character. Its name is 2–16 letters, digits, spaces, ' or -, and unique in the realm. Its class
// is one of the realm's, or empty where the realm has none; its appearance is JSON in the game's own form, or nil.
func (a *API) CreateCharacter(ctx context.Context, name, class string, appearance json.RawMessage) (Character, error) {
	return call[Character](ctx, a, http.MethodPost, "/v1/characters", struct {
		Name       string          `json:"name"`
		Class      string          `json:"class,omitempty"`
		Appearance json.RawMessage `json:"appearance,omitempty"`
	}{name, class, appearance})
}

// RenameCharacter gives a character of the account another name.
func (a *API) RenameCharacter(ctx context.Context, id, name string) (Character, error) {
	return call[Character](ctx, a, http.MethodPatch, "/v1/characters/"+url.PathEscape(id), struct {
		Name string `json:"name"`
	}{name})
}

// DeleteCharacter deletes a character of the account for good; confirm is its name.
func (a *API) DeleteCharacter(ctx context.Context, id, confirm string) error {
	_, err := a.do(ctx, http.MethodDelete, "/v1/characters/"+url.PathEscape(id)+"?"+url.Values{"confirm": {confirm}}.Encode(), nil, maxBody)
	return err
}

// suiteAESGCM is the cipher suite that Go clients ask for: the fastest here.
const suiteAESGCM = 1

// PlayRequest says who wants to play.
type PlayRequest struct {
	Character string // its ID
	Schema    uint64 // the hash of the schema that the caller was built with
	Client    string // NewClient, drawn when the player decided to play; empty: it does not return by itself
	// Returning: the client comes back by itself. The realm refuses with TitlePlayedElsewhere while another client has the
	// character; without it, the character is taken from there.
	Returning bool
}

// NewClient draws what tells this client from others that play the same character.
func NewClient() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand
	return hex.EncodeToString(b[:])
}

// Play asks for a grant for the zone where the character is. If the server does not accept the schema, it refuses, and the
// error's Detail says what to update.
func (a *API) Play(ctx context.Context, r PlayRequest) (Grant, error) {
	g, err := call[Grant](ctx, a, http.MethodPost, "/v1/play", struct {
		Character string `json:"character"`
		Schema    string `json:"schema"`
		Protocol  int    `json:"protocol"`
		Suite     int    `json:"suite"`
		Client    string `json:"client,omitempty"`
		Returning bool   `json:"returning,omitempty"`
	}{r.Character, SchemaHash(r.Schema), message.Version, suiteAESGCM, r.Client, r.Returning})
	if err == nil && len(g.Ticket) == 0 {
		err = errors.New("POST /v1/play: the answer holds no ticket; is this a Realmwire server?")
	}
	return g, err
}

// SchemaHash writes a schema's hash as the HTTP interface does.
func SchemaHash(hash uint64) string { return fmt.Sprintf("%016x", hash) }

// Map fetches a map artefact and checks that it is the one that its hash names.
func (a *API) Map(ctx context.Context, m GrantMap) (*tilemap.Map, error) {
	path := m.URL
	if path == "" {
		path = "/v1/maps/" + url.PathEscape(m.Hash)
	}
	raw, err := a.do(ctx, http.MethodGet, path, nil, tilemap.MaxArtefact)
	if err != nil {
		return nil, err
	}
	ground, err := tilemap.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	if ground.Hash() != m.Hash {
		return nil, fmt.Errorf("GET %s: the map that came has hash %.12s…, not %.12s…; a cache between us and the server may be broken", path, ground.Hash(), m.Hash)
	}
	return ground, nil
}

// Signal exchanges WebRTC session descriptions with a zone process; path and ticket are those of a grant.
func (a *API) Signal(ctx context.Context, path string, ticket []byte, offer string) (answer string, err error) {
	r, err := call[struct {
		SDP string `json:"sdp"`
	}](ctx, a, http.MethodPost, path, struct {
		Ticket []byte `json:"ticket"`
		SDP    string `json:"sdp"`
	}{ticket, offer})
	return r.SDP, err
}

// WebSocketURL is where the WebSocket of a grant's endpoint is: at the gateway, or at the zone process itself.
func (a *API) WebSocketURL(endpoint string) (string, error) {
	if u, err := url.Parse(endpoint); err == nil && u.Host != "" && (u.Scheme == "ws" || u.Scheme == "wss") {
		return u.String(), nil
	}
	u, err := a.resolve(endpoint)
	if err != nil {
		return "", err
	}
	u.Scheme = "ws" + strings.TrimPrefix(u.Scheme, "http")
	return u.String(), nil
}

// resolve makes a path absolute. It refuses whatever is not a path: a grant must not send its client to another host.
func (a *API) resolve(path string) (*url.URL, error) {
	rel, err := url.Parse(path)
	if err != nil || !strings.HasPrefix(path, "/") || rel.Host != "" || rel.Scheme != "" {
		return nil, fmt.Errorf("the server named %q, which is not a path on itself; is it a Realmwire server of this version?", path)
	}
	u := *a.base
	u.Path, u.RawPath, u.RawQuery = a.base.Path+rel.Path, a.base.EscapedPath()+rel.EscapedPath(), rel.RawQuery
	return &u, nil
}

func call[T any](ctx context.Context, a *API, method, path string, body any) (T, error) {
	var out T
	raw, err := a.do(ctx, method, path, body, maxBody)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, fmt.Errorf("%s %s: the answer is not the JSON expected: %w", method, path, err)
	}
	return out, nil
}

// do makes one request and returns the body of a 2xx answer.
func (a *API) do(ctx context.Context, method, path string, body any, limit int64) ([]byte, error) {
	u, err := a.resolve(path)
	if err != nil {
		return nil, err
	}
	op := method + " " + u.Path
	var rd io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op, err)
		}
		rd = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), rd)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json, application/problem+json")
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: the server at %s cannot be reached: %w", op, a.base.Host, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: the answer broke off: %w", op, err)
	case resp.StatusCode/100 != 2:
		return nil, problem(op, resp, raw)
	case int64(len(raw)) > limit:
		return nil, fmt.Errorf("%s: the answer is longer than %d bytes and was refused", op, limit)
	}
	return raw, nil
}

// problem reads a refusal. What is no problem document (a proxy's page, say) keeps its status.
func problem(op string, resp *http.Response, raw []byte) error {
	e := &Error{Op: op, Status: resp.StatusCode, Title: http.StatusText(resp.StatusCode), Foreign: true}
	var p struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") && json.Unmarshal(raw, &p) == nil {
		e.Foreign = false
		if p.Title != "" {
			e.Title = clip(p.Title)
		}
		e.Detail = clip(p.Detail)
	}
	if secs, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && secs >= 0 {
		e.RetryAfter = min(time.Duration(min(secs, 1<<20))*time.Second, maxRetryAfter)
	}
	return e
}

func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), maxDetail)], "") }
