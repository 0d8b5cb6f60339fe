package transport

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// CloseCode says why a connection ended. The numbers are wire format (docs/wire.md) and stay below 1,000, so that a
// WebSocket can carry them as 4000 + code.
type CloseCode uint16

// The close codes.
const (
	Normal         CloseCode = 0 // the peer left
	Kicked         CloseCode = 1 // by an operator or by the game
	TakenOver      CloseCode = 2 // the account signed in elsewhere
	Timeout        CloseCode = 3 // nothing was heard for too long; never sent
	ProtocolError  CloseCode = 4 // the peer broke the protocol
	ServerShutdown CloseCode = 5 // the process is stopping
	Refused        CloseCode = 6 // the ticket is good, but the server does not want the client (full, wrong version, …)
	TicketInvalid  CloseCode = 7 // the ticket was forged, expired, used or for another process (kcp is silent instead)
	Network        CloseCode = 8 // the network, or the stream below, failed; never sent
	Backpressure   CloseCode = 9 // the peer did not keep up with its reliable lane

	maxCloseCode CloseCode = 999
)

var closeNames = [...]string{
	"normal", "kicked", "taken-over", "timeout", "protocol-error", "server-shutdown", "refused", "ticket-invalid", "network", "backpressure",
}

// String returns the code's name, or code-N for one that this version does not know.
func (c CloseCode) String() string {
	if int(c) < len(closeNames) {
		return closeNames[c]
	}
	return fmt.Sprintf("code-%d", uint16(c))
}

// Valid reports whether the code may be sent: peers may know codes that we do not.
func (c CloseCode) Valid() bool { return c <= maxCloseCode }

// ShuttingDown is what every transport says with ServerShutdown.
const ShuttingDown = "the server is shutting down"

// Broke is the text of a session that ended because of a fault of ours; the log says more.
const Broke = "an internal error ended the connection"

// CloseError is a close as an error: an Acceptor returns it to choose the code, and Dial returns it when it is refused.
type CloseError struct {
	Code CloseCode
	Text string
}

// Error names the code and gives the text.
func (e *CloseError) Error() string {
	if e.Text == "" {
		return "transport: closed: " + e.Code.String()
	}
	return "transport: closed: " + e.Code.String() + ": " + e.Text
}

// Refusal returns the code and text with which a peer is told err, the error of an Acceptor.
func Refusal(err error) (CloseCode, string) {
	var ce *CloseError
	if errors.As(err, &ce) {
		return ce.Code, ClipText(ce.Text)
	}
	return Refused, ClipText(err.Error())
}

// ClipText makes text fit a close: valid UTF-8 of at most MaxCloseText bytes, cut between characters.
func ClipText(text string) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= MaxCloseText {
		return text
	}
	end := MaxCloseText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
