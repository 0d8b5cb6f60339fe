package schema_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/evolution"
	"github.com/realmwire/realmwire/protocol/schema"
)

func lockOf(t *testing.T, src string) *schema.Lock {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "game.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := schema.Scan(dir, schema.FirstGameID)
	if err != nil {
		t.Fatal(err)
	}
	// Through the file and back: that is how an older version comes.
	l, err := schema.ReadLock(s.Lock().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestVerdicts holds each change to what docs/evolution.md says of it. That the verdicts are true is played in
// protocol/gen, TestEvolutionPlayed.
func TestVerdicts(t *testing.T) {
	older := lockOf(t, evolution.Base)
	for _, c := range evolution.Cases {
		t.Run(c.Name, func(t *testing.T) {
			src, err := c.Source()
			if err != nil {
				t.Fatal(err)
			}
			r := schema.Compare(older, lockOf(t, src))
			if r.Compatible() == c.Breaking {
				t.Errorf("compatible: %t\n%s", r.Compatible(), r)
			}
			if !strings.Contains(r.String(), c.Says) {
				t.Errorf("the report does not say %q:\n%s", c.Says, r)
			}
			for _, ch := range r.Changes {
				if ch.Why == "" || ch.Breaking && ch.Mend == "" {
					t.Errorf("a change without a reason or a mend: %+v", ch)
				}
			}
		})
	}
}

// The report in docs/evolution.md is what this change gives.
func TestDocumentedReport(t *testing.T) {
	newer := strings.NewReplacer("\tHair  uint8  `rw:\"max=7\"`\n", "", "type Feeling uint8", "type Feeling uint8\n\n//realmwire:message id=66\ntype Ping struct{ N uint8 }\n").Replace(evolution.Base)
	page, err := os.ReadFile("../../docs/evolution.md")
	if err != nil {
		t.Fatal(err)
	}
	report := schema.Compare(lockOf(t, evolution.Base), lockOf(t, newer)).String()
	hash := regexp.MustCompile("[0-9a-f]{16}")
	if want := hash.ReplaceAllString(report, "HASH"); !strings.Contains(hash.ReplaceAllString(string(page), "HASH"), want) {
		t.Errorf("docs/evolution.md does not show\n%s", report)
	}
}

func TestReportTellsTheServer(t *testing.T) {
	older := lockOf(t, evolution.Base)
	newer := lockOf(t, strings.NewReplacer("//realmwire:message id=65\n", "", "//realmwire:entity id=2", "//realmwire:entity id=2",
		"type Act uint8", "type Act uint8\n\n//realmwire:message id=70\ntype Ping struct{ N uint8 }\n\n//realmwire:entity id=9\ntype Boat struct{ Body Body }\n").Replace(evolution.Base))
	r := schema.Compare(older, newer)
	for what, got := range map[string][2][]int{
		"kinds": {r.Kinds, {1, 2}}, "messages": {r.Messages, {64}}, "retired": {r.Retired, {65}},
	} {
		if !reflect.DeepEqual(got[0], got[1]) {
			t.Errorf("%s: %v, want %v", what, got[0], got[1])
		}
	}
}

// A struct that travels both ways must hold both ways, also where it does so through another.
func TestDirectionsAddUp(t *testing.T) {
	src := strings.Replace(evolution.Base, "type Emote struct {", "type Emote struct {\n\tOf Rest", 1)
	r := schema.Compare(lockOf(t, src), lockOf(t, strings.Replace(src, "\tLying\n", "", 1)))
	if r.Compatible() {
		t.Errorf("a constant that clients may still send went unnoticed:\n%s", r)
	}
}

func TestAnotherWireBreaks(t *testing.T) {
	older, newer := lockOf(t, evolution.Base), lockOf(t, evolution.Base)
	older.Wire--
	if r := schema.Compare(older, newer); r.Compatible() {
		t.Errorf("equal schemas of two wire versions:\n%s", r)
	}
}

// A form that the comparison does not know is compared as it is spelt.
func TestUnknownFormsCompareByText(t *testing.T) {
	older, newer := lockOf(t, evolution.Base), lockOf(t, evolution.Base)
	set := func(l *schema.Lock, hash, text string) {
		l.Hash = hash
		l.Structs[0].Fields[0].Type.Text = text
	}
	set(older, "0000000000000001", "angle 12")
	set(newer, "0000000000000002", "angle 12")
	if r := schema.Compare(older, newer); !r.Compatible() {
		t.Errorf("the same text:\n%s", r)
	}
	set(newer, "0000000000000002", "angle 13")
	if r := schema.Compare(older, newer); r.Compatible() {
		t.Errorf("another text:\n%s", r)
	}
	set(older, "0000000000000001", "int 0..3 delta=0,0 step=0.5")
	set(newer, "0000000000000002", "int 0..2 delta=0,0 step=0.5")
	if r := schema.Compare(older, newer); r.Compatible() {
		t.Errorf("a known beginning with an unknown end was taken for what it begins with:\n%s", r)
	}
}

func TestReadLockRefuses(t *testing.T) {
	good := lockOf(t, evolution.Base).Bytes()
	for name, edit := range map[string][2]string{
		"format":          {`"format": 1`, `"format": 2`},
		"hash":            {`"hash": "`, `"hash": "zz`},
		"unknown key":     {`"package"`, `"packet"`},
		"no JSON":         {`{`, ``},
		"missing struct":  {`"struct": "Item"`, `"struct": "Nothing"`},
		"missing enum":    {`"enum": "Act"`, `"enum": "Nothing"`},
		"missing input":   {`"input": "Input"`, `"input": "Nothing"`},
		"a cycle":         {`"text": "bool"`, `"text": "bool", "struct": "Lid"`},
		"missing message": {"\"messages\": [\n\t\t{\n\t\t\t\"name\": \"Trade\"", "\"messages\": [\n\t\t{\n\t\t\t\"name\": \"Nothing\""},
	} {
		bad := bytes.Replace(good, []byte(edit[0]), []byte(edit[1]), 1)
		if bytes.Equal(bad, good) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := schema.ReadLock(bad); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func FuzzReadLock(f *testing.F) {
	f.Add([]byte(`{"format":1,"wire":1,"hash":"0000000000000001","structs":[{"name":"A","fields":[{"name":"X","type":{"text":"int 0..3 delta=0,0"}}]}],"input":"A"}`),
		[]byte(`{"format":1,"wire":1,"hash":"0000000000000002","structs":[{"name":"A","fields":[{"name":"X","type":{"text":"list 3 of bool","elem":{"text":"bool"}}}]}],"messages":[{"name":"A","id":64}]}`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		older, err := schema.ReadLock(a)
		if err != nil {
			return
		}
		if again, err := schema.ReadLock(older.Bytes()); err != nil || !bytes.Equal(again.Bytes(), older.Bytes()) {
			t.Fatalf("a lock does not survive its file: %v", err)
		}
		if newer, err := schema.ReadLock(b); err == nil {
			_ = schema.Compare(older, newer).String()
		}
	})
}

func compareSources(t *testing.T, older, newer string) *schema.Report {
	t.Helper()
	return schema.Compare(lockOf(t, older), lockOf(t, newer))
}
