package netsim

import (
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Unix(1000, 0)

// fates sends n datagrams of 500 bytes a millisecond apart.
func fates(l *Link, n int) (delays [][]time.Duration) {
	for i := range n {
		now := start.Add(time.Duration(i) * time.Millisecond)
		at, copies := l.Plan(now, 500)
		var d []time.Duration
		for _, a := range at[:copies] {
			d = append(d, a.Sub(now))
		}
		delays = append(delays, d)
	}
	return delays
}

func TestPerfectLink(t *testing.T) {
	for i, d := range fates(NewLink(Profile{}, 1), 100) {
		if len(d) != 1 || d[0] != 0 {
			t.Fatalf("datagram %d: %v", i, d)
		}
	}
}

func TestSameSeedSameFate(t *testing.T) {
	p := Profile{
		Latency: 50 * time.Millisecond, Jitter: 30 * time.Millisecond, Loss: 0.1, Duplicate: 0.1, Reorder: 0.1,
		Burst: Burst{Enter: 0.01, Leave: 0.2, Loss: 0.8},
	}
	a, b, c := fates(NewLink(p, 7), 1000), fates(NewLink(p, 7), 1000), fates(NewLink(p, 8), 1000)
	same := 0
	for i := range a {
		if len(a[i]) != len(b[i]) || len(a[i]) > 0 && a[i][0] != b[i][0] {
			t.Fatalf("datagram %d: %v and %v from one seed", i, a[i], b[i])
		}
		if len(a[i]) == len(c[i]) && (len(a[i]) == 0 || a[i][0] == c[i][0]) {
			same++
		}
	}
	if same == len(a) {
		t.Error("another seed gave the same fate")
	}
}

func TestShares(t *testing.T) {
	const n = 20000
	l := NewLink(Profile{Latency: 20 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.1, Duplicate: 0.05, Reorder: 0.02}, 3)
	last := time.Duration(0)
	inOrder := 0
	for i, d := range fates(l, n) {
		for _, x := range d {
			if x < 20*time.Millisecond || x > 20*time.Millisecond+2*10*time.Millisecond+defaultReorderBy {
				t.Fatalf("datagram %d took %v", i, x)
			}
		}
		if len(d) > 0 {
			at := time.Duration(i)*time.Millisecond + d[0]
			if at >= last {
				inOrder++
			}
			last = max(last, at)
		}
	}
	near := func(name string, got uint64, share float64) {
		if float64(got) < 0.85*share*n || float64(got) > 1.15*share*n {
			t.Errorf("%s: %d of %d, want a share of %v", name, got, n, share)
		}
	}
	near("lost", l.Counters.Lost, 0.1)
	near("duplicated", l.Counters.Duplicated, 0.05*0.9)
	near("reordered", l.Counters.Reordered, 0.02*0.9)
	if inOrder == n-int(l.Counters.Lost) {
		t.Error("nothing was overtaken")
	}
}

func TestBurstsAreBursts(t *testing.T) {
	runs, lost, run := 0, 0, 0
	for _, d := range fates(NewLink(Profile{Burst: Burst{Enter: 0.01, Leave: 0.2, Loss: 1}}, 5), 20000) {
		if len(d) == 0 {
			lost++
			if run++; run == 1 {
				runs++
			}
		} else {
			run = 0
		}
	}
	if mean := float64(lost) / float64(runs); mean < 3.5 || mean > 6.5 {
		t.Errorf("%d lost in %d runs, %.1f each; want about 5", lost, runs, mean)
	}
}

func TestBottleneck(t *testing.T) {
	l := NewLink(Profile{Rate: 250_000, MaxQueue: 50 * time.Millisecond}, 1) // half of what is sent
	d := fates(l, 1000)
	if got := l.Counters.Lost; got < 400 || got > 520 {
		t.Errorf("%d of 1000 were lost at half the rate", got)
	}
	for i, x := range d {
		if len(x) > 0 && x[0] > 55*time.Millisecond {
			t.Fatalf("datagram %d waited %v", i, x[0])
		}
	}
}

// echo is a UDP server that sends everything back.
func echo(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2048)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(append(buf[:n:n], from.String()...), from)
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return conn.LocalAddr().String()
}

