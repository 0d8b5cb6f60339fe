package wirecheck

import (
	"errors"
	"slices"
	"testing"
)

type goldenEntity struct {
	ID, Tick uint32
	Own      bool
	Kind     string
	State    any
}

type goldenSnapshot struct {
	Bytes             string
	Header            map[string]any
	Entities          []goldenEntity
	AckTick, AckOlder uint32
}

// TestSnapshots follows the golden stream: after every snapshot the header, the acknowledgement and every entity are what the file says.
func TestSnapshots(t *testing.T) {
	var file struct{ Snapshots []goldenSnapshot }
	load(t, "../../snapshot/testdata/golden.json", &file)
	r := newReplica(demo)
	for i, g := range file.Snapshots {
		h, err := r.apply(unhex(t, g.Bytes))
		if err != nil {
			t.Fatalf("snapshot %d of tick %d: %v", i, h.tick, err)
		}
		compareHeader(t, h, g.Header)
		if tick, older := r.ack(); tick != g.AckTick || older != g.AckOlder {
			t.Errorf("tick %d: acknowledges %d %032b, want %d %032b", h.tick, tick, older, g.AckTick, g.AckOlder)
		}
		compareEntities(t, r, g.Entities)
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Log(r.seen)
	for _, what := range []string{"named", "expected", "usual", "aged", "spawn", "again", "despawn", "prior", "checksum"} {
		if r.seen[what] == 0 {
			t.Errorf("the golden stream has no record of this sort: %s", what)
		}
	}
}

func compareHeader(t *testing.T, h header, want map[string]any) {
	t.Helper()
	form := strukt(
		a("tick", unsigned(32)), a("verify", yes), a("hasEcho", yes), a("echo", unsigned(16)), a("holdMs", unsigned(8)),
		a("lead", signedInt(16)), a("starved", yes), a("tickHz", unsigned(8)),
	)
	bit := func(v bool) int64 {
		if v {
			return 1
		}
		return 0
	}
	got := []any{int64(h.tick), bit(h.verify), bit(h.hasEcho), h.echo, h.hold, h.lead, bit(h.starved), h.rate}
	if err := same(form, got, want); err != nil {
		t.Errorf("tick %d: header: %v", h.tick, err)
	}
}

func compareEntities(t *testing.T, r *replica, entities []goldenEntity) {
	t.Helper()
	if len(r.slots) != len(entities) {
		t.Errorf("tick %d: %d entities, want %d", r.last, len(r.slots), len(entities))
	}
	for _, want := range entities {
		var h *held
		for _, x := range r.slots {
			if x.id == want.ID {
				h = x
			}
		}
		if h == nil || h.own != want.Own || h.kind.name != want.Kind || h.newest().tick != want.Tick {
			t.Errorf("tick %d: %v, want %s %d of tick %d", r.last, h, want.Kind, want.ID, want.Tick)
			continue
		}
		if err := same(h.kind.whole, h.newest().state, want.State); err != nil {
			t.Errorf("tick %d: %v: %v", r.last, h, err)
		}
	}
}

// TestSnapshotsCutShort holds that no prefix of a snapshot is one, nor one with a byte more.
func TestSnapshotsCutShort(t *testing.T) {
	var file struct{ Snapshots []goldenSnapshot }
	load(t, "../../snapshot/testdata/golden.json", &file)
	r := newReplica(demo)
	for _, g := range file.Snapshots {
		b := unhex(t, g.Bytes)
		for n := range b {
			if _, err := r.apply(slices.Clone(b[:n])); err == nil {
				t.Fatalf("tick %d: %d of %d bytes were applied", r.last, n, len(b))
			}
		}
		if _, err := r.apply(append(slices.Clone(b), 0)); err == nil {
			t.Fatal("a byte too many was applied")
		}
		if _, err := r.apply(b); err != nil {
			t.Fatal(err)
		}
		if _, err := r.apply(b); err == nil {
			t.Fatal("the same snapshot was applied twice")
		}
	}
}

// TestCases follows what no encoder writes of itself: every refusal for its reason, and after it nothing has changed.
func TestCases(t *testing.T) {
	var file struct {
		Cases []struct {
			Name  string
			Steps []struct {
				What, Bytes, Refused string
				Bits                 int
				Entities             []goldenEntity
				AckTick, AckOlder    uint32
			}
		}
	}
	load(t, "../../snapshot/testdata/golden.json", &file)
	reasons := map[string]error{"stale": errStale, "baseline": errBaseline, "checksum": errChecksum}
	seen := map[string]int{}
	for _, c := range file.Cases {
		r := newReplica(demo)
		for _, g := range c.Steps {
			_, err := r.apply(unhex(t, g.Bytes))
			var refused string
			if err != nil {
				refused = "malformed"
			}
			for name, reason := range reasons {
				if errors.Is(err, reason) {
					refused = name
				}
			}
			seen[refused]++
			if refused != g.Refused {
				t.Errorf("%s: %s: %v, want %q", c.Name, g.What, err, g.Refused)
			}
			if tick, older := r.ack(); tick != g.AckTick || older != g.AckOlder {
				t.Errorf("%s: %s: acknowledges %d %032b, want %d %032b", c.Name, g.What, tick, older, g.AckTick, g.AckOlder)
			}
			if err == nil && r.bits != g.Bits {
				t.Errorf("%s: %s: %d bits, want %d", c.Name, g.What, r.bits, g.Bits)
			}
			compareEntities(t, r, g.Entities)
		}
		for what, n := range r.seen {
			seen[what] += n
		}
	}
	for _, what := range []string{"", "malformed", "stale", "baseline", "checksum", "ancient"} {
		if seen[what] == 0 {
			t.Errorf("no case has this: %q", what)
		}
	}
}
