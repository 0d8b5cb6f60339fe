package best_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"testing"

	"github.com/realmwire/realmwire/protocol/best"
)

// traceHash is the SHA-256 of every packet of the trace, one after another, acknowledgements lost at 5 %. It changes only
// with the format.
const traceHash = "eb54f1fbf9cd292ac89b8d79c2b9adaa6ca370441550aef26f525d41feec652e"

// The codec may become faster; its bytes stay. Other languages write the same.
func TestBytesStay(t *testing.T) {
	if os.Getenv("CUBES_TRACE") != "" {
		t.Skip("the hash is of the trace in testdata, and CUBES_TRACE names another")
	}
	frames, err := trace()
	if err != nil {
		t.Fatal(err)
	}
	c, err := best.New(cubeLayout)
	if err != nil {
		t.Fatal(err)
	}
	m := newMemory(c, frames, acknowledgements(len(frames), 0.05))
	sum := sha256.New()
	var msg []byte
	for i := cubeAhead; i < len(frames); i++ {
		if msg, err = c.Encode(msg[:0], m.history(i, m.names(i)), frames[i]); err != nil {
			t.Fatal(err)
		}
		sum.Write(msg)
	}
	for _, name := range []string{"body", "flat", "shapeless", "turning", "plain"} {
		c, err := best.New(layouts[name])
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(40) {
			h, rows := story(layouts[name], seed, int(seed))
			if msg, err = c.Encode(msg[:0], &h, rows); err != nil {
				t.Fatal(err)
			}
			sum.Write(msg)
		}
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != traceHash {
		t.Errorf("the packets of the trace hash to %s, not %s", got, traceHash)
	}
}
