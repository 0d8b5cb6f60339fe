package core

import (
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/rules"
)

// ConnID names one connection within a zone. The loop hands them out, rising from 1.
type ConnID uint32

// EventKind says what happened.
type EventKind uint8

// The events. Which fields of Event count is said beside each.
const (
	EventConnect  EventKind = iota + 1 // Conn, Connect: a connection with a proven ticket
	EventMessage                       // Conn, Lane, Msg, At
	EventClosed                        // Conn, Code: the connection has ended
	EventAttach                        // Attach: the realm's answer
	EventHandover                      // Handover: the realm's answer
	EventStale                         // Character, Epoch, Err: a save was refused, the lease is another's
	EventEvict                         // Character, Epoch, Text: the realm wants back what it granted under this epoch or before
	EventDrain                         // Text: the process is stopping
	EventTellAll                       // Text: system chat to everybody
)

// Event is something that happened outside of the core. Msg is only read during the call of Handle.
type Event struct {
	Kind      EventKind
	Conn      ConnID
	At        time.Duration // since the zone started; when it came
	Lane      transport.Lane
	Msg       []byte
	Code      transport.CloseCode
	Connect   *Connect
	Attach    *AttachResult
	Handover  *HandoverResult
	Character rules.PlayerID
	Epoch     uint64
	Text      string
	Err       error
}

// Connect is what a new connection's ticket and transport say.
type Connect struct {
	Session   uint64
	Account   uint64
	Character rules.PlayerID
	Epoch     uint64
	Transport transport.Kind
	MaxLatest int // bytes
	Suite     ticket.Suite
	Ticket    uint32 // number of the resume ticket; 0: the realm sent the client
}

// AttachResult answers an AttachRequest.
type AttachResult struct {
	Request   AttachRequest
	Character rules.Character
	Err       error
}

// HandoverResult answers a HandoverRequest.
type HandoverResult struct {
	Conn  ConnID
	Grant []byte
	Err   error
}

// Outputs is what a core wants done. The core owns it; everything in it is valid until Reset.
type Outputs struct {
	Sends     []Send
	Attaches  []AttachRequest
	Handovers []HandoverRequest
	Saves     []SaveRequest
	Tickets   []TicketRequest
	Closes    []Close
	Evictions []Eviction // one for each EventEvict, in their order
	Notices   []Notice

	arena []byte // what messages and states point into
}

// Send puts a message on a session's lane.
type Send struct {
	Conn ConnID
	Lane transport.Lane
	Msg  []byte
}

// TicketRequest wants two resume tickets made and sent to a client. Claims lack what is random, and the time.
type TicketRequest struct {
	Conn   ConnID
	Claims ticket.Claims
	Life   time.Duration
}

// Close ends a session, after what was sent to it before.
type Close struct {
	Conn ConnID
	Code transport.CloseCode
	Text string
}

// Eviction answers EventEvict. Found is false when the zone does not have the character.
type Eviction struct {
	Character rules.PlayerID
	Found     bool
	Epoch     uint64
	State     []byte
}

// Reset forgets everything, and keeps the memory.
func (o *Outputs) Reset() {
	clear(o.Sends)
	clear(o.Closes)
	clear(o.Notices)
	o.Tickets = o.Tickets[:0]
	o.Sends, o.Attaches, o.Handovers = o.Sends[:0], o.Attaches[:0], o.Handovers[:0]
	o.Saves, o.Closes, o.Evictions = o.Saves[:0], o.Closes[:0], o.Evictions[:0]
	o.Notices, o.arena = o.Notices[:0], o.arena[:0]
}

// tail returns what was appended to the arena since from. A later growth moves the arena, not what was returned.
func (o *Outputs) tail(from int) []byte { return o.arena[from:len(o.arena):len(o.arena)] }
