package realm

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/limit"
)

// lancelot is an account whose owner tries to sign in while others guess.
var lancelot = Credentials{"Lancelot", "correct horse"}

func stranger(format string, args ...any) Caller {
	return Caller{Addr: netip.MustParseAddr(fmt.Sprintf(format, args...))}
}

func (w *world) register(c Caller, cred Credentials) SignedIn {
	w.t.Helper()
	in, err := w.realm.Register(w.t.Context(), c, cred)
	must(w.t, err)
	return in
}

// guess is a wrong password for Lancelot's account.
func (w *world) guess(c Caller) Code {
	_, err := w.realm.Login(w.t.Context(), c, Credentials{"lancelot", "wrong wrong"})
	return CodeOf(err)
}

// fakeHashes makes passwords cheap to check, for tests that guess a lot: the queue stays, the hash is one of few bytes and no time.
func fakeHashes(w *world) {
	w.realm.hasher.key = func(password, salt []byte, _ parsedHash) []byte {
		key := make([]byte, hashKeyBytes)
		copy(key, fmt.Sprintf("%s %x", password, salt))
		return key
	}
}

// Whoever guesses a name's password from one address, or from all addresses of a subscriber, keeps the owner out from none.
func TestAStrangerLocksHimselfOut(t *testing.T) {
	for what, from := range map[string]func(i int) Caller{
		"one address": func(int) Caller { return stranger("203.0.113.9") },
		"a /24":       func(i int) Caller { return stranger("203.0.113.%d", i%256) },
		"a /48":       func(i int) Caller { return stranger("2001:db8:1:%x::1", i%65536) },
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t, func(c *Config) { c.Limits.SignInPerAddress = Rate{Burst: 1000, Every: time.Millisecond} })
			fakeHashes(w)
			w.register(stranger("198.51.100.1"), lancelot)
			tried := 0
			for i := range 200 {
				if w.guess(from(i)) == CodeWrongCredentials {
					tried++
				}
			}
			for i := range 120 { // an hour
				w.clock.advance(30 * time.Second)
				for k := range 8 {
					if w.guess(from(i*8+k)) == CodeWrongCredentials {
						tried++
					}
				}
				if _, err := w.realm.Login(t.Context(), stranger("198.51.100.%d", 2+i%9), lancelot); err != nil {
					t.Fatalf("after %d half minutes the owner, without a token, from an address that never failed: %v", i, err)
				}
			}
			if most := 4 * (10 + 12); tried > most {
				t.Errorf("the stranger could guess %d times in an hour, want at most %d", tried, most)
			}
			// The stranger cannot sign in with the right one either: nothing is learnt from where one is locked out.
			if _, err := w.realm.Login(t.Context(), from(0), lancelot); CodeOf(err) != CodeRateLimited {
				t.Errorf("where it was guessed: %v", err)
			}
		})
	}
}

// A botnet stops at the name's own limit, and the owner comes in from a device that has signed in before: from any address, also after
// logging out, and after the login has expired.
func TestABotnetNeitherGuessesOnNorLocksTheOwnerOut(t *testing.T) {
	w := newWorld(t, nil)
	fakeHashes(w)
	in := w.register(stranger("198.51.100.1"), lancelot)
	must(t, w.realm.Logout(t.Context(), Caller{Token: in.Token}))
	bot, guesses := 0, 0
	flood := func(d time.Duration) {
		for range int(d / (10 * time.Second)) {
			w.clock.advance(10 * time.Second)
			for range 20 {
				bot++
				if w.guess(stranger("%d.%d.113.9", 11+bot%90, bot/90%256)) == CodeWrongCredentials {
					guesses++
				}
			}
		}
	}
	flood(30 * time.Minute)
	if want := 100 + 30; guesses > want+1 {
		t.Errorf("the botnet guessed %d times, want at most %d", guesses, want)
	}
	_, err := w.realm.Login(t.Context(), stranger("192.0.2.1"), lancelot)
	if e := wantCode(t, err, CodeRateLimited); !strings.Contains(e.Detail, "device") {
		t.Errorf("a device that never signed in is told %q", e.Detail)
	}
	token := in.Token
	for _, from := range []string{"198.51.100.1", "192.0.2.1", "11.0.113.9"} { // at home, elsewhere, at a bot's address
		again, err := w.realm.Login(t.Context(), Caller{Token: token, Addr: netip.MustParseAddr(from)}, lancelot)
		if err != nil {
			t.Fatalf("the owner's device at %s: %v", from, err)
		}
		token = again.Token
		flood(time.Minute)
	}
	w.clock.advance(loginLife + time.Hour)
	flood(20 * time.Minute)
	again, err := w.realm.Login(t.Context(), Caller{Token: token, Addr: netip.MustParseAddr("192.0.2.1")}, lancelot)
	if err != nil {
		t.Fatalf("the owner's device a month later: %v", err)
	}
	_, err = w.realm.Me(t.Context(), caller(again))
	must(t, err)
}

