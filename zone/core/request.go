package core

import (
	"errors"
	"fmt"

	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// Errors of answers that a core tells apart; wrap them.
var (
	ErrStale      = errors.New("the lease has passed to another zone")
	ErrHandedOver = fmt.Errorf("%w, by a handover whose answer was lost", ErrStale)
	ErrRealmDown  = errors.New("the realm cannot be reached")
)

// AttachRequest asks for the character of a session that has joined.
type AttachRequest struct {
	Conn      ConnID
	Character rules.PlayerID
	Epoch     uint64
	Session   uint64
}

// SaveRequest stores a character's state under the epoch of its lease.
type SaveRequest struct {
	Character rules.PlayerID
	Epoch     uint64
	State     []byte // JSON
	Final     bool   // the zone lets go: the lease ends
	Kicked    string // with Final: the player was kicked, and told this: the record of it is committed with the state
}

// HandoverRequest hands a character over to another zone, to arrive at a spawn point there.
type HandoverRequest struct {
	Conn      ConnID
	Character rules.PlayerID
	Epoch     uint64
	Session   uint64
	State     []byte
	ToZone    string
	ToPoint   string
}

// Ground is the map of a zone as its core needs it.
type Ground struct {
	Map     *tilemap.Map
	Objects []tilemap.Object
	// Warnings are what the map's author should know: what is drawn or done otherwise than the editor shows.
	Warnings []string
}
