package server_test

import (
	"testing"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/realm"
)

// The realm refuses clients that the zones would: neither package knows the other.
func TestOneProtocolVersion(t *testing.T) {
	if realm.Protocol != message.Version {
		t.Errorf("the realm speaks protocol %d, the zones %d", realm.Protocol, message.Version)
	}
}
