package core

import (
	"math/rand/v2"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// host is what the rules see of a core.
type host struct{ c *Core }

var _ rules.Host = host{}

func (h host) Map() *tilemap.Map { return h.c.cfg.Ground.Map }

func (h host) Objects() []tilemap.Object { return h.c.cfg.Ground.Objects }

func (h host) TickHz() int { return h.c.cfg.TickHz }

func (h host) Rand() *rand.Rand { return h.c.rng }

func (h host) Handover(p rules.PlayerID, zone, point string) {
	if s := h.c.players[p]; s != nil {
		h.c.depart(s, zone, point)
	}
}

func (h host) Send(p rules.PlayerID, m message.Body) {
	if s := h.c.players[p]; s != nil && s.knows(m.ID()) {
		h.c.send(s, m)
	}
}

func (h host) Tell(p rules.PlayerID, text string) {
	if s := h.c.players[p]; s != nil {
		h.c.tell(s, clean(text))
	}
}

func (h host) Offence(p rules.PlayerID, what string) {
	if s := h.c.players[p]; s != nil {
		h.c.offend(s, what)
	}
}

func (h host) Acting(p rules.PlayerID) { h.c.acting = p }

func (h host) Kick(p rules.PlayerID, text string) {
	if s := h.c.players[p]; s != nil {
		h.c.kicks = append(h.c.kicks, kick{s, text, text})
	}
}
