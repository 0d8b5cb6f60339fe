package flood

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// Tap stands in a client's path to a server and keeps what the client sends, for a replay.
type Tap struct {
	listen   *net.UDPConn
	upstream *net.UDPConn
	work     sync.WaitGroup

	mu     sync.Mutex // guards client and taken
	client netip.AddrPort
	taken  [][]byte
}

// NewTap starts forwarding.
func NewTap(target string) (*Tap, error) {
	addr, err := net.ResolveUDPAddr("udp", target)
	if err != nil {
		return nil, fmt.Errorf("tap: %w", err)
	}
	t := &Tap{}
	if t.upstream, err = net.DialUDP("udp", nil, addr); err != nil {
		return nil, fmt.Errorf("tap: %w", err)
	}
	if t.listen, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
		_ = t.upstream.Close()
		return nil, fmt.Errorf("tap: %w", err)
	}
	t.work.Go(t.up)
	t.work.Go(t.down)
	return t, nil
}

// Addr is where the client connects.
func (t *Tap) Addr() string { return t.listen.LocalAddr().String() }

// Taken is what the client has sent so far.
func (t *Tap) Taken() [][]byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.taken)
}

// Close stops forwarding.
func (t *Tap) Close() {
	_ = t.listen.Close()
	_ = t.upstream.Close()
	t.work.Wait()
}

func (t *Tap) up() {
	buf := make([]byte, 2048)
	for {
		n, from, err := t.listen.ReadFromUDPAddrPort(buf)
		if err != nil {
			if isClosed(err) {
				return
			}
			continue
		}
		t.mu.Lock()
		t.client = from
		if len(t.taken) < maxTaken {
			t.taken = append(t.taken, bytes.Clone(buf[:n]))
		}
		t.mu.Unlock()
		_, _ = t.upstream.Write(buf[:n])
	}
}

func (t *Tap) down() {
	buf := make([]byte, 2048)
	for {
		n, err := t.upstream.Read(buf)
		if err != nil {
			if isClosed(err) {
				return
			}
			continue
		}
		t.mu.Lock()
		client := t.client
		t.mu.Unlock()
		_, _ = t.listen.WriteToUDPAddrPort(buf[:n], client)
	}
}
