package dtls

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const wait = 20 * time.Second

var (
	clientAddr = netip.MustParseAddrPort("192.0.2.1:1")
	serverAddr = netip.MustParseAddrPort("192.0.2.2:2")
)

// wire joins a pion client and our server. drop says which datagrams of the server are lost.
type wire struct {
	t              *testing.T
	client, server *Pipe
	id             Identity
	cert           tls.Certificate
	drop           func(n int) bool

	mu     sync.Mutex
	n      int // datagrams of the server so far
	onData func(datagram []byte)
}

func newWire(t *testing.T) *wire {
	t.Helper()
	w := &wire{t: t, drop: func(int) bool { return false }}
	var err error
	if w.id, err = NewIdentity(); err != nil {
		t.Fatal(err)
	}
	if w.cert, err = selfsign.GenerateSelfSigned(); err != nil {
		t.Fatal(err)
	}
	w.client = NewPipe(serverAddr, w.up)
	w.server = NewPipe(clientAddr, w.down)
	t.Cleanup(func() { _ = w.client.Close() })
	return w
}

func (w *wire) up(b []byte) {
	w.mu.Lock()
	on := w.onData
	w.mu.Unlock()
	if on != nil {
		on(bytes.Clone(b))
		return
	}
	w.server.Push(b)
}

func (w *wire) down(b []byte) {
	w.mu.Lock()
	w.n++
	lost := w.drop(w.n)
	w.mu.Unlock()
	if !lost {
		w.client.Push(b)
	}
}

// established takes what the client sends from now on.
func (w *wire) established(on func(datagram []byte)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.onData = on
}

func (w *wire) fingerprint() Fingerprint {
	s := Fingerprint{algorithm: "sha-256", sum: hashes["sha-256"](w.cert.Certificate[0])}
	f, err := ParseFingerprint(s.String())
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

// shake makes the handshake; the client's end is finished in the background.
func (w *wire) shake(expected Fingerprint) (*Records, <-chan *dtls.Conn, error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), wait)
	w.t.Cleanup(cancel)
	conn, err := dtls.ClientWithOptions(w.client, w.client.peer, dtls.WithCertificates(w.cert), dtls.WithInsecureSkipVerify(true),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret), dtls.WithFlightInterval(RepeatAfter))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	done := make(chan *dtls.Conn, 1)
	go func() {
		if conn.HandshakeContext(ctx) == nil {
			done <- conn
		}
		close(done)
	}()
	r, err := Accept(ctx, w.server, w.id, expected)
	return r, done, err
}

