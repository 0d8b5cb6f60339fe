package bus

import (
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Role is what a connection is, and so what it may say and hear.
type Role string

// The roles. Each has its own password, subjects and reply inbox.
const (
	RoleRealm   Role = "realm"
	RoleGateway Role = "gateway"
	RoleZone    Role = "zone"
)

// Roles lists every role.
var Roles = []Role{RoleRealm, RoleGateway, RoleZone}

// The subjects of the control plane. A verb is one lowercase word.
const (
	subjectAPI  = "rw.realm.api."  // + verb: gateway → realm
	subjectLink = "rw.realm.zone." // + verb: zone process → realm
	subjectZone = "rw.zone."       // + incarnation + "." + verb: to one zone process
)

// APISubject is where the realm answers a gateway's verb.
func APISubject(verb string) string { return subjectAPI + verb }

// LinkSubject is where the realm answers a zone process's verb.
func LinkSubject(verb string) string { return subjectLink + verb }

// ZoneSubject is where one zone process, named by its incarnation in hex, answers a verb.
func ZoneSubject(incarnation, verb string) string { return subjectZone + incarnation + "." + verb }

// inbox is where a role's replies arrive. Each role has its own, so that no role can read what was answered to another.
func (r Role) inbox() string { return "_INBOX_" + string(r) }

// check tells whether r is one of Roles.
func (r Role) check() error {
	switch r {
	case RoleRealm, RoleGateway, RoleZone:
		return nil
	}
	return fmt.Errorf("bus: unknown role %q, want realm, gateway or zone", string(r))
}

// replyWindow is how long a request may be answered.
const replyWindow = 30 * time.Second

// permissions are what the embedded server lets a role do. Replies are allowed only to requests that were received, once each.
func (r Role) permissions() *server.Permissions {
	var publish, subscribe []string
	switch r {
	case RoleRealm:
		publish = []string{subjectZone + "*.evict", subjectZone + "*.alive"}
		subscribe = []string{subjectAPI + "*", subjectLink + "*"}
	case RoleGateway:
		publish = []string{subjectAPI + "*", subjectZone + "*.signal"}
	case RoleZone:
		publish = []string{subjectLink + "*"}
		subscribe = []string{subjectZone + "*.*"}
	}
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: publish},
		Subscribe: &server.SubjectPermission{Allow: append(subscribe, r.inbox()+".>")},
		Response:  &server.ResponsePermission{MaxMsgs: 1, Expires: replyWindow},
	}
}
