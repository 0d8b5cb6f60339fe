// Package evolution has changes to a schema, and for each whether clients of the older version may play on.
// One test holds the verdicts to them, another plays them.
package evolution

import (
	_ "embed"
	"fmt"
	"strings"
)

// Base is the source of the older version.
//
//go:embed base.txt
var Base string

// Case is one change.
type Case struct {
	Name     string
	Edits    []string // what stands in Base, and what stands there instead, in turn
	Breaking bool
	Says     string // in the report
	// Unplayed is why the bytes of a breaking change do not show it; such clients are refused all the same.
	Unplayed string
}

// Source is the newer version.
func (c *Case) Source() (string, error) {
	out := Base
	for i := 0; i < len(c.Edits); i += 2 {
		if strings.Count(out, c.Edits[i]) == 0 {
			return "", fmt.Errorf("case %q: the schema has no %q", c.Name, c.Edits[i])
		}
		out = strings.ReplaceAll(out, c.Edits[i], c.Edits[i+1])
	}
	return out, nil
}

const end = "\tFear\n)\n"

// Cases are the changes.
var Cases = []Case{
	// Nothing that is sent changes.
	{Name: "comment", Edits: []string{"where an entity is", "the place of an entity"}, Says: "The same wire"},
	{Name: "go-type", Edits: []string{"Level uint8 ", "Level int64 `rw:\"min=0 max=100\"` //"}, Says: "The same wire"},
	{Name: "rename-field", Edits: []string{"Hair ", "Mane "}, Says: "Look.Hair: is called Mane now"},
	{Name: "rename-component", Edits: []string{"Purse ", "Wallet "}, Says: "struct Purse: is called Wallet now"},
	{Name: "rename-entity", Edits: []string{"type Chest ", "type Coffer "}, Says: "entity Chest (id 2): is called Coffer now"},
	{Name: "rename-message", Edits: []string{"type Emote ", "type Gesture "}, Says: "struct Emote: is called Gesture now"},
	{Name: "rename-constant", Edits: []string{"Sitting", "Resting"}, Says: "enum Stance.Sitting: is called Resting now"},
	{Name: "rename-enum", Edits: []string{"Stance", "Pose"}, Says: "enum Stance: is called Pose now"},
	{Name: "move-declaration", Edits: []string{"//realmwire:component\ntype Lid struct {\n\tOpen bool\n}\n", "", end, end + "\n//realmwire:component\ntype Lid struct {\n\tOpen bool\n}\n"}, Says: "ok"},
	// What the server keeps from older clients, or forgives them.
	{Name: "add-message", Edits: []string{end, end + "\n//realmwire:message id=66\ntype Ping struct{ Of uint16 }\n"}, Says: "message Ping (id 66): is new"},
	{Name: "remove-message", Edits: []string{"//realmwire:message id=65\n", ""}, Says: "message Emote (id 65): is gone"},
	{Name: "add-entity", Edits: []string{end, end + "\n//realmwire:entity id=3\ntype Boat struct {\n\tBody Body\n\tHull Lid\n}\n"}, Says: "entity Boat (id 3): is new"},
	{Name: "remove-entity", Edits: []string{"//realmwire:entity id=2\n", ""}, Says: "entity Chest (id 2): is gone"},
	// Bounds that move while the bits stay: it counts who reads.
	{Name: "lower-bound-to-client", Edits: []string{"Level uint8  `rw:\"max=100\"", "Level uint8  `rw:\"max=80\""}, Says: "Look.Level: 0..100 became 0..80"},
	{Name: "shorter-string-to-client", Edits: []string{"max=12", "max=10"}, Says: "Look.Name: its greatest length 12 became 10"},
	{Name: "fewer-constants-to-client", Edits: []string{"\tLying\n", ""}, Says: "enum Posture: has 3 values and had 4"},
	{Name: "wider-input", Edits: []string{"max=200", "max=255"}, Says: "Input.Aim: 0..200 became 0..255"},
	{Name: "more-constants-from-client", Edits: []string{"\tGuard\n", "\tGuard\n\tJump\n"}, Says: "enum Act: has 4 values and had 3"},
	{Name: "higher-bound-to-client", Edits: []string{"Level uint8  `rw:\"max=100\"", "Level uint8  `rw:\"max=120\""}, Breaking: true, Says: "keep max=100"},
	{Name: "longer-string-to-client", Edits: []string{"max=12", "max=15"}, Breaking: true, Says: "keep 12"},
	{Name: "more-constants-to-client", Edits: []string{"\tSitting\n", "\tSitting\n\tSwimming\n"}, Breaking: true, Says: "declare spare constants"},
	{Name: "narrower-input", Edits: []string{"max=200", "max=180"}, Breaking: true, Says: "the server refuses what an older client may still send"},
	{Name: "fewer-constants-from-client", Edits: []string{"\tThrow\n", ""}, Breaking: true, Says: "enum Hand: has 3 values and had 4"},
	{Name: "higher-bound-in-message", Edits: []string{"max=999", "max=1023"}, Breaking: true, Says: "Item.Code: 0..999 became 0..1023"},
	{Name: "lower-bound-in-message", Edits: []string{"max=999", "max=600"}, Breaking: true, Says: "Item.Code: 0..999 became 0..600"},
	{Name: "longer-list", Edits: []string{"max=4\"", "max=6\""}, Breaking: true, Says: "Trade.Offer: its greatest length 4 became 6"},
	{Name: "more-constants-in-message", Edits: []string{"\tFear\n", "\tFear\n\tLove\n"}, Breaking: true, Says: "enum Feeling: has 4 values and had 3"},
	{Name: "all-at-once", Edits: []string{
		"Hair ", "Mane ", "Purse ", "Wallet ", "type Chest ", "type Coffer ", "Sitting", "Resting", "\tLying\n", "", "max=200", "max=255",
		"//realmwire:message id=65\n", "", end, end + "\n//realmwire:message id=66\ntype Ping struct{ Of uint16 }\n\n//realmwire:entity id=3\ntype Boat struct {\n\tBody Body\n\tHull Lid\n}\n",
	}, Says: "COMPATIBLE"},
	// Bits move.
	{Name: "add-field", Edits: []string{"\tOpen bool\n", "\tOpen bool\n\tBurning bool\n"}, Breaking: true, Says: "Lid.Burning: is new"},
	{Name: "remove-field", Edits: []string{"\tHair  uint8  `rw:\"max=7\"`\n", ""}, Breaking: true, Says: "Look.Hair: is gone"},
	{Name: "add-component", Edits: []string{"\tLid  Lid\n", "\tLid  Lid\n\tLook Look\n"}, Breaking: true, Says: "Chest.Look: is new"},
	{Name: "add-input-field", Edits: []string{"\tHand  Hand\n", "\tHand  Hand\n\tJump  bool\n"}, Breaking: true, Says: "Input.Jump: is new"},
	{Name: "add-message-field", Edits: []string{"\tFeeling Feeling\n", "\tFeeling Feeling\n\tLoud    bool\n"}, Breaking: true, Says: "Emote.Loud: is new"},
	{Name: "widen", Edits: []string{"max=100000", "max=1000000"}, Breaking: true, Says: "it takes 20 bits and took 17"},
	{Name: "shift", Edits: []string{"min=-100 max=100", "min=-90 max=110"}, Breaking: true, Says: "keep min=-100"},
	{Name: "short-difference", Edits: []string{"max=100000", "max=100000 small=7"}, Breaking: true, Says: "short differences have another width"},
	{Name: "other-form", Edits: []string{"\tOpen bool\n", "\tOpen uint8\n"}, Breaking: true, Says: "“bool” became “int 0..255"},
	{Name: "longer-string-length", Edits: []string{"max=12", "max=40"}, Breaking: true, Says: "the length takes 6 bits and took 4"},
	{Name: "owner", Edits: []string{"`rw:\"owner\"`", ""}, Breaking: true, Says: "Player.Purse: is for everyone now"},
	{Name: "no-input", Edits: []string{"//realmwire:input\n", ""}, Breaking: true, Says: "input Input: is gone", Unplayed: "a game without an input cannot be played at all"},
	// The bits are the same and mean something else.
	{Name: "swap-fields", Edits: []string{"\tHair  uint8  `rw:\"max=7\"`\n\tShirt uint8  `rw:\"max=7\"`\n", "\tShirt uint8  `rw:\"max=7\"`\n\tHair  uint8  `rw:\"max=7\"`\n"}, Breaking: true, Says: "stands elsewhere"},
	{Name: "insert-constant", Edits: []string{"\tWalking\n\tSitting\n", "\tRunning\n\tWalking\n"}, Breaking: true, Says: "Walking is 2 and was 1"},
	{Name: "renumber-entity", Edits: []string{"entity id=2", "entity id=7"}, Breaking: true, Says: "leave id=2 with Chest"},
	{Name: "renumber-own-entity", Edits: []string{"entity id=1", "entity id=8"}, Breaking: true, Says: "has id 8 now"},
	{Name: "renumber-message", Edits: []string{"message id=65", "message id=90"}, Breaking: true, Says: "leave id=65 with Emote"},
	{Name: "hint", Edits: []string{"max=100000", "max=100000 lapse=20"}, Breaking: true, Says: "has other hints", Unplayed: "the packed stream does not use the hints"},
}
