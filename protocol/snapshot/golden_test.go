package snapshot_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/bits"
	"github.com/realmwire/realmwire/protocol/internal/demo"
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

var update = flag.Bool("update", false, "write the golden files anew; a claim that the new bytes are right")

// golden is what clients in every language are held to.
type golden struct {
	Note      string           `json:"note"`
	Schema    string           `json:"schema"`
	Messages  []goldenMessage  `json:"messages"`
	Refused   []goldenRefusal  `json:"refused"`
	Inputs    []goldenInputs   `json:"inputs"`
	Snapshots []goldenSnapshot `json:"snapshots"`
	Cases     []goldenCase     `json:"cases"`

	RefusedInputs []goldenRefusal `json:"refusedInputs"`
}

type goldenMessage struct {
	Name  string `json:"name"`
	Bytes string `json:"bytes"`
	Value any    `json:"value"`
}

type goldenRefusal struct {
	Name  string `json:"name"`
	Why   string `json:"why"`
	Bytes string `json:"bytes"`
}

type goldenInputs struct {
	Header any    `json:"header"`
	Inputs []any  `json:"inputs"`
	Bytes  string `json:"bytes"`
}

type goldenSnapshot struct {
	Bytes    string         `json:"bytes"`
	Header   any            `json:"header"`
	Entities []goldenEntity `json:"entities"`
	AckTick  uint32         `json:"ackTick"`
	AckOlder uint32         `json:"ackOlder"`
}

type goldenEntity struct {
	ID    uint32 `json:"id"`
	Own   bool   `json:"own"`
	Kind  string `json:"kind"`
	Tick  uint32 `json:"tick"`
	State any    `json:"state"`
}

// plain turns a value into JSON as clients spell it: camelCase names, integers beyond 53 bits as text.
func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		return plain(v.Elem())
	case reflect.Struct:
		out := map[string]any{}
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Type().Field(i).IsExported() {
				out[camel(name)] = plain(v.Field(i))
			}
		}
		return out
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			return hex.EncodeToString(v.Bytes())
		}
		out := []any{}
		for i := range v.Len() {
			out = append(out, plain(v.Index(i)))
		}
		return out
	case reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	}
	return v.Interface()
}

func camel(name string) string {
	if strings.ToUpper(name) == name {
		return strings.ToLower(name)
	}
	return strings.ToLower(name[:1]) + name[1:]
}

func goldenMessages() []goldenMessage {
	bodies := []message.Body{
		&message.Join{Protocol: message.Version, Schema: 1<<64 - 2, MapHash: strings.Repeat("0f", 32), Verify: true, Client: "golden/1"},
		&message.Join{},
		&message.Welcome{Tick: 1<<32 - 1, TickHz: 128, Entity: 65537, Zone: "overworld", Title: "Die Öde", Ordered: true, Players: 65535, Capacity: 1},
		&message.Welcome{TickHz: 1},
		&message.Goodbye{Reason: message.HandedOver, Text: strings.Repeat("é", 80)},
		&message.Transfer{Grant: `{"ticket":"AAAA"}`},
		&message.Say{Text: "hello, 世界 🌍"},
		&message.Heard{Channel: message.SystemChannel, Entity: 7, From: "Ada", Text: ""},
		&message.Population{Players: 3},
		&message.Resume{LifeMs: 120_000, Tickets: [2]message.ResumeTicket{
			{Ticket: bytes.Repeat([]byte{1, 2, 3, 4}, 40), Secret: bytes.Repeat([]byte{0xff, 0}, 16)}, {Ticket: []byte{0x80}, Secret: []byte{}},
		}},
		&demo.Offer{},
		&demo.Offer{
			From: "0123456789abcdef", Seal: bytes.Repeat([]byte{0xa5}, 32), Stance: demo.Sleeping,
			Points: []demo.Point{{X: -32768, Y: 32767}, {X: 0, Y: -1}, {}, {X: 1}, {X: 2}, {X: 3}, {X: 4}, {X: 5}},
			Notes:  []demo.Note{{Text: "twenty bytes at most", Count: -3}, {Count: 3}},
		},
	}
	var out []goldenMessage
	for _, b := range bodies {
		out = append(out, goldenMessage{reflect.TypeOf(b).Elem().Name(), hex.EncodeToString(message.Append(nil, b)), plain(reflect.ValueOf(b))})
	}
	return out
}

