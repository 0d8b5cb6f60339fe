package gateway

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/goleak"

	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/store/badger"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testSchema    = 0x0123456789abcdef
	testSchemaHex = "0123456789abcdef"
)

var testMap = []byte(`{"format":1,"name":"overworld","pad":"` + strings.Repeat("grass ", 1000) + `"}`)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// site is a whole control plane: store, bus, realm, gateway behind a real HTTP server.
type site struct {
	t      *testing.T
	bus    *bus.Server
	realm  *realm.Realm
	gw     *Gateway
	server *httptest.Server
	client *http.Client
}

func newSite(t *testing.T, changeRealm func(*realm.Config), change func(*Config)) *site {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	st, err := badger.Open(badger.Config{Dir: t.TempDir(), Log: log})
	must(t, err)
	t.Cleanup(func() { must(t, st.Close()) })
	b, err := bus.Start(bus.Config{Log: log})
	must(t, err)
	t.Cleanup(b.Close)
	realmConn, err := b.Connect(bus.RoleRealm)
	must(t, err)
	t.Cleanup(realmConn.Close)
	rc := realm.Config{
		Store: st, Bus: realmConn, Name: "Testwood", MOTD: "Welcome!", Game: "rpg", Schema: testSchema,
		StartZone: "overworld", Log: log, Classes: []string{"knight", "rogue", "wizard"},
		CheckAppearance: func(_ string, appearance []byte) error {
			if bytes.Contains(appearance, []byte("wings")) {
				return errors.New("nobody has wings")
			}
			return nil
		},
	}
	if changeRealm != nil {
		changeRealm(&rc)
	}
	r, err := realm.New(rc)
	must(t, err)
	t.Cleanup(r.Close)
	gwConn, err := b.Connect(bus.RoleGateway)
	must(t, err)
	t.Cleanup(gwConn.Close)
	gc := Config{API: r, Bus: gwConn, Log: log, Static: testClient()}
	if change != nil {
		change(&gc)
	}
	gw, err := New(gc)
	must(t, err)
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = &http.Server{Handler: gw}
	srv.Start()
	s := &site{t: t, bus: b, realm: r, gw: gw, server: srv, client: srv.Client()}
	t.Cleanup(func() {
		gw.Close()
		s.client.CloseIdleConnections()
		srv.Close()
	})
	return s
}

func testClient() fstest.MapFS {
	return fstest.MapFS{
		"index.html":              {Data: []byte("<!doctype html><script type=module src=assets/game-ABCD2345.js></script>")},
		"assets/game-ABCD2345.js": {Data: []byte(strings.Repeat("console.log('hello');", 200))},
		"assets/art-ABCD2345.png": {Data: bytes.Repeat([]byte("png"), 1000)},
		"notices.txt":             {Data: []byte("thanks")},
	}
}

// zoneProcess is a small zone process: the real client on the real bus, and a real HTTP server whose /ws answers each frame.
type zoneProcess struct {
	*realm.ZoneClient
	process realm.Process
	opener  *ticket.Opener
	http    *httptest.Server

	mu      sync.Mutex
	headers http.Header // guarded by mu; of the last WebSocket request
	dialled int         // guarded by mu; WebSocket requests
}

func (s *site) zone(capacity int) *zoneProcess {
	s.t.Helper()
	conn, err := s.bus.Connect(bus.RoleZone)
	must(s.t, err)
	s.t.Cleanup(conn.Close)
	z := &zoneProcess{ZoneClient: realm.Dial(conn)}
	mux := http.NewServeMux()
	mux.HandleFunc("/ws", z.serveWebSocket)
	z.http = httptest.NewServer(mux)
	s.t.Cleanup(z.http.Close)
	sum := sha256.Sum256(testMap)
	z.process = realm.Process{
		Incarnation: z.Incarnation(), TicketKey: ticket.NewKey(), Endpoints: []transport.Endpoint{{Transport: transport.KCP, Addr: "0.0.0.0:7777"}, {Transport: transport.WebRTC}, {Transport: transport.WebSocket}},
		HTTPAddr: z.http.Listener.Addr().String(),
		Schema:   testSchema, Snapshots: "latest",
		Zones: []realm.ZoneInfo{{Name: "overworld", Title: "Overworld", MapName: "overworld", MapHash: hex.EncodeToString(sum[:]), Map: testMap, Capacity: capacity, TickHz: 20}},
	}
	z.opener = ticket.NewOpener(z.process.TicketKey, uint64(z.process.Incarnation), ticket.OpenerConfig{})
	z.Serve(realm.ZoneHandlers{
		Evict: func(context.Context, realm.ID, uint64, string) (json.RawMessage, uint64, error) {
			return nil, 0, realm.ErrNotHere
		},
		Signal: func(_ context.Context, raw []byte, sdp string) (string, error) {
			_, err := z.opener.Open(raw, time.Now())
			return "answer to " + sdp, err
		},
	})
	must(s.t, z.Register(s.t.Context(), z.process))
	return z
}

