// Package message declares the system's own messages on the reliable lane; a game's have ids from 64.
//
// Each message is one byte of id and then its fields, bit-packed. docs/wire.md#messages is normative.
package message

//go:generate go run github.com/realmwire/realmwire/protocol/gen/realmwire-gen -first-message-id 1 -ts ../../web/src/sdk/gen/message.ts -ts-sdk .. -gd ../../godot/addons/realmwire/gen/message.gd

// Version is raised when system messages, snapshots or inputs come to mean other bytes.
const Version = 3

// Reason says why a zone ends or refuses a session.
type Reason uint8

// The reasons. A client says Text to its player; the number tells it what to do next.
const (
	Left           Reason = iota // the client asked for it
	ServerShutdown               // try again in a moment
	TakenOver                    // the character plays elsewhere: do not reconnect
	Kicked                       // do not reconnect
	SchemaMismatch               // update the client
	MapMismatch                  // fetch the map again
	ZoneFull                     // try again later
	ProtocolError                // the client sent what the zone does not understand
	RealmDown                    // the character could not be loaded; try again
	AttachRefused                // the ticket's lease is no longer valid: ask for a new one
	HandedOver                   // the character is in another zone now
)

// Join is a client's first message.
//
//realmwire:message id=1
type Join struct {
	Protocol uint8  // Version
	Schema   uint64 // hash of the game's schema
	MapHash  string `rw:"max=64"` // of the map artefact that the client has, in hex
	Verify   bool   // end each snapshot with a checksum over its entities
	Client   string `rw:"max=40"` // name and version, for logs
	Best     bool   // it takes snapshots of the best tier, where the zone gives them
}

// Welcome answers Join when the character stands in the world.
//
//realmwire:message id=2
type Welcome struct {
	Tick     uint32 // the server's, as it wrote this
	TickHz   uint8  `rw:"min=1 max=128"`
	Entity   uint32 // the player's own
	Zone     string `rw:"max=32"`
	Title    string `rw:"max=48"`
	Ordered  bool   // snapshots ride the reliable lane (--snapshots kcp)
	Players  uint16 // in the zone, the newcomer included
	Capacity uint16
}

// Goodbye ends a session, or refuses one. The transport closes behind it.
//
//realmwire:message id=3
type Goodbye struct {
	Reason Reason
	Text   string `rw:"max=160"` // for the player
}

// Transfer sends the client to another zone: the grant is the JSON of POST /v1/play's answer.
// The client connects there, then closes this session.
//
//realmwire:message id=4
type Transfer struct {
	Grant string `rw:"max=8192"`
}

// Say is a line of chat from a client.
//
//realmwire:message id=5
type Say struct {
	Text string `rw:"max=240"`
}

// Channel is where a line of chat was said.
type Channel uint8

// The channels.
const (
	ZoneChannel Channel = iota
	SystemChannel
)

// Heard is a line of chat to a client.
//
//realmwire:message id=6
type Heard struct {
	Channel Channel
	Entity  uint32 // the speaker, 0 where none
	From    string `rw:"max=24"`
	Text    string `rw:"max=240"`
}

// Population tells how many players the zone holds, when it changes.
//
//realmwire:message id=7
type Population struct {
	Players uint16
}

// Resume lets the client return to this process after a drop: two tickets, each good once, so that a transport which does not get
// through costs nothing. They replace those before. See docs/wire.md#resumption.
//
//realmwire:message id=8
type Resume struct {
	Tickets [2]ResumeTicket
	LifeMs  uint32 // from now on, in milliseconds
}

// ResumeTicket is a ticket and the secret in it.
type ResumeTicket struct {
	Ticket []byte `rw:"max=160"`
	Secret []byte `rw:"max=32"`
}
