package ticket

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata anew; a moved vector claims that the new format is the right one")

var (
	testKey = Key{1, 2, 3}
	start   = time.UnixMilli(1_800_000_000_000).UTC()
)

func testClaims() Claims {
	return Claims{
		Nonce: 11, Session: 12, Account: 13, Character: 14, Incarnation: 15, Epoch: 16, Zone: "dungeon-entrance",
		Suite: SuiteAESCTRHMAC, Secret: [32]byte{5, 6, 7}, Expires: start.Add(30 * time.Second),
	}
}

func seal(t *testing.T, c Claims) []byte {
	t.Helper()
	raw, err := Seal(testKey, c)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestSealAndOpen(t *testing.T) {
	want := testClaims()
	raw := seal(t, want)
	if len(raw) != Size {
		t.Fatalf("a ticket has %d bytes, not %d", len(raw), Size)
	}
	if bytes.Contains(raw, []byte("dungeon")) || bytes.Contains(raw, want.Secret[:3]) {
		t.Error("the sealed part shows")
	}
	got, err := NewOpener(testKey, 15, OpenerConfig{}).Open(raw, start)
	if err != nil || got != want {
		t.Fatalf("opened %+v, %v", got, err)
	}
	h, err := ReadHeader(raw)
	if err != nil || h.Suite != want.Suite || h.Incarnation != 15 || !h.Expires.Equal(want.Expires) {
		t.Errorf("header %+v, %v", h, err)
	}
	if bytes.Equal(raw, seal(t, want)) {
		t.Error("two tickets of the same claims are the same bytes: the nonce is not random")
	}
}

func TestOpenRefuses(t *testing.T) {
	raw := seal(t, testClaims())
	bend := func(at int) []byte {
		b := bytes.Clone(raw)
		b[at] ^= 1
		return b
	}
	for name, c := range map[string]struct {
		raw  []byte
		now  time.Time
		key  Key
		inc  uint64
		want error
	}{
		"good":                {raw, start, testKey, 15, nil},
		"last moment":         {raw, start.Add(30*time.Second - time.Millisecond), testKey, 15, nil},
		"expired":             {raw, start.Add(30 * time.Second), testKey, 15, ErrExpired},
		"another incarnation": {raw, start, testKey, 16, ErrIncarnation},
		"another key":         {raw, start, Key{9}, 15, ErrForged},
		"empty":               {nil, start, testKey, 15, ErrMalformed},
		"cut":                 {raw[:Size-1], start, testKey, 15, ErrMalformed},
		"too long":            {append(bytes.Clone(raw), 0), start, testKey, 15, ErrMalformed},
		"another version":     {bend(0), start, testKey, 15, ErrMalformed},
		"another suite":       {bend(1), start, testKey, 15, ErrMalformed}, // 2 becomes 3
		"reserved bits":       {bend(2), start, testKey, 15, ErrMalformed},
		"longer life":         {bend(13), start, testKey, 15, ErrForged},
		"bent nonce":          {bend(20), start, testKey, 15, ErrForged},
		"bent body":           {bend(60), start, testKey, 15, ErrForged},
		"bent tag":            {bend(Size - 1), start, testKey, 15, ErrForged},
	} {
		_, err := NewOpener(c.key, c.inc, OpenerConfig{}).Open(c.raw, c.now)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestEveryBitIsBound(t *testing.T) {
	raw := seal(t, testClaims())
	o := NewOpener(testKey, 15, OpenerConfig{})
	for i := range len(raw) * 8 {
		b := bytes.Clone(raw)
		b[i/8] ^= 1 << (i % 8)
		if _, err := o.Open(b, start); err == nil {
			t.Fatalf("opened with bit %d bent", i)
		}
	}
}

func TestSealRefuses(t *testing.T) {
	for name, bend := range map[string]func(*Claims){
		"no suite":      func(c *Claims) { c.Suite = 0 },
		"unknown suite": func(c *Claims) { c.Suite = 3 },
		"no zone":       func(c *Claims) { c.Zone = "" },
		"long zone":     func(c *Claims) { c.Zone = strings.Repeat("z", MaxZone+1) },
		"before 1970":   func(c *Claims) { c.Expires = time.UnixMilli(-1) },
	} {
		c := testClaims()
		bend(&c)
		if _, err := Seal(testKey, c); err == nil {
			t.Errorf("%s: sealed", name)
		}
	}
	c := testClaims()
	c.Zone = strings.Repeat("z", MaxZone)
	if got, err := NewOpener(testKey, 15, OpenerConfig{}).Open(seal(t, c), start); err != nil || got.Zone != c.Zone {
		t.Errorf("the longest zone name: %v", err)
	}
}

// Who comes back has a ticket that the process made itself: of the same session, and with nothing else in common.
func TestAgain(t *testing.T) {
	of := testClaims()
	of.Serial = 7
	expires := start.Add(2 * time.Minute)
	s, o := NewSealer(testKey, 15), NewOpener(testKey, 15, OpenerConfig{})
	var last Claims
	for range 2 {
		raw, made, err := s.Again(of, expires)
		if err != nil {
			t.Fatal(err)
		}
		got, err := o.Open(raw, start)
		if err != nil || got != made {
			t.Fatalf("opened %+v, %v; sealed %+v", got, err, made)
		}
		if got.Nonce == last.Nonce || got.Secret == last.Secret || got.Secret == of.Secret {
			t.Error("nonce or secret are not its own")
		}
		last, got.Nonce, got.Secret, got.Expires = got, of.Nonce, of.Secret, of.Expires
		if got != of {
			t.Errorf("another session: %+v, want %+v", got, of)
		}
	}
	of.Zone = ""
	if _, _, err := s.Again(of, expires); err == nil {
		t.Error("sealed for no zone")
	}
}

func TestUseOnce(t *testing.T) {
	o := NewOpener(testKey, 15, OpenerConfig{})
	c := testClaims()
	for range 2 {
		if err := o.Check(c, start); err != nil {
			t.Fatalf("checked before its use: %v", err)
		}
	}
	if err := o.Use(c, start); err != nil {
		t.Fatal(err)
	}
	if err := o.Check(c, start); !errors.Is(err, ErrUsed) {
		t.Errorf("checked after its use: %v", err)
	}
	if err := o.Use(c, start); !errors.Is(err, ErrUsed) {
		t.Errorf("used twice: %v", err)
	}
	c.Nonce++
	if err := o.Check(c, c.Expires); !errors.Is(err, ErrExpired) {
		t.Errorf("checked after its time: %v", err)
	}
	if err := o.Use(c, c.Expires); !errors.Is(err, ErrExpired) {
		t.Errorf("used after its time: %v", err)
	}
}

func TestUsedTicketsAreBoundedAndForgottenOnlyWhenExpired(t *testing.T) {
	const limit = 3000
	o := NewOpener(testKey, 15, OpenerConfig{MaxUsed: limit})
	use := func(nonce uint64, now time.Time) error {
		c := testClaims()
		c.Nonce, c.Expires = nonce, now.Add(10*time.Second)
		return o.Use(c, now)
	}
	for i := range uint64(limit) {
		if err := use(i, start); err != nil {
			t.Fatalf("ticket %d: %v", i, err)
		}
	}
	if err := use(limit, start); !errors.Is(err, ErrFull) {
		t.Errorf("one too many: %v", err)
	}
	if err := use(5, start.Add(time.Second)); !errors.Is(err, ErrUsed) {
		t.Errorf("used again while full: %v", err)
	}
	later := start.Add(11 * time.Second)
	if err := use(limit+1, later); err != nil {
		t.Errorf("after all have expired: %v", err)
	}
	if n := o.Remembered(); n != 1 {
		t.Errorf("%d are remembered, want 1", n)
	}
	// A clock that is set back must not bring forgotten tickets back to life.
	c := testClaims()
	c.Nonce, c.Expires = 5, start.Add(10*time.Second)
	if err := o.Use(c, start); !errors.Is(err, ErrExpired) {
		t.Errorf("used again after the clock was set back: %v", err)
	}
}

// TestForgedTicketsMakeNoGarbage: whoever floods us with them decides how often they are opened.
func TestForgedTicketsMakeNoGarbage(t *testing.T) {
	o := NewOpener(testKey, 15, OpenerConfig{})
	raw := seal(t, testClaims())
	raw[100] ^= 1
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := o.Open(raw, start); !errors.Is(err, ErrForged) {
			t.Fatal(err)
		}
	}); n >= 1 { // a collection may empty the pool in between
		t.Errorf("%v allocations for a forged ticket", n)
	}
}

type vector struct {
	Key         string `json:"key"`
	Nonce12     string `json:"aead_nonce"`
	Nonce       uint64 `json:"nonce"`
	Session     uint64 `json:"session"`
	Account     uint64 `json:"account"`
	Character   uint64 `json:"character"`
	Incarnation uint64 `json:"incarnation"`
	Epoch       uint64 `json:"epoch"`
	Zone        string `json:"zone"`
	Suite       uint8  `json:"suite"`
	Secret      string `json:"secret"`
	ExpiresMs   int64  `json:"expires_ms"`
	Serial      uint32 `json:"serial,omitempty"`
	Ticket      string `json:"ticket"`
}

func TestVectors(t *testing.T) {
	var made []vector
	for i, zone := range []string{"overworld", "z", strings.Repeat("z", MaxZone), "overworld"} {
		c := testClaims()
		c.Zone, c.Suite, c.Nonce, c.Serial = zone, []Suite{1, 2, 1, 2}[i], uint64(i)<<56|0xABCD, []uint32{0, 0, 0, 0x01020304}[i]
		nonce := [12]byte{byte(i), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
		raw, err := sealWith(newAEAD(testKey), c, nonce)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, vector{
			hex.EncodeToString(testKey[:]), hex.EncodeToString(nonce[:]), c.Nonce, c.Session, c.Account, c.Character, c.Incarnation,
			c.Epoch, c.Zone, uint8(c.Suite), hex.EncodeToString(c.Secret[:]), c.Expires.UnixMilli(), c.Serial, hex.EncodeToString(raw),
		})
	}
	got, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("testdata/ticket.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/ticket.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the format moved:\n got %s\nwant %s", got, want)
	}
}

func FuzzOpen(f *testing.F) {
	raw, err := sealWith(newAEAD(testKey), testClaims(), [12]byte{1}) // the same in every process of the fuzzer
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:40])
	o := NewOpener(testKey, 15, OpenerConfig{})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := o.Open(b, start)
		if err == nil && (!bytes.Equal(b, raw) || c != testClaims()) {
			t.Fatalf("opened what was never sealed: %+v", c)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	raw, err := Seal(testKey, testClaims())
	if err != nil {
		b.Fatal(err)
	}
	o := NewOpener(testKey, 15, OpenerConfig{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := o.Open(raw, start); err != nil {
			b.Fatal(err)
		}
	}
}