func TestHandshakeAndRecords(t *testing.T) {
	w := newWire(t)
	r, done, err := w.shake(w.fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	client := <-done
	if client == nil {
		t.Fatal("the client did not finish")
	}
	arrived := make(chan []byte, 10)
	w.established(func(d []byte) { arrived <- d })
	for i := range 5 {
		text := []byte(strings.Repeat("up ", i*100+1))
		if _, err := client.Write(text); err != nil {
			t.Fatal(err)
		}
		d := <-arrived
		rec, rest, ok := Next(d)
		if !ok || len(rest) != 0 || rec.Type != TypeData || !rec.Sealed() {
			t.Fatalf("record %d is %+v, %d bytes follow, %v", i, rec, len(rest), ok)
		}
		again := bytes.Clone(d)
		plain, newest, ok := r.Open(rec)
		if !ok || !newest || !bytes.Equal(plain, text) {
			t.Fatalf("record %d: %q, newest %v, %v", i, plain, newest, ok)
		}
		if rec, _, _ := Next(again); rec.Sealed() {
			if _, _, ok := r.Open(rec); ok {
				t.Fatal("a replayed record was opened")
			}
		}
		b := append(make([]byte, Front, 1500), text...)
		w.client.Push(r.Seal(TypeData, b))
		buf := make([]byte, 1500)
		_ = client.SetReadDeadline(time.Now().Add(wait))
		if n, err := client.Read(buf); err != nil || !bytes.Equal(buf[:n], text) {
			t.Fatalf("the client read %q, %v", buf[:n], err)
		}
	}
	w.client.Push(r.AppendClose(nil))
	if _, err := client.Read(make([]byte, 10)); err == nil {
		t.Error("the client reads on after the end")
	}
}

// TestClientsGoodbye: the client's goodbye is an alert that ends.
func TestClientsGoodbye(t *testing.T) {
	w := newWire(t)
	r, done, err := w.shake(w.fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	client := <-done
	arrived := make(chan []byte, 10)
	w.established(func(d []byte) { arrived <- d })
	_ = client.Close()
	rec, _, ok := Next(<-arrived)
	if !ok || rec.Type != TypeAlert {
		t.Fatalf("%+v, %v is no alert", rec, ok)
	}
	plain, _, ok := r.Open(rec)
	if !ok || !Ends(plain) {
		t.Errorf("alert %x, %v", plain, ok)
	}
	for _, harmless := range [][]byte{nil, {1}, {1, 90}, {1, 0, 0}} {
		if Ends(harmless) {
			t.Errorf("%x ends", harmless)
		}
	}
}

// TestLostLastFlight: our last datagram is lost; the client repeats its own, and ours is sent again by whoever owns the records.
func TestLostLastFlight(t *testing.T) {
	w := newWire(t)
	w.drop = func(n int) bool { return n >= 2 } // all but the flight with our certificate
	r, done, err := w.shake(w.fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	w.established(func([]byte) {
		if d := r.LastFlight(); d != nil {
			w.client.Push(d)
		}
	})
	if client := <-done; client == nil {
		t.Fatal("the client did not finish")
	}
	r.Settled()
	if r.LastFlight() != nil {
		t.Error("the last flight was kept")
	}
}

func TestLostFlights(t *testing.T) {
	w := newWire(t)
	w.drop = func(n int) bool { return n == 1 } // the flight with our certificate, once
	_, done, err := w.shake(w.fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	if client := <-done; client == nil {
		t.Fatal("the client did not finish")
	}
}

func TestWrongCertificate(t *testing.T) {
	w := newWire(t)
	_, _, err := w.shake(w.id.Fingerprint) // not the client's
	if !errors.Is(err, errFingerprint) {
		t.Errorf("a client with another certificate: %v", err)
	}
}

func TestFingerprints(t *testing.T) {
	for _, bad := range []string{"", "sha-256", "sha-256 ", "sha-256 00:11", "md5 00", "sha-1 " + strings.Repeat("00:", 19) + "00", "sha-256 " + strings.Repeat("zz:", 31) + "zz"} {
		if _, err := ParseFingerprint(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	for algorithm, hash := range hashes {
		f := Fingerprint{algorithm: algorithm, sum: hash([]byte("cert"))}
		parsed, err := ParseFingerprint(strings.ToUpper(f.String()[:7]) + f.String()[7:])
		if err != nil || parsed.check([][]byte{[]byte("cert")}) != nil || parsed.check([][]byte{[]byte("Cert")}) == nil || parsed.check(nil) == nil {
			t.Errorf("%s became %s, %v", f, parsed, err)
		}
	}
	if (Fingerprint{}).check([][]byte{nil}) == nil {
		t.Error("no fingerprint fits everything")
	}
}

// pair are two ends with known keys.
func pair(tb testing.TB) (a, b *Records) {
	tb.Helper()
	a, b = &Records{}, &Records{}
	for i, d := range []*direction{&a.out, &b.in, &a.in, &b.out} {
		var err error
		if *d, err = newDirection(bytes.Repeat([]byte{byte(i / 2)}, 16), []byte{1, 2, 3, byte(i / 2)}); err != nil {
			tb.Fatal(err)
		}
	}
	return a, b
}

func TestBentRecords(t *testing.T) {
	a, b := pair(t)
	whole := a.Seal(TypeData, append(make([]byte, Front, 100), "text"...))
	for n := range whole {
		if _, _, ok := Next(whole[:n]); ok {
			t.Errorf("%d of %d bytes are a record", n, len(whole))
		}
	}
	for i := range len(whole) * 8 {
		bent := bytes.Clone(whole)
		bent[i/8] ^= 1 << (i % 8)
		rec, _, ok := Next(bent)
		if !ok {
			continue
		}
		if i/8 == 2 { // the lower byte of the version is covered as we know it, not as it came
			continue
		}
		if _, _, ok := b.Open(rec); ok {
			t.Errorf("opened with bit %d turned", i)
		}
	}
	two := append(bytes.Clone(whole), a.Seal(TypeData, append(make([]byte, Front, 100), "more"...))...)
	for _, want := range []string{"text", "more"} {
		rec, rest, ok := Next(two)
		if !ok {
			t.Fatal("no record")
		}
		if plain, _, ok := b.Open(rec); !ok || string(plain) != want {
			t.Errorf("got %q, %v, want %q", plain, ok, want)
		}
		two = rest
	}
}

func TestSequenceNumbersEnd(t *testing.T) {
	a, b := pair(t)
	a.sent = maxSequence
	last := a.Seal(TypeData, append(make([]byte, Front, 100), "last"...))
	if rec, _, _ := Next(last); rec.Sequence != maxSequence {
		t.Errorf("the last sequence number is %d", rec.Sequence)
	} else if plain, _, ok := b.Open(rec); !ok || string(plain) != "last" {
		t.Errorf("%q, %v", plain, ok)
	}
	if got := a.Seal(TypeData, append(make([]byte, Front, 100), "over"...)); got != nil {
		t.Error("a sequence number was used twice")
	}
}

func TestNoAllocations(t *testing.T) {
	a, b := pair(t)
	buf := make([]byte, 1500)
	n := testing.AllocsPerRun(1000, func() {
		d := a.Seal(TypeData, buf[:Front+100])
		rec, _, _ := Next(d)
		if _, _, ok := b.Open(rec); !ok {
			t.Fatal("not opened")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations a record", n)
	}
}

func FuzzRecords(f *testing.F) {
	a, _ := pair(f)
	f.Add(bytes.Clone(a.Seal(TypeData, append(make([]byte, Front, 100), "text"...))))
	f.Add(a.AppendClose(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, r := pair(t)
		for len(b) > 0 {
			rec, rest, ok := Next(b)
			if !ok {
				break
			}
			if plain, _, ok := r.Open(rec); ok && len(plain)+Overhead > len(b) {
				t.Fatalf("%d bytes from %d", len(plain), len(b))
			}
			b = rest
		}
	})
}

func BenchmarkRecords(b *testing.B) {
	x, y := pair(b)
	buf := make([]byte, 1500)
	b.ReportAllocs()
	for b.Loop() {
		rec, _, _ := Next(x.Seal(TypeData, buf[:Front+100]))
		if _, _, ok := y.Open(rec); !ok {
			b.Fatal("not opened")
		}
	}
}
