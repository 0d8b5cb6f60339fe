package realm

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/realmwire/realmwire/internal/limit"
	"github.com/realmwire/realmwire/realm/store"
)

func caller(in SignedIn) Caller { return Caller{Token: in.Token, Addr: here} }

func TestRegisterAndLogin(t *testing.T) {
	w := newWorld(t, nil)
	ctx, nobody := t.Context(), Caller{Addr: here}
	in, err := w.realm.Register(ctx, nobody, Credentials{"Arthur", "excalibur!"})
	must(t, err)
	if in.Account.Name != "Arthur" || in.Account.Guest || in.Account.Role != RolePlayer || in.Account.ID == 0 {
		t.Errorf("account %+v", in.Account)
	}
	me, err := w.realm.Me(ctx, caller(in))
	must(t, err)
	if me != in.Account {
		t.Errorf("me %+v, registered %+v", me, in.Account)
	}
	again, err := w.realm.Login(ctx, nobody, Credentials{"aRTHUR", "excalibur!"})
	must(t, err)
	if again.Account != in.Account || again.Token == in.Token {
		t.Errorf("login gave %+v", again)
	}
	for _, cred := range []Credentials{
		{"Arthur", "Excalibur!"},
		{"Arthur", ""},
		{"Mordred", "excalibur!"},
		{strings.Repeat("x", 5000), "excalibur!"},
		{"Arthur", strings.Repeat("x", 5000)},
	} {
		_, err := w.realm.Login(ctx, nobody, cred)
		wantCode(t, err, CodeWrongCredentials)
	}
	must(t, w.realm.Logout(ctx, caller(in)))
	_, err = w.realm.Me(ctx, caller(in))
	wantCode(t, err, CodeSignedOut)
	must(t, w.realm.Logout(ctx, caller(in))) // it is so already
	_, err = w.realm.Me(ctx, caller(again))
	must(t, err)
}

func TestRegisterRefuses(t *testing.T) {
	w := newWorld(t, nil)
	nobody := Caller{Addr: here}
	_, err := w.realm.Register(t.Context(), nobody, Credentials{"Taken_1", "long enough"})
	must(t, err)
	for _, tt := range []struct {
		name, password string
		want           Code
	}{
		{"tAKEN_1", "long enough", CodeNameTaken},
		{"ab", "long enough", CodeInvalidName},
		{strings.Repeat("a", 21), "long enough", CodeInvalidName},
		{"with space", "long enough", CodeInvalidName},
		{"Zoë", "long enough", CodeInvalidName},
		{"", "long enough", CodeInvalidName},
		{"guest-x", "long enough", CodeInvalidName},
		{"Guest-x", "long enough", CodeInvalidName},
		{"fine", "short", CodeInvalidPassword},
		{"fine", strings.Repeat("p", 129), CodeInvalidPassword},
	} {
		_, err := w.realm.Register(t.Context(), nobody, Credentials{tt.name, tt.password})
		wantCode(t, err, tt.want)
	}
}

func TestGuestUpgrade(t *testing.T) {
	w := newWorld(t, nil)
	p := w.player("Wanderer")
	ctx := t.Context()
	before, err := w.realm.Me(ctx, p.Caller)
	must(t, err)
	if !before.Guest || !strings.HasPrefix(before.Name, guestPrefix) {
		t.Errorf("guest %+v", before)
	}
	_, err = w.realm.Login(ctx, p.Caller, Credentials{before.Name, ""})
	wantCode(t, err, CodeWrongCredentials)

	_, err = w.realm.Upgrade(ctx, p.Caller, Credentials{"Lancelot", "of the lake"})
	must(t, err)
	after, err := w.realm.Me(ctx, p.Caller)
	must(t, err)
	if after.ID != before.ID || after.Guest || after.Name != "Lancelot" {
		t.Errorf("upgraded %+v", after)
	}
	in, err := w.realm.Login(ctx, p.Caller, Credentials{"lancelot", "of the lake"})
	must(t, err)
	roster, err := w.realm.Characters(ctx, caller(in))
	must(t, err)
	if len(roster.Characters) != 1 || roster.Characters[0].Name != "Wanderer" {
		t.Errorf("characters after the upgrade: %+v", roster)
	}
	_, err = w.realm.Upgrade(ctx, p.Caller, Credentials{"Galahad", "of the lake"})
	wantCode(t, err, CodeNotGuest)
	_, err = w.realm.Upgrade(ctx, w.guest(), Credentials{"LANCELOT", "of the lake"})
	wantCode(t, err, CodeNameTaken)
}

