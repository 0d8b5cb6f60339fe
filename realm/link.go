package realm

import (
	"encoding/json"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

// Limits of what a zone process may send.
const (
	MaxZonesPerProcess = 64
	MaxState           = 64 << 10 // bytes of a character's saved state
	MaxMap             = 2 << 20  // bytes of a map artefact
	MaxZoneCapacity    = 10_000
	maxSaves           = 512     // in one message
	maxSaveBytes       = 1 << 20 // of states in one message
)

// DeadAfter is how long a zone process may be silent before others take its zones and characters.
const DeadAfter = 3 * time.Second

// Process is one run of a zone process, as it registers.
type Process struct {
	Incarnation ID         `json:"-"` // who the bus says it is; a registration cannot choose it
	TicketKey   ticket.Key `json:"-"` // the realm seals tickets for this process with it
	// Endpoints are the ways in for clients, the best first.
	Endpoints []transport.Endpoint `json:"endpoints"`
	HTTPAddr  string               `json:"http_addr"` // HOST:PORT for gateways
	Schema    uint64               `json:"schema"`
	Snapshots string               `json:"snapshots"` // "latest" or "kcp"
	Zones     []ZoneInfo           `json:"zones"`
}

// ZoneInfo is a zone that a process serves. Map is the artefact whose SHA-256 in hex is MapHash.
type ZoneInfo struct {
	Name     string `json:"name"`              // its identity in the realm
	Title    string `json:"title"`             // for people
	Instance ID     `json:"instance,omitzero"` // 0: the one that is open to all
	MapName  string `json:"map_name"`          // the map's own; several zones may be played on one
	MapHash  string `json:"map_hash"`
	Map      []byte `json:"-"` // travels in a message of its own
	Capacity int    `json:"capacity"`
	TickHz   int    `json:"tick_hz"`
	Best     bool   `json:"best,omitempty"` // it serves snapshots of the best tier to those who ask
}

// Load is how a process does, sent with each heartbeat.
type Load struct {
	Zones []ZoneLoad `json:"zones"`
}

// ZoneLoad is how one zone does.
type ZoneLoad struct {
	Name      string  `json:"name"`
	Players   int     `json:"players"`
	TickP99Ms float64 `json:"tick_p99_ms"`
}

// Character is a character as the zone that attaches it gets it. State is the game's own, as it was last saved, and nil for a character that
// has never played. Arrive is the spawn point where it comes in, "" for where State says.
type Character struct {
	ID         ID              `json:"id"`
	Account    ID              `json:"account"`
	Name       string          `json:"name"`
	Class      string          `json:"class"`
	Appearance json.RawMessage `json:"appearance,omitempty"`
	Zone       string          `json:"zone"`
	Arrive     string          `json:"arrive"`
	State      json.RawMessage `json:"state,omitempty"`
	Role       Role            `json:"role"`
}

// SaveRequest saves a character under the epoch of the zone's lease on it. Final gives the character up.
type SaveRequest struct {
	Character ID              `json:"character"`
	Epoch     uint64          `json:"epoch"`
	State     json.RawMessage `json:"state"`
	Final     bool            `json:"final,omitempty"`
	Kicked    string          `json:"kicked,omitempty"` // with Final: the player was kicked, and told this: goes into the audit log
	Seq       uint64          `json:"seq"`              // set by ZoneClient: an older save never overwrites a newer one
}

// HandoverRequest moves a character to another zone: its state is saved, and the lease goes over, in one commit.
type HandoverRequest struct {
	Character ID              `json:"character"`
	Epoch     uint64          `json:"epoch"`
	Session   ID              `json:"session"`
	State     json.RawMessage `json:"state"`
	ToZone    string          `json:"to_zone"`
	ToPoint   string          `json:"to_point"`
}

// The messages of the bus that are no domain type by themselves. None says which process it is from: its subject does.
type (
	registerMsg struct {
		Process  Process    `json:"process"`
		Key      []byte     `json:"key"`
		Attached []attached `json:"attached"`
	}
	// attached is a character whose lease a process has when it registers: there are some when the realm has restarted.
	attached struct {
		Character ID     `json:"character"`
		Epoch     uint64 `json:"epoch"`
		Zone      string `json:"zone"`
	}
	mapMsg struct {
		Hash string `json:"hash"`
		Data []byte `json:"data"`
	}
	heartbeatMsg struct {
		Load Load `json:"load"`
	}
	attachMsg struct {
		Character ID     `json:"character"`
		Epoch     uint64 `json:"epoch"`
		Session   ID     `json:"session"`
	}
	saveMsg struct {
		Saves []SaveRequest `json:"saves"`
	}
	// saveResult is empty for a save that is on the disk.
	saveResult struct {
		Code   Code   `json:"code,omitempty"`
		Detail string `json:"detail,omitempty"`
	}
	// evictMsg is about the epoch that it names, and those before: it may come late, when the process has the character under a newer one.
	evictMsg struct {
		Character ID     `json:"character"`
		Epoch     uint64 `json:"epoch"`
		Reason    string `json:"reason"`
	}
	evictAnswer struct {
		State json.RawMessage `json:"state,omitempty"`
		Epoch uint64          `json:"epoch"`
	}
	nothing struct{}
)

// Signal is a WebRTC offer on its way to a zone process. The ticket proves the right to make it.
type Signal struct {
	Ticket []byte `json:"ticket"`
	SDP    string `json:"sdp"`
}

// SignalAnswer is the zone process's answer.
type SignalAnswer struct {
	SDP string `json:"sdp"`
}
