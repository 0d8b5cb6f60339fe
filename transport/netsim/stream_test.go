package netsim

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// TestStreamCarriesBytesWhole: both ways, through losses and cuts, every byte once and in order; and the end of each side.
func TestStreamCarriesBytesWhole(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				_ = c.Close()
			}()
		}
	}()
	bad := Profile{Latency: 2 * time.Millisecond, Jitter: 2 * time.Millisecond, Loss: 0.1, Duplicate: 0.5, Reorder: 0.5, MTU: 100, Rate: 2_000_000}
	s, err := NewStream(ProxyConfig{Target: server.Addr().String(), Up: bad, Down: bad, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sent := make([]byte, 200_000)
	rng := rand.NewChaCha8([32]byte{1})
	_, _ = rng.Read(sent)
	go func() {
		_, _ = c.Write(sent)
	}()
	got := make([]byte, len(sent))
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("the bytes came back changed: %v", err)
	}
	_ = server.Close()
	if n, err := net.Dial("tcp", s.Addr()); err == nil { // the proxy takes it, finds nobody, and closes
		_ = n.SetDeadline(time.Now().Add(time.Minute))
		if _, err := n.Read(got); err == nil {
			t.Error("somebody answered for a server that is gone")
		}
		_ = n.Close()
	}
}

func TestStreamTimes(t *testing.T) {
	start := time.Unix(1000, 0)
	const latency = 50 * time.Millisecond
	plain := streamLink{link: NewLink(forStream(Profile{Latency: latency}), 1), resend: 2*latency + resendAfter}
	if at, ok := plain.plan(start, 5000); !ok || at != start.Add(latency) {
		t.Errorf("5,000 bytes take %v", at.Sub(start))
	}
	slow := streamLink{link: NewLink(forStream(Profile{Latency: latency, Rate: 10_000}), 1)}
	if at, ok := slow.plan(start, 5000); !ok || at != start.Add(latency+500*time.Millisecond) {
		t.Errorf("at 10,000 bytes a second 5,000 take %v", at.Sub(start))
	}
	cut := streamLink{link: NewLink(forStream(Profile{Latency: latency, Partition: Partition{Every: time.Second, For: 600 * time.Millisecond}}), 1), resend: 2*latency + resendAfter}
	cut.plan(start, 1)
	if at, ok := cut.plan(start.Add(450*time.Millisecond), 1); !ok || at.Before(start.Add(time.Second+latency)) || at.After(start.Add(time.Second+latency+cut.resend)) {
		t.Errorf("through a cut of 600 ms a byte arrives after %v", at.Sub(start))
	}
	gone := streamLink{link: NewLink(forStream(Profile{Loss: 1}), 1), resend: time.Second}
	if _, ok := gone.plan(start, 1); ok {
		t.Error("a byte passed a link that loses all")
	}
	lossy := streamLink{link: NewLink(forStream(Profile{Latency: latency, Loss: 0.3}), 1), resend: 2*latency + resendAfter}
	late, last := 0, start
	for i := range 1000 {
		now := start.Add(time.Duration(i) * 200 * time.Millisecond)
		at, ok := lossy.plan(now, 100)
		if !ok || at.Before(last) {
			t.Fatalf("byte %d overtook", i)
		}
		if last = at; at.Sub(now) >= 3*latency {
			late++
		}
	}
	if late < 250 || late > 500 {
		t.Errorf("%d of 1,000 segments were late at 30 %% loss", late)
	}
}

// TestStreamDelays holds the loop to the plan in virtual time: a connection and a question with its answer take two round trips.
func TestStreamDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const latency = 50 * time.Millisecond
		s := &Stream{done: make(chan struct{}), conns: map[net.Conn]struct{}{}}
		client, inner := net.Pipe()
		outer, server := net.Pipe()
		p := forStream(Profile{Latency: latency})
		s.pipe(outer, inner, &streamLink{link: NewLink(p, 1), resend: 2 * latency}, 2*latency)
		s.pipe(inner, outer, &streamLink{link: NewLink(p, 2), resend: 2 * latency}, 0)
		begin := time.Now()
		go func() {
			buf := make([]byte, 10)
			n, _ := server.Read(buf)
			_, _ = server.Write(buf[:n])
			_ = server.Close()
		}()
		if _, err := client.Write([]byte("hello")); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(client)
		if err != nil || string(got) != "hello" || time.Since(begin) != 4*latency {
			t.Errorf("%q after %v, %v", got, time.Since(begin), err)
		}
		_ = client.Close()
		s.work.Wait()
	})
}