// serveWebSocket takes a ticket as the first frame, then echoes; "bye" makes it close with a reason.
func (z *zoneProcess) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	z.mu.Lock()
	z.headers = r.Header.Clone()
	z.dialled++
	z.mu.Unlock()
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer c.CloseNow()
	_, raw, err := c.Read(r.Context())
	if err != nil {
		return
	}
	if _, err := z.opener.Open(raw, time.Now()); err != nil {
		_ = c.Close(4003, "ticket refused")
		return
	}
	for {
		kind, data, err := c.Read(r.Context())
		if err != nil {
			return
		}
		if string(data) == "bye" {
			_ = c.Close(4001, "server says bye")
			return
		}
		if c.Write(r.Context(), kind, append([]byte("echo "), data...)) != nil {
			return
		}
	}
}

type answer struct {
	*http.Response
	body []byte
}

// send makes a request; a string body is sent as it is, anything else as JSON.
func (s *site) send(method, path, token string, body any) answer {
	s.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		data, err := json.Marshal(b)
		must(s.t, err)
		in = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL+path, in)
	must(s.t, err)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return s.do(req)
}

func (s *site) do(req *http.Request) answer {
	s.t.Helper()
	resp, err := s.client.Do(req)
	must(s.t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	must(s.t, err)
	return answer{resp, data}
}

func into[T any](t *testing.T, a answer, status int) T {
	t.Helper()
	var v T
	if a.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", a.StatusCode, status, a.body)
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

type problemBody struct {
	Title  string
	Status int
	Detail string
}

func wantProblem(t *testing.T, a answer, status int, title, says string) {
	t.Helper()
	p := into[problemBody](t, a, status)
	if p.Title != title || p.Status != status || !strings.Contains(p.Detail, says) {
		t.Errorf("problem %+v, want %d %s that says %q", p, status, title, says)
	}
	if ct := a.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("content type %q", ct)
	}
}

type m = map[string]any

// character signs a guest in and makes it a character.
func (s *site) character(name string) (token string, id realm.ID) {
	s.t.Helper()
	in := into[realm.SignedIn](s.t, s.send("POST", "/v1/guest", "", m{}), 201)
	p := into[realm.Profile](s.t, s.send("POST", "/v1/characters", in.Token, m{"name": name, "class": "knight", "appearance": m{"skin": 1, "hair": 2, "shirt": 3}}), 201)
	return in.Token, p.ID
}

func (s *site) play(token string, id realm.ID) answer {
	s.t.Helper()
	return s.send("POST", "/v1/play", token, m{"character": id, "schema": testSchemaHex, "protocol": realm.Protocol})
}

func TestAccounts(t *testing.T) {
	s := newSite(t, nil, nil)
	cred := m{"name": "Arthur", "password": "excalibur!"}
	into[realm.SignedIn](t, s.send("POST", "/v1/register", "", cred), 201)
	wantProblem(t, s.send("POST", "/v1/register", "", cred), 409, "name-taken", "choose another")
	in := into[realm.SignedIn](t, s.send("POST", "/v1/login", "", cred), 200)
	me := into[map[string]map[string]any](t, s.send("GET", "/v1/me", in.Token, nil), 200)
	if me["account"]["name"] != "Arthur" || me["account"]["guest"] != false || me["account"]["role"] != "player" || me["account"]["id"] != in.Account.ID.String() {
		t.Errorf("me %v", me)
	}
	wantProblem(t, s.send("POST", "/v1/login", "", m{"name": "Arthur", "password": "wrong"}), 401, "wrong-credentials", "Wrong name or password")
	wantProblem(t, s.send("POST", "/v1/register", "", m{"name": "Sir Arthur", "password": "excalibur!"}), 422, "invalid-name", "3 to 20 letters")
	wantProblem(t, s.send("POST", "/v1/register", "", m{"name": "Lancelot", "password": "short"}), 422, "invalid-password", "8 to 128")
	if a := s.send("POST", "/v1/logout", in.Token, nil); a.StatusCode != 204 || len(a.body) != 0 {
		t.Errorf("logout: %d %s", a.StatusCode, a.body)
	}
	for _, token := range []string{in.Token, "", "nonsense"} {
		wantProblem(t, s.send("GET", "/v1/me", token, nil), 401, "signed-out", "sign in again")
		wantProblem(t, s.send("POST", "/v1/upgrade", token, cred), 401, "signed-out", "sign in again")
		wantProblem(t, s.send("GET", "/v1/characters", token, nil), 401, "signed-out", "sign in again")
	}
	guest := into[realm.SignedIn](t, s.send("POST", "/v1/guest", "", nil), 201)
	up := into[accountBody](t, s.send("POST", "/v1/upgrade", guest.Token, m{"name": "Galahad", "password": "long enough"}), 200)
	if up.Account.Guest || up.Account.ID != guest.Account.ID {
		t.Errorf("upgraded %+v", up)
	}
}

func TestManyWrongPasswords(t *testing.T) {
	s := newSite(t, func(c *realm.Config) { c.Limits.FailuresPerAccount = realm.Rate{Burst: 2, Every: time.Hour} }, nil)
	wrong := m{"name": "Anybody", "password": "guess number 1"}
	for range 2 {
		wantProblem(t, s.send("POST", "/v1/login", "", wrong), 401, "wrong-credentials", "")
	}
	a := s.send("POST", "/v1/login", "", wrong)
	wantProblem(t, a, 429, "rate-limited", "Too many wrong passwords")
	// An hour from the first wrong one, which was a moment ago.
	if secs, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || secs < 3000 || secs > 3600 {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
}

func TestBadRequests(t *testing.T) {
	s := newSite(t, nil, nil)
	in := into[realm.SignedIn](t, s.send("POST", "/v1/guest", "", nil), 201)
	secret := "hunter2hunter2"
	for _, tt := range []struct {
		name, path string
		body       any
		status     int
		title      string
	}{
		{"malformed JSON", "/v1/login", `{"name":"x","password":"` + secret, 400, "invalid-request"},
		{"not an object", "/v1/login", `[]`, 422, "invalid-request"},
		{"missing field", "/v1/login", m{"password": secret}, 422, "invalid-request"},
		{"wrong type", "/v1/login", m{"name": 5, "password": secret}, 422, "invalid-request"},
		{"unknown field", "/v1/login", m{"name": "x", "password": secret, "admin": true}, 422, "invalid-request"},
		{"no body", "/v1/login", nil, 400, "invalid-request"},
		{"huge body", "/v1/login", m{"name": "x", "password": strings.Repeat("x", 1<<20)}, 413, "request-entity-too-large"},
		{"appearance that the game refuses", "/v1/characters", m{"name": "Fine", "class": "knight", "appearance": m{"wings": 2}}, 422, "invalid-request"},
		{"appearance too long", "/v1/characters", m{"name": "Fine", "class": "knight", "appearance": strings.Repeat("x", 1025)}, 422, "invalid-request"},
		{"unknown class", "/v1/characters", m{"name": "Fine", "class": "bard"}, 422, "invalid-request"},
		{"name too long", "/v1/characters", m{"name": strings.Repeat("x", 17), "class": "knight"}, 422, "invalid-name"},
		{"character is no ID", "/v1/play", m{"character": "zzz", "schema": testSchemaHex, "protocol": realm.Protocol}, 422, "invalid-request"},
		{"host is not the client's to say", "/v1/play", m{"character": realm.ID(1), "schema": testSchemaHex, "protocol": realm.Protocol, "Host": "evil"}, 422, "invalid-request"},
		{"no such path", "/v1/nothing", m{}, 404, "not-found"},
		{"wrong method", "/v1/realm", m{}, 404, "not-found"},
	} {
		a := s.send("POST", tt.path, in.Token, tt.body)
		t.Run(tt.name, func(t *testing.T) { wantProblem(t, a, tt.status, tt.title, "") })
		if strings.Contains(string(a.body), secret) {
			t.Errorf("%s: the answer repeats the password: %s", tt.name, a.body)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.server.URL+"/v1/login", strings.NewReader("name=x"))
	must(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	wantProblem(t, s.do(req), 415, "unsupported-media-type", "")
}

func TestPlay(t *testing.T) {
	s := newSite(t, nil, nil)
	token, id := s.character("Percival")
	a := s.play(token, id)
	wantProblem(t, a, 503, "zone-down", "overworld")
	if a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	z := s.zone(1)
	g := into[realm.Grant](t, s.play(token, id), 200)
	claims, err := z.opener.Open(g.Ticket, time.Now())
	must(t, err)
	if claims.Character != uint64(id) || !bytes.Equal(claims.Secret[:], g.Secret) {
		t.Errorf("claims %+v", claims)
	}
	if addr := g.Endpoints[0].Addr; addr != "127.0.0.1:7777" { // the host of this very request
		t.Errorf("UDP address %s", addr)
	}
	raw := into[map[string]any](t, s.play(token, id), 200)
	if raw["character"] != id.String() || raw["schema"] != testSchemaHex || raw["snapshots"] != "latest" {
		t.Errorf("grant %v", raw)
	}
	for _, tt := range []struct {
		body  m
		title string
		says  string
	}{
		{m{"character": id, "schema": "00000000000000ff", "protocol": realm.Protocol}, "client-outdated", "00000000000000ff"},
		{m{"character": id, "schema": testSchemaHex, "protocol": realm.Protocol - 1}, "client-outdated", "Update the client"},
		{m{"character": id, "schema": testSchemaHex, "protocol": realm.Protocol + 1}, "server-outdated", "update the server"},
	} {
		wantProblem(t, s.send("POST", "/v1/play", token, tt.body), 409, tt.title, tt.says)
	}
	// As clients of protocol 2 asked, in the browser, in Godot and in Go: a page that is open while the server is updated still does.
	for _, recorded := range []string{
		`{"character":"%s","schema":"%s","protocol":2}`,
		`{"character":"%s","schema":"%s","protocol":2,"suite":2}`,
		`{"character":"%s","schema":"%s","protocol":2,"suite":1}`,
	} {
		body := fmt.Sprintf(recorded, id, testSchemaHex)
		wantProblem(t, s.send("POST", "/v1/play", token, body), 409, "client-outdated",
			"This client speaks protocol 2, the realm speaks 3. Update the client; in a browser, reload the page.")
	}
	token2, id2 := s.character("Bors")
	wantProblem(t, s.play(token2, id2), 503, "zone-full", "Overworld is full")
	wantProblem(t, s.play(token2, id), 404, "not-found", "no character")
	wantProblem(t, s.send("POST", "/v1/play", token2, m{"character": id2, "schema": testSchemaHex, "protocol": realm.Protocol, "suite": 7}), 422, "invalid-request", "suite")
}

func TestRealmInfo(t *testing.T) {
	s := newSite(t, nil, nil)
	s.zone(25)
	a := s.send("GET", "/v1/realm", "", nil)
	info := into[realm.Info](t, a, 200)
	if info.Name != "Testwood" || info.MOTD != "Welcome!" || info.Protocol != realm.Protocol || info.Schema != testSchemaHex || info.Capacity != 25 ||
		len(info.Classes) != 3 || len(info.Zones) != 1 || info.Zones[0] != (realm.ZoneStatus{Name: "overworld", Title: "Overworld", Capacity: 25, TickHz: 20}) {
		t.Errorf("info %+v", info)
	}
	if a.Header.Get("Cache-Control") != "no-store" || strings.Contains(string(a.body), "$schema") {
		t.Errorf("headers %v body %s", a.Header, a.body)
	}
	doc := into[map[string]any](t, s.send("GET", "/v1/openapi.json", "", nil), 200)
	paths, _ := doc["paths"].(map[string]any)
	for _, p := range []string{"/v1/realm", "/v1/register", "/v1/login", "/v1/guest", "/v1/upgrade", "/v1/logout", "/v1/me", "/v1/characters", "/v1/characters/{id}", "/v1/play", "/v1/rtc/{incarnation}"} {
		if paths[p] == nil {
			t.Errorf("the OpenAPI document lacks %s", p)
		}
	}
}

func TestMaps(t *testing.T) {
	s := newSite(t, nil, nil)
	z := s.zone(5)
	path := "/v1/maps/" + z.process.Zones[0].MapHash
	for range 2 { // from the realm, then from the cache
		a := s.send("GET", path, "", nil)
		if a.StatusCode != 200 || !bytes.Equal(a.body, testMap) || a.Header.Get("Cache-Control") != immutable || a.Header.Get("Content-Type") != "application/json" {
			t.Errorf("map: %d, %d bytes, %v", a.StatusCode, len(a.body), a.Header)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.server.URL+path, nil)
	must(t, err)
	req.Header.Set("If-None-Match", `"`+z.process.Zones[0].MapHash+`"`)
	if a := s.do(req); a.StatusCode != 304 || len(a.body) != 0 {
		t.Errorf("not modified: %d", a.StatusCode)
	}
	req.Header.Del("If-None-Match")
	req.Header.Set("Accept-Encoding", "gzip")
	a := s.do(req)
	unzipped, err := gzip.NewReader(bytes.NewReader(a.body))
	must(t, err)
	data, err := io.ReadAll(unzipped)
	must(t, err)
	if !bytes.Equal(data, testMap) || len(a.body) >= len(testMap) {
		t.Errorf("gzip: %d bytes for %d", len(a.body), len(data))
	}
	for _, hash := range []string{"abc", strings.Repeat("0", 64), strings.ToUpper(z.process.Zones[0].MapHash)} {
		wantProblem(t, s.send("GET", "/v1/maps/"+hash, "", nil), 404, "not-found", "")
	}
}

func TestSignal(t *testing.T) {
	s := newSite(t, nil, nil)
	s.zone(5)
	token, id := s.character("Elaine")
	g := into[realm.Grant](t, s.play(token, id), 200)
	got := into[realm.SignalAnswer](t, s.send("POST", g.Endpoints[1].URL, "", m{"ticket": g.Ticket, "sdp": "v=0 offer"}), 200)
	if got.SDP != "answer to v=0 offer" {
		t.Errorf("answer %q", got.SDP)
	}
	forged := bytes.Clone(g.Ticket)
	forged[len(forged)-1] ^= 1
	wantProblem(t, s.send("POST", g.Endpoints[1].URL, "", m{"ticket": forged, "sdp": "offer"}), 403, "signal-refused", "Ask /v1/play again")
	wantProblem(t, s.send("POST", "/v1/rtc/00000000000000ff", "", m{"ticket": g.Ticket, "sdp": "offer"}), 503, "zone-down", "ask /v1/play again")
	wantProblem(t, s.send("POST", "/v1/rtc/nonsense", "", m{"ticket": g.Ticket, "sdp": "offer"}), 422, "invalid-request", "16 lowercase hex")
	wantProblem(t, s.send("POST", g.Endpoints[1].URL, "", m{"ticket": g.Ticket, "sdp": ""}), 422, "invalid-request", "SDP offer")
	wantProblem(t, s.send("POST", g.Endpoints[1].URL, "", m{"ticket": make([]byte, 2000), "sdp": "offer"}), 422, "invalid-request", "")
	wantProblem(t, s.send("POST", g.Endpoints[1].URL, "", m{"ticket": "§", "sdp": "offer"}), 422, "invalid-request", "")
}

func (s *site) dial(path string, h http.Header) (*websocket.Conn, *http.Response, error) {
	return websocket.Dial(s.t.Context(), "ws"+strings.TrimPrefix(s.server.URL, "http")+path, &websocket.DialOptions{HTTPClient: s.client, HTTPHeader: h})
}

func TestWebSocketRelay(t *testing.T) {
	s := newSite(t, nil, nil)
	z := s.zone(5)
	token, id := s.character("Vivien")
	g := into[realm.Grant](t, s.play(token, id), 200)
	c, _, err := s.dial(g.Endpoints[2].URL, http.Header{"Authorization": {"Bearer secret"}, "X-Forwarded-For": {"1.2.3.4"}, "Cookie": {"a=b"}})
	must(t, err)
	defer c.CloseNow()
	must(t, c.Write(t.Context(), websocket.MessageBinary, g.Ticket))
	for range 3 {
		must(t, c.Write(t.Context(), websocket.MessageBinary, []byte("ping")))
		kind, data, err := c.Read(t.Context())
		if err != nil || kind != websocket.MessageBinary || string(data) != "echo ping" {
			t.Fatalf("read %v %q %v", kind, data, err)
		}
	}
	z.mu.Lock()
	if h := z.headers; h.Get("Authorization") != "" || h.Get("Cookie") != "" || h.Get("X-Forwarded-For") != "127.0.0.1" {
		t.Errorf("the zone process was told %v", h)
	}
	z.mu.Unlock()
	// The zone's close reaches the client with code and reason.
	must(t, c.Write(t.Context(), websocket.MessageBinary, []byte("bye")))
	_, _, err = c.Read(t.Context())
	var ce websocket.CloseError
	if !errors.As(err, &ce) || ce.Code != 4001 || ce.Reason != "server says bye" {
		t.Errorf("close came as %v", err)
	}
	// A forged ticket is the zone's to refuse.
	c2, _, err := s.dial(g.Endpoints[2].URL, nil)
	must(t, err)
	defer c2.CloseNow()
	must(t, c2.Write(t.Context(), websocket.MessageBinary, []byte("forged")))
	if _, _, err = c2.Read(t.Context()); websocket.CloseStatus(err) != 4003 {
		t.Errorf("a forged ticket: %v", err)
	}
}

func TestWebSocketRefusals(t *testing.T) {
	s := newSite(t, nil, nil)
	z := s.zone(5)
	token, id := s.character("Vivien")
	path := into[realm.Grant](t, s.play(token, id), 200).Endpoints[2].URL
	bare, tag, _ := strings.Cut(path, "?")
	for path, want := range map[string]int{
		"/v1/ws/nonsense":                422,
		"/v1/ws/00000000000000ff?" + tag: 403, // another process's
		bare:                             403,
		bare + "?admit=":                 403,
		path[:len(path)-1]:               403,
		path + "A":                       403,
	} {
		_, resp, err := s.dial(path, nil)
		if err == nil || resp == nil || resp.StatusCode != want {
			t.Errorf("%s: %v, %v", path, resp, err)
		}
	}
	if z.mu.Lock(); z.dialled != 0 {
		t.Errorf("%d of them reached the zone process", z.dialled)
	}
	z.mu.Unlock()
	if a := s.send("GET", path, "", nil); a.StatusCode != 426 {
		t.Errorf("plain GET: %d", a.StatusCode)
	}
	z.http.Close() // the process is registered, but its HTTP server is gone
	_, resp, err := s.dial(path, nil)
	if err == nil || resp == nil || resp.StatusCode != 503 {
		t.Errorf("zone process without its server: %v, %v", resp, err)
	}
}

// TestCloseEndsRelays leaves a WebSocket open while the gateway closes: the client must hear of it, and Close must return.
func TestCloseEndsRelays(t *testing.T) {
	s := newSite(t, nil, nil)
	s.zone(5)
	token, id := s.character("Morgan")
	g := into[realm.Grant](t, s.play(token, id), 200)
	c, _, err := s.dial(g.Endpoints[2].URL, nil)
	must(t, err)
	defer c.CloseNow()
	must(t, c.Write(t.Context(), websocket.MessageBinary, g.Ticket))
	s.gw.Close()
	if _, _, err := c.Read(t.Context()); err == nil {
		t.Error("the relay goes on after Close")
	}
	if _, resp, err := s.dial(g.Endpoints[2].URL, nil); err == nil || resp.StatusCode != 503 {
		t.Errorf("a new relay after Close: %v", err)
	}
}

func TestStatic(t *testing.T) {
	s := newSite(t, nil, nil)
	for _, tt := range []struct {
		path, contentType, cache string
		status                   int
	}{
		{"/", "text/html; charset=utf-8", "no-cache", 200},
		{"/index.html", "text/html; charset=utf-8", "no-cache", 200},
		{"/settings", "text/html; charset=utf-8", "no-cache", 200},
		{"/assets/game-ABCD2345.js", "text/javascript; charset=utf-8", immutable, 200},
		{"/assets/art-ABCD2345.png", "image/png", immutable, 200},
		{"/notices.txt", "text/plain; charset=utf-8", "no-cache", 200},
		{"/assets/game-OLDOLD22.js", "", "", 404},
		{"/../gateway.go", "", "", 404},
	} {
		a := s.send("GET", tt.path, "", nil)
		if a.StatusCode != tt.status {
			t.Errorf("%s: %d", tt.path, a.StatusCode)
		}
		if tt.status == 200 && (a.Header.Get("Content-Type") != tt.contentType || a.Header.Get("Cache-Control") != tt.cache || a.Header.Get("ETag") == "") {
			t.Errorf("%s: %v", tt.path, a.Header)
		}
		csp := a.Header.Get("Content-Security-Policy")
		for _, rule := range []string{"script-src 'self';", "connect-src 'self';", "img-src 'self' data: blob:", "worker-src 'self' blob:", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, rule) {
				t.Errorf("%s: the content policy lacks %s", tt.path, rule)
			}
		}
		if a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: sniffing is allowed", tt.path)
		}
	}
	if a := s.send("POST", "/", "", nil); a.StatusCode != 405 {
		t.Errorf("POST /: %d", a.StatusCode)
	}
	if a := s.send("HEAD", "/", "", nil); a.StatusCode != 200 || len(a.body) != 0 {
		t.Errorf("HEAD /: %d", a.StatusCode)
	}
	if _, err := newStatic(fstest.MapFS{"x": {}}); err == nil {
		t.Error("a client without index.html was taken")
	}
	bare := newSite(t, nil, func(c *Config) { c.Static = nil })
	if a := bare.send("GET", "/", "", nil); a.StatusCode != 200 || !strings.Contains(string(a.body), "without the web client") {
		t.Errorf("no client: %d %s", a.StatusCode, a.body)
	}
}

func TestHealthAndMetrics(t *testing.T) {
	reg := prometheus.NewRegistry()
	s := newSite(t, func(c *realm.Config) { c.Registerer = reg }, func(c *Config) { c.Registry = reg })
	s.zone(5)
	s.character("Counted")
	if a := s.send("GET", "/healthz", "", nil); a.StatusCode != 200 {
		t.Errorf("health: %d", a.StatusCode)
	}
	if a := s.send("GET", "/metrics", "", nil); a.StatusCode != 404 || strings.Contains(string(a.body), "realmwire_") {
		t.Errorf("the public sees metrics: %d %s", a.StatusCode, a.body)
	}
	page := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`realmwire_gateway_requests_total{route="POST /v1/guest",status="201"} 1`,
		`realmwire_realm_sign_ins_total{how="guest",result="ok"} 1`,
		`realmwire_realm_zone_capacity{zone="overworld"} 5`,
		`realmwire_realm_processes 1`,
		`realmwire_gateway_websockets 0`,
	} {
		if !strings.Contains(page.Body.String(), line+"\n") {
			t.Errorf("metrics lack %s", line)
		}
	}
}

func TestCORS(t *testing.T) {
	const friend, stranger = "https://play.example.org", "https://evil.example"
	s := newSite(t, nil, func(c *Config) { c.AllowedOrigins = []string{friend} })
	for _, tt := range []struct{ method, origin, want string }{
		{"GET", friend, friend}, {"GET", stranger, ""}, {"GET", "", ""}, {"OPTIONS", friend, friend}, {"OPTIONS", stranger, ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tt.method, s.server.URL+"/v1/realm", nil)
		must(t, err)
		req.Header.Set("Origin", tt.origin)
		if tt.method == "OPTIONS" {
			req.Header.Set("Access-Control-Request-Method", "GET")
		}
		a := s.do(req)
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != tt.want {
			t.Errorf("%s from %q: allowed %q", tt.method, tt.origin, got)
		}
		if methods := a.Header.Get("Access-Control-Allow-Methods"); (methods != "") != (tt.method == "OPTIONS" && tt.want != "") {
			t.Errorf("%s from %q: methods %q", tt.method, tt.origin, methods)
		}
	}
}

func TestClientAddress(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, tt := range []struct {
		remote, forwarded string
		trusted           []netip.Prefix
		want              string
	}{
		{"192.0.2.1:5", "", nil, "192.0.2.1"},
		{"192.0.2.1:5", "1.1.1.1", nil, "192.0.2.1"},
		{"192.0.2.1:5", "1.1.1.1", proxies, "192.0.2.1"},
		{"10.0.0.1:5", "1.1.1.1", nil, "10.0.0.1"},
		{"10.0.0.1:5", "1.1.1.1", proxies, "1.1.1.1"},
		{"10.0.0.1:5", "6.6.6.6, 1.1.1.1, 10.0.0.9", proxies, "1.1.1.1"},
		{"10.0.0.1:5", "6.6.6.6, nonsense", proxies, "10.0.0.1"},
		{"10.0.0.1:5", "", proxies, "10.0.0.1"},
		{"[::ffff:10.0.0.1]:5", "2001:db8::1", proxies, "2001:db8::1"},
	} {
		g := &Gateway{cfg: Config{TrustedProxies: tt.trusted}}
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.remote
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tt.forwarded)
		}
		if got, _ := g.clientAddr(r); got.String() != tt.want {
			t.Errorf("%s with %q: %s, want %s", tt.remote, tt.forwarded, got, tt.want)
		}
	}
	for in, want := range map[string]string{
		"play.example.org:8080": "play.example.org", "localhost": "localhost", "[::1]:80": "::1", "[::1]": "::1", "127.0.0.1:1": "127.0.0.1",
		"a b": "", "x/../y": "", "": "", "<script>": "",
	} {
		if got := hostName(in); got != want {
			t.Errorf("host %q is %q, want %q", in, got, want)
		}
	}
}

