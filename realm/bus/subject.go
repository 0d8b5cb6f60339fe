package bus

import (
	"strings"

	"github.com/nats-io/jwt/v2"
)

// A subject says who speaks to whom, and the server lets each connection speak as itself only:
//
//	rw.realm.ROLE.ID.VERB                 a request to the realm
//	rw.zone.INCARNATION.ROLE.ID.VERB      a request to one zone process
//	rw.inbox.ID.realm.TOKEN               the realm's answer to ID
//	rw.inbox.ID.zone.INCARNATION.TOKEN    a zone process's answer to ID
//
// ROLE and ID are the asker's. An answer carries who gives it, so that nobody answers for another; this is why there is no need for NATS's
// allow_responses, with which an asker chooses any subject for the answerer to publish on. A verb is one word.
const (
	subjectRealm = "rw.realm."
	subjectZone  = "rw.zone."
	subjectInbox = "rw.inbox."
)

// Target is whom a request is for.
type Target struct {
	role Role
	id   Identity // of a zone process; any realm answers for the realm
}

// Realm is the realm.
var Realm = Target{role: RoleRealm}

// ZoneProcess is one incarnation of a zone process.
func ZoneProcess(incarnation Identity) Target { return Target{RoleZone, incarnation} }

// prefix is what the subjects of a target's requests begin with.
func (t Target) prefix() string {
	if t.role == RoleZone {
		return subjectZone + t.id.String() + "."
	}
	return subjectRealm
}

// request is where role id asks a verb of t; id may be a wildcard.
func (t Target) request(role Role, id, verb string) string {
	return t.prefix() + string(role) + "." + id + "." + verb
}

// answers is what the subjects of t's answers to an asker begin with; the asker may be a wildcard.
func (t Target) answers(asker string) string {
	if t.role == RoleZone {
		return subjectInbox + asker + ".zone." + t.id.String() + "."
	}
	return subjectInbox + asker + ".realm."
}

// asker is who asks on a subject of t's.
func (t Target) asker(subject string) (id Identity, ok bool) {
	rest, ok := strings.CutPrefix(subject, t.prefix())
	if !ok {
		return 0, false
	}
	tokens := strings.Split(rest, ".")
	if len(tokens) != 3 {
		return 0, false
	}
	return parseIdentity(tokens[1])
}

// inbox is where the answers to id arrive.
func inbox(id Identity) string { return subjectInbox + id.String() + ".>" }

// permissions are what the server lets a connection do.
func permissions(role Role, id Identity) jwt.Permissions {
	self := id.String()
	var publish, subscribe jwt.StringList
	switch role {
	case RoleRealm:
		publish = jwt.StringList{subjectZone + "*.realm." + self + ".*", Realm.answers("*") + "*"}
		subscribe = jwt.StringList{subjectRealm + ">"}
	case RoleGateway:
		publish = jwt.StringList{Realm.request(role, self, "*"), subjectZone + "*.gateway." + self + ".*"}
	case RoleZone:
		publish = jwt.StringList{Realm.request(role, self, "*"), ZoneProcess(id).answers("*") + "*"}
		subscribe = jwt.StringList{ZoneProcess(id).prefix() + ">"}
	}
	return jwt.Permissions{
		Pub: jwt.Permission{Allow: publish},
		Sub: jwt.Permission{Allow: append(subscribe, inbox(id))},
	}
}
