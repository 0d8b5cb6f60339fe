package bus

import "fmt"

// Role is what a connection is, and so what it may say and hear.
type Role string

// The roles. A gateway and a zone process prove theirs with a join token, a realm with the issuer's key.
const (
	RoleRealm   Role = "realm"
	RoleGateway Role = "gateway"
	RoleZone    Role = "zone"
)

// joiners are the roles that join with a token.
var joiners = []Role{RoleGateway, RoleZone}

// check tells whether r is one of the roles.
func (r Role) check() error {
	switch r {
	case RoleRealm, RoleGateway, RoleZone:
		return nil
	}
	return fmt.Errorf("bus: unknown role %q, want realm, gateway or zone", string(r))
}
