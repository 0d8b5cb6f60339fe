package bus

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// eventually calls until an answer comes.
func eventually(t *testing.T, c *Conn) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		got, err := Call[ping](t.Context(), c, LinkSubject("echo"), ping{"back"})
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
	if err := Handle(connect(t, s, RoleRealm), LinkSubject("echo"), echo); err != nil {
		t.Fatal(err)
	}
}

// A bus that comes back at another port, and then with other passwords, is found by whoever looks where it writes its URL.
func TestTheBusIsFoundAgain(t *testing.T) {
	dir := t.TempDir()
	s, err := Start(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	find := func() (string, error) {
		b, err := os.ReadFile(filepath.Join(dir, "zone.url"))
		return string(b), err
	}
	zone, err := Dial(t.Context(), DialConfig{Find: find, Role: RoleZone})
	if err != nil {
		t.Fatal(err)
	}
	defer zone.Close()
	serveEcho(t, s)
	eventually(t, zone)

	first, err := url.Parse(s.URL(RoleZone))
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
	if second, _ := url.Parse(s.URL(RoleZone)); second.Host == first.Host {
		t.Fatalf("both at %s", first.Host)
	}
	serveEcho(t, s)
	eventually(t, zone)

	s.Close()
	for _, role := range Roles {
		if err := os.Remove(urlFile(dir, role)); err != nil {
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
	u, err := url.Parse(s.URL(RoleZone))
	if err != nil {
		t.Fatal(err)
	}
	if ports := lastingPorts(dir); len(ports) != 1 || ports[0] != u.Port() {
		t.Errorf("after a run at %s: %v", u.Port(), ports)
	}
}

func TestDialWithoutAnyBus(t *testing.T) {
	missing := func() (string, error) { return "", os.ErrNotExist }
	if _, err := Dial(t.Context(), DialConfig{Find: missing, Role: RoleZone}); err == nil {
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
	if err := Handle(connect(t, s, RoleRealm), APISubject("slow"), func(context.Context, ping) (ping, error) {
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
		_, err := Call[ping](ctx, gw, APISubject("slow"), ping{})
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
