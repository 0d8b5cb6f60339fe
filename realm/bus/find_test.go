package bus

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// eventually calls until an answer comes.
func eventually(t *testing.T, c *Conn) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		got, err := Call[ping](t.Context(), c, Realm, "echo", ping{"back"})
		if err == nil && got.Text == "back" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func serveEcho(t *testing.T, s *Server) {
	t.Helper()
	if err := Handle(connect(t, s, RoleRealm), RoleZone, "echo", echo); err != nil {
		t.Fatal(err)
	}
}

// A bus that comes back at another port, and then with other keys, is found by whoever looks where it writes its URL and its tokens.
func TestTheBusIsFoundAgain(t *testing.T) {
	dir := t.TempDir()
	s, err := Start(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	find := func() (string, error) {
		b, err := os.ReadFile(URLFile(dir))
		return strings.TrimSpace(string(b)), err
	}
	token := func() (string, error) { return ReadToken(TokenFile(dir, RoleZone)) }
	zone, err := Dial(t.Context(), DialConfig{Find: find, Token: token, Role: RoleZone})
	if err != nil {
		t.Fatal(err)
	}
	defer zone.Close()
	serveEcho(t, s)
	eventually(t, zone)

	first, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	squatter, err := net.Listen("tcp", first.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer squatter.Close()
	if s, err = Start(Config{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if second, _ := url.Parse(s.URL()); second.Host == first.Host {
		t.Fatalf("both at %s", first.Host)
	}
	serveEcho(t, s)
	eventually(t, zone)

	s.Close()
	for _, file := range []string{URLFile(dir), filepath.Join(dir, issuerFile), TokenFile(dir, RoleZone), TokenFile(dir, RoleGateway)} {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	s = start(t, Config{Dir: dir})
	serveEcho(t, s)
	eventually(t, zone)
}

func TestLastingPorts(t *testing.T) {
	dir := t.TempDir()
	for _, p := range lastingPorts(dir) {
		if n, err := strconv.Atoi(p); err != nil || n < lowestPort || n >= highestPort {
			t.Errorf("port %s", p)
		}
	}
	s := start(t, Config{Dir: dir})
	u, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	if ports := lastingPorts(dir); len(ports) != 1 || ports[0] != u.Port() {
		t.Errorf("after a run at %s: %v", u.Port(), ports)
	}
}

func TestDialWithoutAnyBus(t *testing.T) {
	missing := func() (string, error) { return "", os.ErrNotExist }
	token := func() (string, error) { return "a token", nil }
	if _, err := Dial(t.Context(), DialConfig{Find: missing, Token: token, Role: RoleZone}); err == nil {
		t.Error("joined a bus that nobody knows")
	}
}

// A call that waits for its answer when the bus dies ends at once: the answer cannot come any more.
func TestLostConnectionEndsCalls(t *testing.T) {
	s, err := Start(Config{})
	if err != nil {
		t.Fatal(err)
	}
	begun, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	if err := Handle(connect(t, s, RoleRealm), RoleGateway, "slow", func(context.Context, Identity, ping) (ping, error) {
		close(begun)
		<-release
		return ping{}, nil
	}); err != nil {
		t.Fatal(err)
	}
	gw := connect(t, s, RoleGateway)
	ended := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		_, err := Call[ping](ctx, gw, Realm, "slow", ping{})
		ended <- err
	}()
	<-begun
	s.Close()
	select {
	case err := <-ended:
		if !hasCode(err, CodeAway) {
			t.Errorf("the call ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the call waits for an answer that cannot come")
	}
}