// TestGatewayApart runs the gateway as in another process: everything it knows comes over the bus.
func TestGatewayApart(t *testing.T) {
	s := newSite(t, nil, func(c *Config) { c.API = realm.NewAPIClient(c.Bus) })
	s.zone(5)
	token, id := s.character("Remote")
	g := into[realm.Grant](t, s.play(token, id), 200)
	if addr := g.Endpoints[0].Addr; addr != "127.0.0.1:7777" {
		t.Errorf("UDP address %s", addr)
	}
	if a := s.send("GET", g.Map.URL, "", nil); !bytes.Equal(a.body, testMap) {
		t.Errorf("map: %d", a.StatusCode)
	}
	c, _, err := s.dial(g.Endpoints[2].URL, nil)
	must(t, err)
	defer c.CloseNow()
	must(t, c.Write(t.Context(), websocket.MessageBinary, g.Ticket))
	must(t, c.Write(t.Context(), websocket.MessageText, []byte("x")))
	if _, data, err := c.Read(t.Context()); err != nil || string(data) != "echo x" {
		t.Errorf("read %q, %v", data, err)
	}
	s.bus.Close()
	// Nor is the realm needed to tell a grant's URL from others.
	if _, resp, err := s.dial(g.Endpoints[2].URL[:len(g.Endpoints[2].URL)-1]+"x", nil); err == nil || resp == nil || resp.StatusCode != 403 {
		t.Errorf("a forged tag while the realm is away: %v, %v", resp, err)
	}
	a := s.send("GET", "/v1/realm", "", nil)
	wantProblem(t, a, 503, "realm-unavailable", "try again")
	// What is relayed goes on without the realm.
	must(t, c.Write(t.Context(), websocket.MessageText, []byte("y")))
	if _, data, err := c.Read(t.Context()); err != nil || string(data) != "echo y" {
		t.Errorf("read %q, %v", data, err)
	}
}