func goldenRefusals(good []goldenMessage) []goldenRefusal {
	var out []goldenRefusal
	for _, m := range good[:4] {
		for n := 2; n < len(m.Bytes); n += 2 {
			out = append(out, goldenRefusal{m.Name, "truncated", m.Bytes[:n]})
		}
		out = append(out, goldenRefusal{m.Name, "a byte too many", m.Bytes + "00"})
	}
	out = append(
		out,
		goldenRefusal{"Goodbye", "reason 15 of 0..10", "030f00"},
		goldenRefusal{"Goodbye", "padding is not zero", "0302" + "f0"},
		goldenRefusal{"Population", "another message's id", "060300"},
		goldenRefusal{"Resume", "longer than its maximum", "08a1" + strings.Repeat("00", 250)},
		goldenRefusal{"Say", "text that is not UTF-8", "0501ff"},
		goldenRefusal{"Say", "longer than its maximum", "05ff" + strings.Repeat("61", 255)},
		goldenRefusal{"Offer", "note count of 7 in -3..3", hex.EncodeToString(forgedOffer())},
	)
	return out
}

// forgedOffer holds one note whose count leaves its range by one.
func forgedOffer() []byte {
	var w bits.Writer
	w.Reset([]byte{64})
	w.Uint(0, 5) // from
	w.Uint(0, 6) // seal
	w.Uint(0, 4) // points
	w.Uint(1, 3) // notes
	w.Uint(0, 5) // text
	w.Uint(7, 3) // count
	w.Uint(0, 3) // stance
	return w.Bytes()
}

func goldenInput() []goldenInputs {
	const last = 1<<32 - 1
	at := func(tick uint32, fraction uint8) snapshot.ViewTick {
		return snapshot.ViewTick{Tick: tick, Fraction: fraction}
	}
	cases := []struct {
		h  snapshot.InputHeader
		in []demo.Input
	}{
		{snapshot.InputHeader{Newest: last}, []demo.Input{{MoveX: -128, MoveY: 127, Jump: true, Aim: 65535}}},
		{
			snapshot.InputHeader{AckTick: 1000, AckOlder: 0x80000001, ClientTime: 30000, Newest: 1004, View: at(998, 17)},
			[]demo.Input{{MoveX: 1}, {MoveX: 1}, {MoveX: 2, Aim: 9}, {Aim: 700}},
		},
		{ // near at its greatest, and as late as it gets
			snapshot.InputHeader{AckTick: last - 127, AckOlder: 2, ClientTime: 60000, Newest: last, View: at(last, 0)},
			make([]demo.Input, snapshot.MaxInputs),
		},
		{ // the ends of all, and as early as it gets
			snapshot.InputHeader{AckTick: last, AckOlder: last, ClientTime: 1<<16 - 1, Newest: 2, View: at(1, 0)},
			[]demo.Input{{MoveX: 127, MoveY: -128}, {MoveX: -128, MoveY: 127, Jump: true, Aim: 1<<16 - 1}},
		},
		{ // one too far to be near, and a view as far back as can be said
			snapshot.InputHeader{AckTick: 5000, Newest: 5128, View: at(5000, 1)},
			[]demo.Input{{}},
		},
		{ // the last moment that can be said at all
			snapshot.InputHeader{AckTick: last, Newest: last, View: at(last-1, 31)},
			[]demo.Input{{}},
		},
		{ // nothing shown yet, at the start of the world
			snapshot.InputHeader{AckTick: 1, Newest: 1},
			[]demo.Input{{}},
		},
	}
	var out []goldenInputs
	for _, c := range cases {
		g := goldenInputs{Header: plain(reflect.ValueOf(c.h)), Bytes: hex.EncodeToString(snapshot.WriteInputs(nil, c.h, c.in))}
		for _, v := range c.in {
			g.Inputs = append(g.Inputs, plain(reflect.ValueOf(v)))
		}
		out = append(out, g)
	}
	return out
}

