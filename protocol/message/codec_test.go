package message

import (
	"testing"

	"github.com/realmwire/realmwire/protocol/schema"
)

func TestGamesBeginWhereTheGeneratorLetsThem(t *testing.T) {
	if FirstGameID != schema.FirstGameID {
		t.Errorf("a game's messages begin at %d here and at %d in the generator", FirstGameID, schema.FirstGameID)
	}
}

func TestReasonsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for r := range Reason(len(reasonNames)) {
		if name := r.String(); name == "" || seen[name] {
			t.Errorf("reason %d is called %q", r, name)
		}
		seen[r.String()] = true
	}
	if HandedOver.String() != "handed-over" || Reason(200).String() != "reason-200" {
		t.Errorf("%v, %v", HandedOver, Reason(200))
	}
}
