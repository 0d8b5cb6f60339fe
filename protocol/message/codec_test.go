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