func TestTokens(t *testing.T) {
	w := newWorld(t, nil)
	good := w.guest()
	for _, token := range []string{"", "x", good.Token[:len(good.Token)-1], strings.Repeat("A", 43), base64.StdEncoding.EncodeToString(make([]byte, 32))} {
		_, err := w.realm.Me(t.Context(), Caller{Token: token, Addr: here})
		wantCode(t, err, CodeSignedOut)
	}
	// The store holds nothing with which one could sign in.
	entries := w.scan("")
	for _, e := range entries {
		if strings.Contains(e.Key, good.Token) || strings.Contains(string(e.Value), good.Token) {
			t.Errorf("the token is in the store, under %s", e.Key)
		}
	}
}

func TestSessionLife(t *testing.T) {
	w := newWorld(t, nil)
	ctx := t.Context()
	used, idle := w.guest(), w.guest()
	w.clock.advance(20 * 24 * time.Hour)
	_, err := w.realm.Me(ctx, used) // past half its life: extended
	must(t, err)
	w.clock.advance(20 * 24 * time.Hour)
	_, err = w.realm.Me(ctx, used)
	must(t, err)
	_, err = w.realm.Me(ctx, idle)
	wantCode(t, err, CodeSignedOut)
}

func TestLoginsAreBounded(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Off = true })
	ctx := t.Context()
	first, err := w.realm.Register(ctx, Caller{Addr: here}, Credentials{"Merlin", "long enough"})
	must(t, err)
	var last SignedIn
	for range maxLogins {
		last, err = w.realm.Login(ctx, Caller{Addr: here}, Credentials{"Merlin", "long enough"})
		must(t, err)
	}
	_, err = w.realm.Me(ctx, caller(first))
	wantCode(t, err, CodeSignedOut)
	_, err = w.realm.Me(ctx, caller(last))
	must(t, err)
	sessions := w.scan("login/")
	if len(sessions) != maxLogins {
		t.Errorf("%d logins kept, want %d", len(sessions), maxLogins)
	}
}

func TestWrongPasswordsAreLimited(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Limits.FailuresPerAccount = Rate{Burst: 3, Every: 30 * time.Second}
	})
	ctx, nobody := t.Context(), Caller{Addr: here}
	_, err := w.realm.Register(ctx, nobody, Credentials{"Victim", "the right one"})
	must(t, err)
	for range 3 {
		_, err := w.realm.Login(ctx, nobody, Credentials{"Victim", "a wrong one"})
		wantCode(t, err, CodeWrongCredentials)
	}
	_, err = w.realm.Login(ctx, nobody, Credentials{"victim", "the right one"})
	if e := wantCode(t, err, CodeRateLimited); e.RetryAfter != 30*time.Second {
		t.Errorf("retry after %v", e.RetryAfter)
	}
	// Names that nobody has are limited alike: the answer does not tell which exist.
	for range 3 {
		_, err := w.realm.Login(ctx, nobody, Credentials{"Nobody", "a wrong one"})
		wantCode(t, err, CodeWrongCredentials)
	}
	_, err = w.realm.Login(ctx, nobody, Credentials{"Nobody", "a wrong one"})
	wantCode(t, err, CodeRateLimited)

	w.clock.advance(31 * time.Second)
	for range 3 { // the right password costs nothing of the limit
		_, err = w.realm.Login(ctx, nobody, Credentials{"Victim", "the right one"})
		must(t, err)
	}
	records, err := w.realm.Audit(ctx, 10)
	must(t, err)
	if len(records) != 2 || records[1].Act != "login-failing" || records[1].Account == 0 || records[1].Address != here.String() {
		t.Errorf("audit log %+v", records)
	}
}

