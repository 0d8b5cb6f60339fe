package kcp

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

var update = flag.Bool("update", false, "write testdata anew; a moved vector claims that the new wire format is the right one")

// hexBytes is written as lower-case hexadecimal.
type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *hexBytes) UnmarshalText(b []byte) (err error) {
	*h, err = hex.DecodeString(string(b))
	return err
}

type handshakeVector struct {
	Suite        int      `json:"suite"`
	Secret       hexBytes `json:"secret"`
	Ticket       hexBytes `json:"ticket"` // opaque here; ticket/testdata has how it is made
	ClientRandom hexBytes `json:"client_random"`
	Stamp        uint64   `json:"stamp"`
	CookieKey    hexBytes `json:"cookie_key"`
	Address      string   `json:"address"` // of the client, as the server sees it
	Cookie       hexBytes `json:"cookie"`
	ProofKey     hexBytes `json:"proof_key"`
	Request      hexBytes `json:"request"`
	Challenge    hexBytes `json:"challenge"`
	Response     hexBytes `json:"response"`
}

type sealVector struct {
	Name      string   `json:"name"`
	Suite     int      `json:"suite"`
	Secret    hexBytes `json:"secret"`
	Salt      hexBytes `json:"salt"` // client random, stamp, cookie
	ToServer  bool     `json:"to_server"`
	ID        uint32   `json:"id"`
	Counter   uint64   `json:"counter"`
	Plaintext hexBytes `json:"plaintext"`
	Datagram  hexBytes `json:"datagram"`
}

func counted(n int, start byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = start + byte(i)
	}
	return b
}

func handshakeVectors(t *testing.T) []handshakeVector {
	var out []handshakeVector
	for i, suite := range suites {
		raw := counted(ticket.Size, byte(i))
		secret := counted(32, 0x40+byte(i))
		key, err := deriveProofKey(secret)
		if err != nil {
			t.Fatal(err)
		}
		m := cookieMaker{key: [32]byte(counted(32, 0x80))}
		addr := []string{"192.0.2.1:50000", "[2001:db8::1]:7777"}[i]
		tr := transcript{clientRandom: [randomSize]byte(counted(randomSize, 0xA0)), stamp: 1_800_000_000_123}
		tr.cookie = m.cookie(netip.MustParseAddrPort(addr), tr.clientRandom[:], tr.stamp, raw)
		out = append(out, handshakeVector{
			Suite: int(suite), Secret: secret, Ticket: raw, ClientRandom: tr.clientRandom[:], Stamp: tr.stamp, CookieKey: m.key[:],
			Address: addr, Cookie: tr.cookie[:], ProofKey: key, Request: appendRequest(nil, tr.clientRandom, raw),
			Challenge: appendChallenge(nil, key, tr), Response: appendResponse(nil, key, tr, raw),
		})
	}
	return out
}

func sealVectors(t *testing.T) []sealVector {
	var frames []byte
	frames = append(frames, framePing)
	frames = appendAckFrame(frames, 0x1_0203_0405, 0x8000_0001, 300)
	frames = appendDataFrame(frames, frameLatest, counted(40, 1))
	var out []sealVector
	for _, suite := range suites {
		tr := transcript{clientRandom: [randomSize]byte(counted(randomSize, 1)), stamp: 1_800_000_000_456, cookie: [cookieSize]byte(counted(cookieSize, 0x20))}
		secret := counted(32, 0x60)
		up, down, err := deriveSealers(suite, secret, tr)
		if err != nil {
			t.Fatal(err)
		}
		salt := appendResponse(nil, nil, tr, counted(ticket.Size, 0))[offsetRandom:offsetAfterCookie]
		for _, c := range []struct {
			name    string
			up      bool
			counter uint64
			plain   []byte
		}{
			{"ping", true, 1, []byte{framePing}},
			{"frames", true, 2, frames},
			{"close", false, 1<<24 - 1, appendCloseFrame(nil, transport.TakenOver, "signed in elsewhere")},
			{"counter past the truncation", false, 1<<24 + 0x010203, counted(16, 0)},
			{"counter of 64 bits", false, 0x0102030405060708, counted(17, 0)},
			{"empty", true, 3, nil},
			{"full", false, 4, appendDataFrame(nil, frameLatest, counted(transport.MaxLatestMessage, 0))},
		} {
			s := down
			if c.up {
				s = up
			}
			out = append(out, sealVector{
				Name: c.name, Suite: int(suite), Secret: secret, Salt: salt, ToServer: c.up, ID: 0x11223344, Counter: c.counter,
				Plaintext: c.plain, Datagram: s.seal(append(appendSealedHeader(nil, 0x11223344, c.counter), c.plain...), c.counter),
			})
		}
	}
	return out
}

func TestVectors(t *testing.T) {
	checkVectors(t, "handshake.json", handshakeVectors(t))
	checkVectors(t, "sealed.json", sealVectors(t))
}

// checkVectors compares what the code makes with what is committed.
func checkVectors[T any](t *testing.T, name string, made []T) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		b, err := json.MarshalIndent(made, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var kept []T
	if err := json.Unmarshal(b, &kept); err != nil {
		t.Fatal(err)
	}
	if len(kept) != len(made) {
		t.Fatalf("%s has %d vectors, the code makes %d", name, len(kept), len(made))
	}
	for i := range kept {
		want, _ := json.Marshal(kept[i])
		got, _ := json.Marshal(made[i])
		if !bytes.Equal(want, got) {
			t.Errorf("%s: vector %d of %s moved:\n got %s\nwant %s", name, i, reflect.TypeFor[T]().Name(), got, want)
		}
	}
}