// goldenStream is one client's life on a lossy network: spawns, chained deltas, long rests, despawns, edges of ranges.
func goldenStream(t *testing.T) []goldenSnapshot {
	s := newSim(t, 77, 1, false)
	c := s.clients[0]
	rng := rand.New(rand.NewPCG(7, 7))
	var out []goldenSnapshot
	for i := range 260 {
		if i < 60 || i > 230 {
			s.edges(i)
			s.step(true)
			s.interest(c, true)
		} else { // a long rest, so that ages pass their limit
			s.tick++
			s.world.Commit(s.tick)
		}
		h := snapshot.Header{Starved: i%5 == 0, TickHz: []uint8{20, 128, 1}[i/100]}
		if i%2 == 0 {
			h.HasEcho, h.Echo, h.HoldMs, h.Lead = true, uint16(i*999), uint8(i), int16(i*37-2048)
		}
		msg, _ := c.view.Encode(nil, h, 700)
		if rng.IntN(5) == 0 || i >= 62 && i < 228 && i%40 != 0 {
			continue // lost; at rest nearly all are, there being nothing to see
		}
		got, err := c.replica.Apply(msg)
		if err != nil {
			t.Fatal(err)
		}
		if rng.IntN(4) > 0 {
			c.view.Ack(c.replica.Ack())
		}
		g := goldenSnapshot{Bytes: hex.EncodeToString(msg), Header: plain(reflect.ValueOf(got))}
		g.AckTick, g.AckOlder = c.replica.Ack()
		g.Entities = entitiesOf(c.replica)
		out = append(out, g)
	}
	return out
}

func entitiesOf(r *snapshot.Replica) []goldenEntity {
	out := []goldenEntity{}
	for e := range r.All {
		kind := ""
		for _, k := range demo.Schema.Kinds {
			if k.ID == e.State.Kind() {
				kind = k.Name
			}
		}
		out = append(out, goldenEntity{uint32(e.ID), e.Own, kind, e.Tick, plain(reflect.ValueOf(e.State))})
	}
	return out
}

// edges puts ends of ranges into one hero.
func (s *sim) edges(i int) {
	h := s.heroes.Get(s.clients[0].own)
	ends := []demo.Look{
		{Badge: 1<<64 - 1, Debt: -1 << 63, Wide: -2000000000000000000, Big: 1<<53 - 1, Word: 1<<32 - 1, Word33: -1 << 32},
		{Badge: 1, Debt: 1<<63 - 1, Wide: 2000000000000000000, Word33: 1<<32 - 1, Target: demo.Point{X: -32768, Y: 32767}},
		{Name: "twenty-four bytes, ÄÖÜ", Wide: 1999999999999999999, Word33: 1 << 31},
	}
	h.Look = ends[i%len(ends)]
	h.Body.X = []int32{-100000, 100000, 99999, 0}[i%4]
	h.Purse.Gold = []uint32{0, 1000000}[i%2]
}

func TestGolden(t *testing.T) {
	g := golden{
		Note:   "Written by go test ./protocol/snapshot -run Golden -update. Every client decodes and re-encodes these. Integers beyond 32 bits in 64-bit fields are text.",
		Schema: strconv.FormatUint(demo.Schema.Hash, 16),
	}
	g.Messages = goldenMessages()
	g.Refused = goldenRefusals(g.Messages)
	g.Inputs = goldenInput()
	g.RefusedInputs = goldenInputRefusals(g.Inputs)
	g.Snapshots = goldenStream(t)
	g.Cases = goldenCases(t)
	got, err := json.MarshalIndent(g, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("testdata", "golden.json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("the wire has moved: %s differs; if the new bytes are right, run with -update and raise message.Version", path)
	}
}

func TestRefusals(t *testing.T) {
	empty := map[string]func() message.Body{
		"Join": func() message.Body { return &message.Join{} }, "Welcome": func() message.Body { return &message.Welcome{} },
		"Goodbye": func() message.Body { return &message.Goodbye{} }, "Population": func() message.Body { return &message.Population{} },
		"Say": func() message.Body { return &message.Say{} }, "Resume": func() message.Body { return &message.Resume{} }, "Offer": func() message.Body { return &demo.Offer{} },
	}
	for _, c := range goldenRefusals(goldenMessages()) {
		b, err := hex.DecodeString(c.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if message.Read(b, empty[c.Name]()) == nil {
			t.Errorf("%s accepted: %s (%s)", c.Name, c.Why, c.Bytes)
		}
	}
}