func TestAddressesAreLimited(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Limits.GuestPerAddress = Rate{Burst: 2, Every: time.Minute}
		c.Limits.SignInPerAddress = Rate{Burst: 1, Every: time.Minute}
	})
	ctx := t.Context()
	w.guest()
	w.guest()
	_, err := w.realm.Guest(ctx, Caller{Addr: here})
	wantCode(t, err, CodeRateLimited)
	_, err = w.realm.Guest(ctx, Caller{Addr: here.Next()})
	must(t, err)
	_, err = w.realm.Login(ctx, Caller{Addr: here}, Credentials{"Anyone", "at all!!"})
	wantCode(t, err, CodeWrongCredentials)
	_, err = w.realm.Register(ctx, Caller{Addr: here}, Credentials{"Anyone", "at all!!"})
	wantCode(t, err, CodeRateLimited)
	w.clock.advance(time.Minute)
	w.guest()
}

func TestPasswordHash(t *testing.T) {
	h := newHasher(newMetrics(nil))
	encoded, err := h.hash(t.Context(), here, false, "correct horse")
	must(t, err)
	if !strings.HasPrefix(encoded, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", encoded)
	}
	for password, want := range map[string]bool{"correct horse": true, "correct horsf": false, "": false} {
		if ok, err := h.verify(t.Context(), here, false, password, encoded); err != nil || ok != want {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
	if ok, err := h.verify(t.Context(), here, false, "", ""); err != nil || ok {
		t.Errorf("no hash at all: %v, %v", ok, err)
	}
	for _, bad := range []string{"x", "$argon2id$v=19$m=1,t=1,p=1$AA", "$argon2i$v=19$m=1,t=1,p=1$AA$AA", "$argon2id$v=19$m=1,t=1,p=1$AA$AA"} {
		if _, err := h.verify(t.Context(), here, false, "p", bad); err == nil {
			t.Errorf("hash %q was taken", bad)
		}
	}
	if p, err := parseHash(strings.Replace(encoded, "t=2", "t=1", 1)); err != nil || !p.outdated() {
		t.Errorf("a cheaper hash is not outdated: %v", err)
	}
}

func TestHashQueueIsBounded(t *testing.T) {
	h := newHasher(newMetrics(nil))
	h.queue = limit.NewQueue(1, 1)
	leave, err := h.enter(t.Context(), here, false)
	must(t, err)
	waited := make(chan error)
	go func() {
		_, err := h.verify(t.Context(), here, false, "", "")
		waited <- err
	}()
	for h.queue.Waiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	_, err = h.hash(t.Context(), here, false, "one too many")
	wantCode(t, err, CodeBusy)
	leave()
	must(t, <-waited)
}

func TestOldHashIsRenewed(t *testing.T) {
	w := newWorld(t, nil)
	ctx := t.Context()
	in, err := w.realm.Register(ctx, Caller{Addr: here}, Credentials{"Veteran", "long enough"})
	must(t, err)
	account, _, err := get[accountRecord](ctx, w.realm, accountKey(in.Account.ID))
	must(t, err)
	current := account.Hash
	must(t, w.realm.rehash(ctx, Caller{Addr: here}, account, "long enough"))
	if account, _, _ = get[accountRecord](ctx, w.realm, accountKey(in.Account.ID)); account.Hash != current {
		t.Error("a hash of today's cost was renewed")
	}
	// As if made when hashes were cheaper.
	salt := make([]byte, hashSaltBytes)
	key := argon2.IDKey([]byte("long enough"), salt, 1, hashMemoryKiB, 1, hashKeyBytes)
	account.Hash = strings.Replace(formatHash(salt, key), "t=2", "t=1", 1)
	must(t, store.Apply(ctx, w.store, w.clock.Now(), []store.Op{{Kind: store.Put, Key: accountKey(account.ID), Value: encode(account), Expect: store.AnyRev}}))
	for range 2 {
		_, err = w.realm.Login(ctx, Caller{Addr: here}, Credentials{"Veteran", "long enough"})
		must(t, err)
		account, _, err = get[accountRecord](ctx, w.realm, accountKey(in.Account.ID))
		must(t, err)
		if p, err := parseHash(account.Hash); err != nil || p.outdated() {
			t.Errorf("after a login the hash is %s, %v", account.Hash, err)
		}
	}
}

func TestStoreErrors(t *testing.T) {
	for cause, want := range map[error]Code{store.ErrFull: CodeStorageFull, store.ErrConflict: CodeBusy, store.ErrClosed: CodeInternal} {
		if got := CodeOf(storeError(fmt.Errorf("writing: %w", cause))); got != want {
			t.Errorf("%v became %s, want %s", cause, got, want)
		}
	}
	if storeError(nil) != nil {
		t.Error("no error became one")
	}
}
