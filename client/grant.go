package client

import (
	"encoding/json"
	"time"

	"github.com/realmwire/realmwire/transport"
)

// Account is the account that a token belongs to. IDs are 16 lowercase hex digits.
type Account struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Guest bool   `json:"guest"`
	Role  string `json:"role"`
}

// SignedIn is the answer to register, login and guest. The token goes into API.As.
type SignedIn struct {
	Token   string  `json:"token"`
	Account Account `json:"account"`
}

// Character is a character as its owner sees it.
type Character struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Class string `json:"class"`
	// Appearance is what the player chose, JSON in the game's own form; nil where there is none.
	Appearance json.RawMessage `json:"appearance,omitempty"`
	Zone       string          `json:"zone"`
}

// Roster is an account's characters, and how many it may have.
type Roster struct {
	Characters []Character `json:"characters"`
	Limit      int         `json:"limit"`
	Last       string      `json:"last"` // the character played last; empty where none was
}

// Realm is the realm as it is now.
type Realm struct {
	Name     string       `json:"name"`
	MOTD     string       `json:"motd"`
	Version  string       `json:"version"`
	Protocol int          `json:"protocol"`
	Game     string       `json:"game"`
	Schema   string       `json:"schema"`  // hash, 16 hex digits
	Accepts  []string     `json:"accepts"` // older schemas whose clients are served too
	Players  int          `json:"players"`
	Capacity int          `json:"capacity"`
	Classes  []string     `json:"classes"`
	Zones    []ZoneStatus `json:"zones"`
}

// ZoneStatus is a zone that some process serves.
type ZoneStatus struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Players  int    `json:"players"`
	Capacity int    `json:"capacity"`
	TickHz   int    `json:"tick_hz"`
}

// Grant is the right to enter one zone with one character: the answer of /v1/play, and what a Transfer carries.
type Grant struct {
	Session   string    `json:"session"`
	Character string    `json:"character"`
	Zone      GrantZone `json:"zone"`
	Map       GrantMap  `json:"map"`
	Ticket    []byte    `json:"ticket"`
	Secret    []byte    `json:"secret"`
	Suite     uint8     `json:"suite"`
	Expires   time.Time `json:"expires"`
	// Endpoints are the ways into the zone process, the best first; some may be of transports that this client does not know.
	Endpoints []transport.Endpoint `json:"endpoints"`
	Schema    string               `json:"schema"`
	Snapshots string               `json:"snapshots"`
}

// GrantZone is the zone that a Grant enters.
type GrantZone struct {
	Name     string `json:"name"`               // its identity in the realm
	Title    string `json:"title"`              // for people
	Instance string `json:"instance,omitempty"` // empty: the zone that is open to all
	TickHz   int    `json:"tick_hz"`
}

// GrantMap names the map artefact that client and zone share.
type GrantMap struct {
	Name string `json:"name"` // the map's own; several zones may be played on one
	Hash string `json:"hash"` // SHA-256, hex
	URL  string `json:"url"`
}

// Endpoint is the best way in over one transport; false where there is none.
func (g *Grant) Endpoint(kind transport.Kind) (transport.Endpoint, bool) {
	for _, e := range g.Endpoints {
		if e.Transport == kind {
			return e, true
		}
	}
	return transport.Endpoint{}, false
}