func TestProxy(t *testing.T) {
	p, err := NewProxy(ProxyConfig{Target: echo(t), Up: Profile{Latency: 5 * time.Millisecond}, Down: Profile{Duplicate: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c, err := net.Dial("udp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 100)
	read := func(within time.Duration) string {
		_ = c.SetReadDeadline(time.Now().Add(within))
		n, err := c.Read(buf)
		if err != nil {
			return ""
		}
		return string(buf[:n])
	}
	ask := func() string {
		if _, err := c.Write([]byte("hi ")); err != nil {
			t.Fatal(err)
		}
		first, second := read(10*time.Second), read(10*time.Second)
		if first == "" || first != second {
			t.Fatalf("answers %q and %q, want the same twice", first, second)
		}
		return first
	}
	before := ask()
	if ask() != before {
		t.Error("the client's address changed by itself")
	}
	if err := p.Rebind(); err != nil {
		t.Fatal(err)
	}
	if ask() == before {
		t.Error("the client's address did not change")
	}
	p.Block(true)
	if _, err := c.Write([]byte("lost")); err != nil {
		t.Fatal(err)
	}
	if got := read(100 * time.Millisecond); got != "" {
		t.Errorf("%q came through a blocked proxy", got)
	}
	p.Block(false)
	ask()
	p.SetProfiles(Profile{Loss: 1}, Profile{})
	if _, err := c.Write([]byte("lost")); err != nil {
		t.Fatal(err)
	}
	if got := read(100 * time.Millisecond); got != "" {
		t.Errorf("%q came through total loss", got)
	}
	if up, _ := p.Counters(); up.Lost != 1 {
		t.Errorf("counters %+v", up)
	}
}

func TestProxyErrors(t *testing.T) {
	if _, err := NewProxy(ProxyConfig{Target: "no port"}); err == nil {
		t.Error("a target without a port was taken")
	}
	if _, err := NewProxy(ProxyConfig{Target: "127.0.0.1:1", Listen: "no port"}); err == nil {
		t.Error("an address without a port was taken")
	}
}

func TestMTU(t *testing.T) {
	l := NewLink(Profile{MTU: 500}, 1)
	for size, want := range map[int]int{499: 1, 500: 1, 501: 0} {
		if _, n := l.Plan(start, size); n != want {
			t.Errorf("%d bytes: %d copies, want %d", size, n, want)
		}
	}
}

func TestPartition(t *testing.T) {
	l := NewLink(Profile{Partition: Partition{Every: time.Second, For: 200 * time.Millisecond}}, 1)
	for i, d := range fates(l, 3000) {
		if got, want := len(d) == 0, i%1000 >= 800; got != want {
			t.Fatalf("datagram %d: lost is %v, want %v", i, got, want)
		}
	}
}

func TestProfileText(t *testing.T) {
	var p Profile
	text := "latency=50ms,jitter=10ms loss=5% burst=1%/0.2/80% duplicate=0.01 reorder=2% reorder-by=30ms rate=250000 queue=100ms mtu=1200 partition=30s/2s"
	if err := p.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	const ms = time.Millisecond
	want := Profile{
		Latency: 50 * ms, Jitter: 10 * ms, Loss: 0.05, Burst: Burst{0.01, 0.2, 0.8}, Duplicate: 0.01, Reorder: 0.02, ReorderBy: 30 * ms,
		Rate: 250000, MaxQueue: 100 * ms, MTU: 1200, Partition: Partition{30 * time.Second, 2 * time.Second},
	}
	if p != want {
		t.Errorf("got %+v\nwant %+v", p, want)
	}
	for _, bad := range []string{"loss=101%", "loss=-1", "loss=NaN", "loss", "latency=5", "latency=-5ms", "speed=5", "burst=1%", "mtu=0", "rate=x", "partition=1s/1s"} {
		if err := p.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if p != want {
		t.Error("a refused text changed the profile")
	}
}

func TestProxyWaitsForItsTarget(t *testing.T) {
	p, err := NewProxy(ProxyConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c, err := net.Dial("udp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = c.Write([]byte("too early"))
	if err := p.SetTarget(echo(t)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	for range 50 {
		_, _ = c.Write([]byte("hi"))
		_ = c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		if n, err := c.Read(buf); err == nil && string(buf[:2]) == "hi" && n > 2 {
			return
		}
	}
	t.Error("no answer although the target is known")
}
