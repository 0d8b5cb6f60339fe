package bus_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/internal/bustest"
)

// TestServersComeBack: a server that is not the realm's restarts, and everybody is there again as who they were: the realm that says whom to
// let in first of all.
func TestServersComeBack(t *testing.T) {
	b := bustest.External(t)
	realm, zone := b.Join(bus.RoleRealm), b.Join(bus.RoleZone)
	answering(t, realm, bus.RoleZone, "save")
	before := call(t, zone, bus.Realm, "save")
	b.Restart(0)
	for end := time.Now().Add(bustest.Patience); ; time.Sleep(10 * time.Millisecond) {
		got, err := bus.Call[note](t.Context(), zone, bus.Realm, "save", note{"hello"})
		if err == nil {
			if got.Text != before {
				t.Errorf("came back as %s, was %s", got.Text, before)
			}
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// TestRealmAway: while no realm is there to be asked, those who are in talk on, and a newcomer waits and then gets in.
func TestRealmAway(t *testing.T) {
	b := bustest.Servers(t, 1)
	joined := make(chan *bus.Conn, 1)
	go func() {
		c, err := b.Connect(bus.RoleGateway)
		if err != nil {
			t.Error(err)
		}
		joined <- c
	}()
	first := b.Admit(0)
	zone := b.Join(bus.RoleZone)
	answering(t, zone, bus.RoleGateway, "signal")
	gateway := <-joined
	if gateway == nil {
		t.FailNow()
	}
	defer gateway.Close()
	call(t, gateway, bus.ZoneProcess(zone.Identity()), "signal")
	first.Close()
	call(t, gateway, bus.ZoneProcess(zone.Identity()), "signal")
	go func() {
		c, err := b.Connect(bus.RoleGateway)
		if err != nil {
			t.Error(err)
		}
		joined <- c
	}()
	b.Admit(0)
	if late := <-joined; late != nil {
		defer late.Close()
		call(t, late, bus.ZoneProcess(zone.Identity()), "signal")
	}
}

// TestReplicasOfTheRealm: realms at several servers of a cluster share the questions, and one is enough.
func TestReplicasOfTheRealm(t *testing.T) {
	b := bustest.Servers(t, 3)
	first, _ := b.Admit(0), b.Admit(1)
	join := func() {
		var wait sync.WaitGroup
		for range 9 {
			c := b.Join(bus.RoleZone) // at each server in turn
			wait.Go(func() { answering(t, c, bus.RoleGateway, "signal") })
		}
		wait.Wait()
	}
	join()
	first.Close()
	join()
	realms := []*bus.Conn{b.Join(bus.RoleRealm), b.Join(bus.RoleRealm)}
	for _, r := range realms {
		answering(t, r, bus.RoleZone, "save")
	}
	zone := b.Join(bus.RoleZone)
	if got := call(t, zone, bus.Realm, "save"); got != zone.Identity().String()+" hello" {
		t.Errorf("answered %q", got)
	}
}

// TestChangeOfTokens: a new token above the old one lets both in; without the old one, who has it gets in no more, and who is in stays.
func TestChangeOfTokens(t *testing.T) {
	dir := t.TempDir()
	s, err := bus.Start(bus.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(s.Close)
	realm, err := s.Connect(bus.RoleRealm)
	must(t, err)
	t.Cleanup(realm.Close)
	answering(t, realm, bus.RoleZone, "save")
	file := bus.TokenFile(dir, bus.RoleZone)
	old, err := bus.ReadToken(file)
	must(t, err)
	fresh := strings.Repeat("n", 40)
	join := func(token string, patience time.Duration) (*bus.Conn, error) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		c, err := bus.Dial(ctx, bus.DialConfig{
			URL: s.URL(), Role: bus.RoleZone, Token: func() (string, error) { return token, nil }, Log: slog.New(slog.DiscardHandler),
		})
		if err == nil {
			t.Cleanup(c.Close)
		}
		return c, err
	}
	before, err := join(old, bustest.Patience)
	must(t, err)
	must(t, os.WriteFile(file, []byte("# both\n"+fresh+"\n"+old+"\n"), 0o600))
	for _, token := range []string{old, fresh} {
		_, err := join(token, bustest.Patience)
		must(t, err)
	}
	if first, err := bus.ReadToken(file); err != nil || first != fresh {
		t.Errorf("the token for those who join is %q, %v", first, err)
	}
	must(t, os.WriteFile(file, []byte(fresh+"\n"), 0o600))
	if _, err := join(old, time.Second); err == nil || !strings.Contains(err.Error(), "does not let role zone in") || strings.Contains(err.Error(), old) {
		t.Errorf("with the old token: %v", err)
	}
	call(t, before, bus.Realm, "save")
	must(t, os.WriteFile(file, []byte("short\n"), 0o600))
	if _, err := join("short", time.Second); err == nil {
		t.Error("a token that can be guessed lets in")
	}
}

// TestTokenInTheURL: the join token may stand in the URL, as a password or alone, and no error or log shows it.
func TestTokenInTheURL(t *testing.T) {
	b := bustest.Embedded(t)
	host := strings.TrimPrefix(b.URLs[0], "nats://")
	var log bytes.Buffer
	dial := func(url string, patience time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		c, err := bus.Dial(ctx, bus.DialConfig{URL: url, Role: bus.RoleZone, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err == nil {
			c.Close()
		}
		return err
	}
	token := b.Token(bus.RoleZone)
	for _, url := range []string{"nats://zone:" + token + "@" + host, "nats://" + token + "@" + host, token + "@" + host} {
		if err := dial(url, bustest.Patience); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	wrong := strings.Repeat("hush", 10)
	if err := dial("nats://zone:"+wrong+"@"+host, time.Second); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("wrong token: %v", err)
	}
	if strings.Contains(log.String(), "hush") || !strings.Contains(log.String(), "not let in yet") {
		t.Errorf("log: %s", log.String())
	}
}

// TestPlainOnlyOnThisMachine: no token leaves this machine in the clear, unless somebody says so.
func TestPlainOnlyOnThisMachine(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	issuer, err := bus.OpenIssuer("")
	must(t, err)
	for _, tt := range []struct {
		url     string
		plain   bool
		refused bool
	}{
		{"nats://192.0.2.1:4222", false, true},
		{"127.0.0.1:1,192.0.2.1:4222", false, true},
		{"nats://nats.example.org", false, true},
		{"nats://192.0.2.1:4222", true, false},
		{"tls://192.0.2.1:4222", false, false},
		{"nats://127.0.0.1:1", false, false},
		{"nats://[::1]:1,localhost:1", false, false},
	} {
		cfg := bus.DialConfig{URL: tt.url, Role: bus.RoleZone, Plain: tt.plain, Log: slog.New(slog.DiscardHandler)}
		_, dialled := issuer.Dial(ctx, cfg)
		_, admitted := issuer.Admit(ctx, cfg)
		for _, err := range []error{dialled, admitted} {
			if err == nil || strings.Contains(err.Error(), "another host") != tt.refused {
				t.Errorf("%s: %v", tt.url, err)
			}
		}
	}
}

// TestForeignServer: a NATS server that was not configured for this realm is told from one that is away.
func TestForeignServer(t *testing.T) {
	b := bustest.External(t)
	stranger, err := bus.OpenIssuer("")
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = stranger.Admit(ctx, bus.DialConfig{URL: b.URLs[0], Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "nats-config") {
		t.Errorf("got %v", err)
	}
}

// TestIssuerFiles: what is in the folder is kept, and what cannot be meant is refused.
func TestIssuerFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "nats")
	first, err := bus.OpenIssuer(dir)
	must(t, err)
	again, err := bus.OpenIssuer(dir)
	must(t, err)
	if first.ServerConfig() != again.ServerConfig() {
		t.Error("another key after opening the folder again")
	}
	for _, role := range []bus.Role{bus.RoleRealm, bus.RoleGateway, bus.RoleZone} {
		a, err := first.JoinToken(role)
		must(t, err)
		b, err := again.JoinToken(role)
		must(t, err)
		if a != b || len(a) < 32 || strings.Contains(first.ServerConfig(), a) {
			t.Errorf("token of %s: %q, then %q", role, a, b)
		}
	}
	user, err := nkeys.CreateUser()
	must(t, err)
	seed, err := user.Seed()
	must(t, err)
	for _, key := range [][]byte{nil, []byte("nonsense"), seed} {
		must(t, os.WriteFile(filepath.Join(dir, "issuer.nk"), key, 0o600))
		if _, err := bus.OpenIssuer(dir); err == nil {
			t.Errorf("took %q for an issuer's key", key)
		}
	}
}
