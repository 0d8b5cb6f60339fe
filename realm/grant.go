package realm

import (
	"crypto/rand"
	"fmt"

	"github.com/realmwire/realmwire/transport/ticket"
)

const maxZoneName = ticket.MaxZone

// seal makes the grant of a committed lease: a ticket that only the zone process can open, and all that the client has to know.
func (r *Realm) seal(character characterRecord, l leaseRecord, t target) (Grant, error) {
	claims := ticket.Claims{
		Nonce:       uint64(NewID()),
		Session:     uint64(l.Session),
		Account:     uint64(character.Account),
		Character:   uint64(character.ID),
		Incarnation: uint64(t.process.Incarnation),
		Epoch:       l.Epoch,
		Zone:        t.zone.Name,
		Suite:       ticket.Suite(l.Suite),
		Expires:     r.now().Add(grantLife),
	}
	_, _ = rand.Read(claims.Secret[:]) // never fails: crypto/rand
	sealed, err := ticket.Seal(t.process.TicketKey, claims)
	if err != nil {
		return Grant{}, fmt.Errorf("seal a ticket for character %s: %w", character.ID, err)
	}
	return Grant{
		Session:   l.Session,
		Character: character.ID,
		Zone:      GrantZone{Name: t.zone.Name, Title: t.zone.Title, Instance: t.zone.Instance, TickHz: t.zone.TickHz, Best: t.zone.Best},
		Map:       GrantMap{Name: t.zone.MapName, Hash: t.zone.MapHash, URL: "/v1/maps/" + t.zone.MapHash},
		Ticket:    sealed,
		Secret:    claims.Secret[:],
		Suite:     l.Suite,
		Expires:   claims.Expires.UTC(),
		Endpoints: r.endpoints(t.process, l.Host),
		Schema:    r.schema(),
		Snapshots: t.process.Snapshots,
	}, nil
}
