package realm

import (
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"
	"net/url"

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
		return Grant{}, fmt.Errorf("sealing a ticket for character %s: %w", character.ID, err)
	}
	incarnation := t.process.Incarnation.String()
	return Grant{
		Session:   l.Session,
		Character: character.ID,
		Zone:      GrantZone{Name: t.zone.Name, Title: t.zone.Title, Instance: t.zone.Instance, TickHz: t.zone.TickHz, Best: t.zone.Best},
		Map:       GrantMap{Name: t.zone.MapName, Hash: t.zone.MapHash, URL: "/v1/maps/" + t.zone.MapHash},
		Ticket:    sealed,
		Secret:    claims.Secret[:],
		Suite:     l.Suite,
		Expires:   claims.Expires.UTC(),
		UDP:       GrantUDP{Addr: publicAddr(t.process.UDPAddr, l.Host)},
		WebRTC:    GrantEndpoint{URL: "/v1/rtc/" + incarnation},
		WebSocket: GrantEndpoint{URL: r.webSocketURL(t.process, l.Host)},
		Schema:    r.schema(),
		Snapshots: t.process.Snapshots,
	}, nil
}

// webSocketURL is where a client's WebSocket goes: a path on the gateway, which relays it, or straight to the process.
func (r *Realm) webSocketURL(p Process, host string) string {
	u, err := url.Parse(p.WebSocketURL)
	if p.WebSocketURL == "" || err != nil {
		return r.webSocketPath(p.Incarnation)
	}
	u.Host = publicAddr(u.Host, host)
	return u.String()
}

// publicAddr is where a client reaches a process: at its own address or, where that says "any", at the host by which the client
// reaches the gateway.
func publicAddr(registered, host string) string {
	h, port, err := net.SplitHostPort(registered)
	if err != nil || host == "" {
		return registered
	}
	if ip, err := netip.ParseAddr(h); h == "" || (err == nil && ip.IsUnspecified()) {
		return net.JoinHostPort(host, port)
	}
	return registered
}
