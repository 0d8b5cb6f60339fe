package client

import (
	"errors"
	"fmt"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
)

// EndError says why a session, or one connection of it, ended.
type EndError struct {
	Zone string
	// Goodbye is what the zone said; nil when it said nothing.
	Goodbye *message.Goodbye
	// Code and Text are the transport's.
	Code transport.CloseCode
	Text string
}

// Error is for people.
func (e *EndError) Error() string {
	if g := e.Goodbye; g != nil {
		return fmt.Sprintf("zone %s: %s: %s", e.Zone, ReasonName(g.Reason), g.Text)
	}
	if e.Text == "" {
		return fmt.Sprintf("zone %s: connection ended: %s", e.Zone, e.Code)
	}
	return fmt.Sprintf("zone %s: connection ended: %s: %s", e.Zone, e.Code, e.Text)
}

// Final reports whether coming back is pointless or unwanted: the character plays elsewhere, or the client must be updated.
func (e *EndError) Final() bool {
	if e.Goodbye != nil {
		switch e.Goodbye.Reason {
		case message.TakenOver, message.Kicked, message.SchemaMismatch, message.ProtocolError:
			return true
		default:
			return false
		}
	}
	return e.Code == transport.TakenOver || e.Code == transport.Kicked
}

// resumable reports whether the connection was cut off, and nobody decided that it end: the zone keeps the character for a while.
func (e *EndError) resumable() bool {
	return e.Goodbye == nil && (e.Code == transport.Timeout || e.Code == transport.Network || e.Code == transport.Backpressure)
}

// Reason is a short, stable name for an error of this package: for counting.
func Reason(err error) string {
	var end *EndError
	var refused *Error
	var closed *transport.CloseError
	var resuming *ResumeError
	switch {
	case errors.As(err, &resuming) && errors.Is(err, transport.ErrUnspent):
		return "resumption: no connection"
	case errors.As(err, &resuming):
		return "resumption: " + Reason(resuming.Err)
	case errors.As(err, &end) && end.Goodbye != nil:
		return "goodbye: " + ReasonName(end.Goodbye.Reason)
	case errors.As(err, &end):
		return "connection: " + end.Code.String()
	case errors.As(err, &refused):
		return fmt.Sprintf("realm: %s (%d)", refused.Title, refused.Status)
	case errors.As(err, &closed):
		return "connection: " + closed.Code.String()
	}
	return err.Error()
}

var reasonNames = [...]string{
	message.Left: "left", message.ServerShutdown: "server-shutdown", message.TakenOver: "taken-over", message.Kicked: "kicked",
	message.SchemaMismatch: "schema-mismatch", message.MapMismatch: "map-mismatch", message.ZoneFull: "zone-full",
	message.ProtocolError: "protocol-error", message.RealmDown: "realm-down", message.AttachRefused: "attach-refused",
	message.HandedOver: "handed-over",
}

// ReasonName names the reason of a Goodbye.
func ReasonName(r message.Reason) string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("reason-%d", r)
}