// A token opens no more guesses than an address does, and none for another account.
func TestATokenIsNoLicenceToGuess(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.FailuresPerName = Rate{Burst: 1, Every: 1000 * time.Hour} })
	fakeHashes(w)
	own := w.register(stranger("198.51.100.1"), lancelot)
	other := w.register(stranger("203.0.113.9"), Credentials{"Mordred", "long enough"})
	if got := w.guess(stranger("192.0.2.1")); got != CodeWrongCredentials {
		t.Fatal(got)
	}
	for what, token := range map[string]string{"another account's": other.Token, "garbage": strings.Repeat("A", 43), "none": ""} {
		if got := w.guess(Caller{Token: token, Addr: netip.MustParseAddr("203.0.113.10")}); got != CodeRateLimited {
			t.Errorf("beyond the name's limit with a token that is %s: %s", what, got)
		}
	}
	stolen := func(i int) Caller {
		return Caller{Token: own.Token, Addr: netip.MustParseAddr(fmt.Sprintf("203.%d.113.9", i))}
	}
	guesses := 0
	for i := range 50 {
		if w.guess(stolen(i)) == CodeWrongCredentials {
			guesses++
		}
	}
	if guesses != 10 {
		t.Errorf("a stolen token was good for %d guesses, want 10", guesses)
	}
}

// The device's new login takes the place of its earlier one: so many sign-ins of one device do not push out the others.
func TestEarlierLoginsAreBounded(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Off = true })
	fakeHashes(w)
	phone := w.register(stranger("198.51.100.1"), lancelot)
	must(t, w.realm.Logout(t.Context(), caller(phone)))
	desk := Caller{Addr: here}
	for range 3 * maxEarlier {
		in, err := w.realm.Login(t.Context(), desk, lancelot)
		must(t, err)
		must(t, w.realm.Logout(t.Context(), caller(in)))
		desk.Token = in.Token
	}
	earlier := func() []string {
		logins, _, err := get[loginsRecord](t.Context(), w.realm, loginsKey(phone.Account.ID))
		must(t, err)
		return logins.Earlier
	}
	if got := earlier(); len(got) != 2 {
		t.Errorf("%d earlier logins of two devices", len(got))
	}
	for range 3 * maxEarlier { // devices that show nothing
		_, err := w.realm.Login(t.Context(), Caller{Addr: here}, lancelot)
		must(t, err)
	}
	if got := earlier(); len(got) != maxEarlier {
		t.Errorf("%d earlier logins are remembered, want %d", len(got), maxEarlier)
	}
}

// An allotment makes a few hundred guests at one moment, not a few for each of its 65,536 networks; and nobody else is refused for it.
func TestGuestsOfOneAllotment(t *testing.T) {
	w := newWorld(t, nil)
	now, made := w.clock.Now(), 0
	for i := range 65536 {
		for range 2 {
			if w.realm.limits.guest.take("", stranger("2001:db8:1:%x::1", i).Addr, now) == 0 {
				made++
			}
		}
	}
	if made != 400 {
		t.Errorf("one /48 made %d guests at one moment, want 400", made)
	}
	for i := range 65536 { // somebody with a whole /32
		w.realm.limits.guest.take("", stranger("2001:db9:%x::1", i).Addr, now)
	}
	for i := range 200 {
		if wait := w.realm.limits.guest.take("", stranger("198.51.%d.1", i).Addr, now); wait > 0 {
			t.Fatalf("newcomer %d, who was never seen, has to wait %v", i, wait)
		}
	}
}

// Sign-ins of others while somebody's whole allotment asks for hashes.
func TestHashQueueIsShared(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.SignInPerAddress = Rate{Burst: 1 << 20, Every: time.Nanosecond} })
	fakeHashes(w)
	in := w.register(stranger("198.51.100.1"), lancelot)
	w.realm.hasher.queue = limit.NewQueue(1, maxHashWaiters)
	hold, err := w.realm.hasher.enter(t.Context(), here, false) // until all have asked
	must(t, err)
	var asking sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	defer asking.Wait()
	defer cancel()
	for i := range 3 * maxHashWaiters {
		asking.Go(func() {
			_, _ = w.realm.Login(ctx, stranger("2001:db8:%x::1", i), Credentials{fmt.Sprintf("nobody%d", i), "some password"})
		})
	}
	for w.realm.hasher.queue.Waiting() < maxHashWaiters {
		time.Sleep(time.Millisecond)
	}
	results := make(chan error)
	for _, c := range []Caller{stranger("198.51.100.1"), stranger("192.0.2.1"), {Token: in.Token, Addr: netip.MustParseAddr("2001:db8:77::1")}} {
		go func() {
			_, err := w.realm.Login(ctx, c, lancelot)
			results <- err
		}()
	}
	time.Sleep(20 * time.Millisecond)
	hold()
	for range 3 {
		if err := <-results; err != nil {
			t.Errorf("an honest sign-in: %v", err)
		}
	}
}
