package message

import "fmt"

var reasonNames = [...]string{
	Left: "left", ServerShutdown: "server-shutdown", TakenOver: "taken-over", Kicked: "kicked", SchemaMismatch: "schema-mismatch",
	MapMismatch: "map-mismatch", ZoneFull: "zone-full", ProtocolError: "protocol-error", RealmDown: "realm-down",
	AttachRefused: "attach-refused", HandedOver: "handed-over",
}

// String returns the reason's name, for logs, or reason-N for one that this version does not know.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("reason-%d", uint8(r))
}
