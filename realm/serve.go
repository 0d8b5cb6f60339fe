package realm

import (
	"context"
	"errors"

	"github.com/realmwire/realmwire/realm/bus"
)

// apiMsg is a call of API on the bus.
type apiMsg[T any] struct {
	Caller Caller `json:"caller"`
	Req    T      `json:"req"`
}

// hostedPlay carries the host that the gateway knows, which no client may say in its request.
type hostedPlay struct {
	Play PlayRequest `json:"play"`
	Host string      `json:"host"`
}

// serve answers on the bus: gateways' verbs and zone processes' verbs.
func (r *Realm) serve() error {
	return errors.Join(
		serveAPI(r, "info", func(ctx context.Context, _ Caller, _ nothing) (Info, error) { return r.Info(ctx) }),
		serveAPI(r, "register", r.Register),
		serveAPI(r, "login", r.Login),
		serveAPI(r, "guest", func(ctx context.Context, c Caller, _ nothing) (SignedIn, error) { return r.Guest(ctx, c) }),
		serveAPI(r, "upgrade", r.Upgrade),
		serveAPI(r, "logout", func(ctx context.Context, c Caller, _ nothing) (nothing, error) { return nothing{}, r.Logout(ctx, c) }),
		serveAPI(r, "me", func(ctx context.Context, c Caller, _ nothing) (Account, error) { return r.Me(ctx, c) }),
		serveAPI(r, "characters", func(ctx context.Context, c Caller, _ nothing) (Roster, error) { return r.Characters(ctx, c) }),
		serveAPI(r, "create-character", r.CreateCharacter),
		serveAPI(r, "rename-character", r.RenameCharacter),
		serveAPI(r, "delete-character", func(ctx context.Context, c Caller, d Deletion) (nothing, error) {
			return nothing{}, r.DeleteCharacter(ctx, c, d)
		}),
		serveAPI(r, "play", func(ctx context.Context, c Caller, m hostedPlay) (Grant, error) {
			m.Play.Host = m.Host
			return r.Play(ctx, c, m.Play)
		}),
		serveAPI(r, "map", func(ctx context.Context, _ Caller, hash string) ([]byte, error) { return r.Map(ctx, hash) }),
		serveAPI(r, "relay-target", func(ctx context.Context, _ Caller, id ID) (RelayTarget, error) { return r.RelayTarget(ctx, id) }),

		serveAPI(r, "direct-urls", func(ctx context.Context, _ Caller, _ nothing) ([]string, error) { return r.DirectURLs(ctx) }),

		serveAPI(r, "admission-keys", func(ctx context.Context, _ Caller, _ nothing) (AdmissionKeys, error) { return r.AdmissionKeys(ctx) }),

		serveLink(r, "register", r.register),
		serveLink(r, "leave", r.leave),
		serveLink(r, "map", r.putMap),
		serveLink(r, "heartbeat", r.heartbeat),
		serveLink(r, "attach", r.attach),
		serveLink(r, "save", r.saveAll),
		serveLink(r, "handover", r.handover),
	)
}

func serveAPI[Req, Resp any](r *Realm, verb string, fn func(context.Context, Caller, Req) (Resp, error)) error {
	return bus.Handle(r.bus, bus.RoleGateway, verb, func(ctx context.Context, _ bus.Identity, m apiMsg[Req]) (Resp, error) {
		return fn(ctx, m.Caller, m.Req)
	})
}

// serveLink answers a zone process's verb. Which incarnation asks is what the bus vouches for; nothing in a message says it.
func serveLink[Req, Resp any](r *Realm, verb string, fn func(context.Context, ID, Req) (Resp, error)) error {
	return bus.Handle(r.bus, bus.RoleZone, verb, func(ctx context.Context, from bus.Identity, m Req) (Resp, error) {
		return fn(ctx, ID(from), m)
	})
}
